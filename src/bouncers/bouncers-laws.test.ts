import fc from 'fast-check'
import { test } from 'vitest'
import { BOUNCER_KINDS } from '../../test/support/bouncer-model.ts'
import { type Action, actions, PROCESSES } from '../../test/support/bouncers-actions.ts'
import { MOST_SKEW_MS, World } from '../../test/support/bouncers-world.ts'

/** One service has a store of its own, two share one. */
const skews = fc.array(fc.integer({ min: -MOST_SKEW_MS, max: MOST_SKEW_MS }), {
  minLength: 1,
  maxLength: PROCESSES,
})
const numRuns = Number(process.env['HONEYJAM_BOUNCER_RUNS'] ?? 150)
const manyActions = (of: fc.Arbitrary<Action>) => fc.array(of, { maxLength: 120, size: 'max' })

test('a bouncer holds what is to be blocked after each answer that arrives, whatever was lost before', async () => {
  await fc.assert(
    fc.asyncProperty(skews, manyActions(actions), async (skewsMs, all) => {
      const addresses = BOUNCER_KINDS.map((_, index) => `192.0.2.${index}`)
      const world = new World(skewsMs, BOUNCER_KINDS, addresses)
      for (const action of all) await world.run(action)
    }),
    { numRuns },
  )
}, 120_000)

test('so do two that look the same, as long as their connections last', async () => {
  const undisturbed = actions.filter(
    (action) =>
      !['restart', 'kill', 'fail', 'reconnect'].includes(action.do) &&
      !(action.do === 'pull' && action.fate !== 'arrives'),
  )
  await fc.assert(
    fc.asyncProperty(
      skews,
      fc.constantFrom(...BOUNCER_KINDS),
      manyActions(undisturbed),
      async (skewsMs, kind, all) => {
        const world = new World(skewsMs, [kind, kind, kind, kind], ['', '', '', '192.0.2.7'])
        // each to the service that it began with
        for (const action of all)
          await world.run(action.do === 'pull' ? { ...action, process: action.bouncer % PROCESSES } : action)
      },
    ),
    { numRuns },
  )
}, 120_000)
