import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ReportTrail } from './report-trail.ts'

const SCOPE = 'abc'
const revisionAt = (position: number, scope = SCOPE) => ({ scope, position, timeMs: 0 })

it('says since when at the latest something is covered, however many reports came', () => {
  const reports = fc.array(fc.record({ wait: fc.nat(20_000), gain: fc.nat(3) }), {
    minLength: 1,
    maxLength: 2000,
  })
  fc.assert(
    fc.property(reports, fc.nat(2000), (all, wanted) => {
      const trail = new ReportTrail()
      let atMs = 0
      let position = 0
      let firstMs: number | undefined
      for (const { wait, gain } of all) {
        atMs += wait
        position += gain
        trail.note({ atMs, revision: revisionAt(position), servicePosition: position })
        if (position >= wanted) firstMs ??= atMs
      }
      const since = trail.coveredSince(SCOPE, { position: wanted, timeMs: 0 })
      expect(since === undefined).toBe(firstMs === undefined)
      expect(since ?? 0).toBeGreaterThanOrEqual(firstMs ?? 0)
    }),
  )
})

it('begins anew after a report that covered nothing, or was about another scope', () => {
  const trail = new ReportTrail()
  const wanted = { position: 3, timeMs: 0 }
  trail.note({ atMs: 1, revision: revisionAt(5), servicePosition: 5 })
  expect(trail.coveredSince(SCOPE, wanted)).toBe(1)
  trail.note({ atMs: 2, revision: undefined, servicePosition: 5 })
  expect(trail.coveredSince(SCOPE, wanted)).toBeUndefined()
  trail.note({ atMs: 3, revision: revisionAt(5), servicePosition: 5 })
  expect(trail.coveredSince(SCOPE, wanted)).toBe(3)
  trail.note({ atMs: 4, revision: revisionAt(9, 'def'), servicePosition: 9 })
  expect(trail.coveredSince(SCOPE, wanted)).toBeUndefined()
})
