import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isInGroup, parseEvent } from './cowrie-event.ts'

const FIXTURES = new URL('../../test/fixtures/cowrie/', import.meta.url)

interface Expected {
  readonly eventid: string
  readonly group: string
}

const versions = readdirSync(FIXTURES, { withFileTypes: true }).filter((entry) => entry.isDirectory())

describe.each(versions.map(({ name }) => name))('lines of Cowrie %s', (version) => {
  const lines = readFileSync(new URL(`${version}/lines.jsonl`, FIXTURES), 'utf8')
    .trimEnd()
    .split('\n')
  const expected = JSON.parse(
    readFileSync(new URL(`${version}/expected.json`, FIXTURES), 'utf8'),
  ) as Expected[]

  it('have one expected outcome each', () => {
    expect(lines).toHaveLength(expected.length)
  })

  it.each(expected.map((outcome, index) => [outcome.eventid, index] as const))(
    'hold a %s (line %i)',
    (_id, index) => {
      const { group, ...event } = expected[index]!
      expect(parseEvent(lines[index]!)).toEqual(event)
      expect(isInGroup(event.eventid, group)).toBe(true)
    },
  )
})
