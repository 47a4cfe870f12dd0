import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { isInGroup, parseEvent } from './cowrie-event.ts'

const NEW_ORDER =
  '{"session":"c854c392c5a2","protocol":"ssh","src_ip":"192.0.2.7","src_port":45565,"username":"root","password":"x",' +
  '"eventid":"cowrie.login.failed","sensor":"lab","uuid":"c0ffee","timestamp":"2026-11-24T03:07:16.573147Z","message":""}'
const OLD_ORDER =
  '{"eventid":"cowrie.login.failed","username":"root","message":"","sensor":"lab",' +
  '"timestamp":"2026-11-24T03:07:16.573147Z","src_ip":"192.0.2.7","session":"c854c392c5a2"}'
const EVENT = {
  eventid: 'cowrie.login.failed',
  src_ip: '192.0.2.7',
  timestampMs: Date.UTC(2026, 10, 24, 3, 7, 16, 573),
}

describe('parseEvent', () => {
  it.each([
    ['of Cowrie 3', NEW_ORDER],
    ['of Cowrie 2, which puts eventid first', OLD_ORDER],
    ['with the spaces of socketlog', NEW_ORDER.replaceAll('":', '": ').replaceAll(',"', ', "')],
    ['with a carriage return at its end', `${NEW_ORDER}\r`],
    ['behind a hole of NUL bytes', `\0\0\0${NEW_ORDER}`],
    ['behind a byte order mark', `\uFEFF${NEW_ORDER}`],
  ])('reads a line %s', (_form, line) => {
    expect(parseEvent(line)).toEqual(EVENT)
  })

  it.each([
    ['2026-11-24T03:00:08.793422Z', Date.UTC(2026, 10, 24, 3, 0, 8, 793)],
    ['2026-11-24T03:00:08.793422+0200', Date.UTC(2026, 10, 24, 1, 0, 8, 793)],
    ['2026-11-24T03:00:08.793422-09:30', Date.UTC(2026, 10, 24, 12, 30, 8, 793)],
    ['2026-11-24T03:00:08Z', Date.UTC(2026, 10, 24, 3, 0, 8)],
    ['2026-11-24T03:00:08.793422', Date.UTC(2026, 10, 24, 3, 0, 8, 793)],
    ['2026-13-24T03:00:08Z', undefined],
    ['yesterday', undefined],
    [1_795_489_208, undefined],
    [undefined, undefined],
  ])('reads the timestamp %j as %j', (timestamp, timestampMs) => {
    expect(parseEvent(JSON.stringify({ eventid: 'a.b', timestamp }))?.timestampMs).toBe(timestampMs)
  })

  it('leaves out values that are not texts or are longer than any address', () => {
    const line = JSON.stringify({ eventid: 'a.b', src_ip: 7, timestamp: 'x'.repeat(257) })
    expect(parseEvent(line)).toEqual({ eventid: 'a.b', timestampMs: undefined })
  })

  it.each([
    '',
    '  ',
    '\0',
    '{',
    '[]',
    'null',
    '7',
    '"cowrie.login.failed"',
    '{}',
    '{"eventid":7}',
    '{"eventid":null}',
  ])('finds no event in %j', (line) => {
    expect(parseEvent(line)).toBeUndefined()
  })

  it('is not fooled by an event that stands inside a password', () => {
    const password = '"}{"eventid":"cowrie.login.success","src_ip":"8.8.8.8"}'
    const line = JSON.stringify({ password, eventid: 'cowrie.command.input', src_ip: '192.0.2.7' })
    expect(parseEvent(line)).toMatchObject({ eventid: 'cowrie.command.input', src_ip: '192.0.2.7' })
  })

  it('survives nesting deeper than any stack', () => {
    expect(parseEvent('{"a":'.repeat(200_000))).toBeUndefined()
    expect(parseEvent('['.repeat(200_000) + ']'.repeat(200_000))).toBeUndefined()
  })

  test('whatever the line is, nothing is thrown', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc
        .record({ eventid: fc.jsonValue(), src_ip: fc.jsonValue(), timestamp: fc.jsonValue() })
        .map((o) => JSON.stringify(o)),
    )
    fc.assert(
      fc.property(hostile, (line) => {
        const event = parseEvent(line)
        expect(event === undefined || typeof event.eventid === 'string').toBe(true)
      }),
    )
  })
})

describe('isInGroup', () => {
  it.each([
    ['cowrie.login.failed', 'cowrie.login', true],
    ['cowrie.login.', 'cowrie.login', true],
    ['cowrie.session.file_download', 'cowrie.session', true],
    ['cowrie.session.file_download.failed', 'cowrie.session', false],
    ['cowrie.session.file_download.failed', 'cowrie.session.file_download', true],
    ['cowrie.sessions.connect', 'cowrie.session', false],
    ['cowrie.session', 'cowrie.session', false],
    ['cowrie', 'cowrie.session', false],
    ['', 'cowrie.session', false],
  ])('%j and the group %j: %j', (eventid, group, isIn) => {
    expect(isInGroup(eventid, group)).toBe(isIn)
  })
})
