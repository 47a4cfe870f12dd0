import { beforeAll, describe, expect, it } from 'vitest'
import { buildProgram } from '../e2e/support/program.ts'
import { CAN_MOUNT } from '../support/small-disk.ts'
import { torture } from './bench.ts'
import { FAULTS } from './fault-proxy.ts'
import { hurtByPlan } from './hurt-by-plan.ts'
import { ROTATIONS } from './torn-log.ts'
import { renderResult } from './torture-result.ts'

const seed = Number(process.env['HONEYJAM_TEST_SEED'] ?? Math.trunc(Math.random() * 2 ** 31))
const disk = CAN_MOUNT ? 'a full disk' : 'no full disk: this user cannot mount one'

beforeAll(buildProgram)

describe(`every kind of harm once (seed ${seed}; ${disk})`, () => {
  it('leaves every attacker of the log on the list, nobody else, and each counted once a report', async () => {
    const result = await torture(seed, hurtByPlan)
    process.stdout.write(renderResult(result))
    expect(result.verdict).toEqual({
      missing: [],
      unknown: [],
      overCounted: [],
      underCounted: [],
      ambiguousKeys: [],
    })
    expect(result.exits.service).toBe(0)
    // otherwise nothing has been shown
    expect([...result.faults.keys()]).toEqual(expect.arrayContaining([...FAULTS]))
    expect([...result.rotations.keys()]).toEqual(expect.arrayContaining([...ROTATIONS, 'packed']))
    expect(result.faults.has('disk full')).toBe(CAN_MOUNT)
  }, 240_000)
})
