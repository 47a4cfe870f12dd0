import { expect, test } from 'vitest'
import { type CutOptions, cutPower } from './cut-power.ts'
import { record, whyNotRecordable } from './record.ts'

const obstacle = whyNotRecordable()
const seed = Number(process.env['HONEYJAM_TEST_SEED'] ?? Date.now() % 1_000_000)
/** Other programs may keep the disk busy. */
const LONGEST_MS = 180_000

/** Defines a test that records a driver and cuts its power; skipped, with the reason in its name, where none can be recorded. */
export function testPowerCuts(
  name: string,
  { driver, ...options }: Omit<CutOptions, 'seed'> & { readonly driver: string },
): void {
  const note = obstacle ?? `seed ${seed}`
  test.skipIf(obstacle !== undefined)(
    `${name} through power cuts (${note})`,
    { timeout: LONGEST_MS },
    async () => {
      const { syncs, remains } = await cutPower(record(driver, seed), { ...options, seed })
      // otherwise nothing has been shown
      expect(syncs).toBeGreaterThan(20)
      expect(remains).toBeGreaterThan(options.randomCuts / 2)
    },
  )
}
