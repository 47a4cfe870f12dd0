import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { realLogLines } from '../../test/support/real-logs.ts'
import { type LogLine, readLine } from './cowrie-event.ts'
import { FlatEvent } from './flat-event.ts'

const LOGIN =
  '{"session":"c854c392c5a2","protocol":"ssh","src_ip":"192.0.2.7","src_port":45565,"username":"root","password":"x",' +
  '"eventid":"cowrie.login.failed","sensor":"lab","uuid":"c0ffee","timestamp":"2026-11-24T03:07:16.573147Z","message":""}'

const ESCAPES = String.raw`{"eventid":"a.b","password":"\"}\\\/\b\f\n\r\t\u00e4\uD83D"}`

const flat = new FlatEvent()

/** `undefined` when the bytes are left to the parser. */
function readFlat(line: Uint8Array): LogLine | undefined {
  // what stands around a line must not matter
  const bytes = Buffer.concat([Buffer.from('"}\n'), line, Buffer.from('\n"}]')])
  if (!flat.read(bytes, 3, 3 + line.length)) return undefined
  const event = flat.toEvent()
  expect(flat.isEvent).toBe(event !== undefined)
  return event === undefined ? { kind: 'other', isObject: true } : { kind: 'event', event }
}

/** @returns whether the line was read without the parser */
function expectAsParsed(line: Uint8Array): boolean {
  const parsed = readLine(Buffer.from(line).toString())
  const read = readFlat(line)
  expect(read ?? parsed).toEqual(parsed)
  return read !== undefined
}

describe('a flat event', () => {
  it.each([
    ['of Cowrie 3', LOGIN],
    ['with the spaces of socketlog', LOGIN.replaceAll('":', '": ').replaceAll(',"', ', "')],
    ['with a carriage return at its end', `${LOGIN}\r`],
    [
      'with every kind of flat value',
      '{"eventid":"a.b","t":true,"f":false,"n":null,"x":-0.5e+7,"z":0,"e":""}',
    ],
    ['with escapes in other texts', ESCAPES],
    ['with other texts above ASCII', '{"eventid":"a.b","password":"pässwörd \u{1f36f} \u2028"}'],
    ['without an event id', '{"src_ip":"192.0.2.7"}'],
    ['with an event id that is no text', '{"eventid":7}'],
    ['with an event id of 257 characters', `{"eventid":"${'x'.repeat(257)}"}`],
    ['with a time zone', '{"eventid":"a.b","timestamp":"2026-11-24T03:07:16.573147+0200"}'],
    ['with a day that does not exist', '{"eventid":"a.b","timestamp":"2026-02-30T03:07:16.573147Z"}'],
    ['with an hour that does not exist', '{"eventid":"a.b","timestamp":"2026-02-28T24:07:16.573147Z"}'],
    ['with a minute that does not exist', '{"eventid":"a.b","timestamp":"2026-02-28T03:60:16.573147Z"}'],
    ['of the year 99', '{"eventid":"a.b","timestamp":"0099-02-28T03:07:16.573147Z"}'],
    ['with lists of flat values', '{"eventid":"a.b","list":["x",-1, true,"\\"]"],"more":[ null ]}'],
    ['with a list for a text', '{"eventid":"a.b","src_ip":["192.0.2.1"]}'],
    ['with members twice', '{"eventid":"a.b","src_ip":"192.0.2.1","src_ip":"192.0.2.2","eventid":"c.d"}'],
    ['with a text that is none the second time', '{"eventid":"a.b","src_ip":"192.0.2.1","src_ip":1}'],
    ['named like what objects inherit', '{"eventid":"a.b","__proto__":"x","constructor":null}'],
  ])('%s is read as the parser reads it, without it', (_form, line) => {
    expect(expectAsParsed(Buffer.from(line))).toBe(true)
  })

  it.each([
    ['an empty list', '{"eventid":"a.b","list":[]}'],
    ['a list of lists', '{"eventid":"a.b","list":[["x"]]}'],
    ['an object inside', '{"eventid":"a.b","object":{"x":1}}'],
    ['no JSON: a list that is not closed', '{"eventid":"a.b","list":["x"}'],
    ['no JSON: a list with a comma at its end', '{"eventid":"a.b","list":["x",]}'],
    ['no JSON: a list closed twice', '{"eventid":"a.b","list":["x"]]}'],
    ['an empty object', '{}'],
    ['an escape in a name', String.raw`{"event\u0069d":"a.b"}`],
    ['an escape in a named text', String.raw`{"eventid":"a\u002eb"}`],
    ['a named text above ASCII', '{"eventid":"a.b","src_ip":"mönch"}'],
    ['padding before it', ` ${LOGIN}`],
    ['NUL bytes behind it', `${LOGIN}\0`],
    ['no JSON: a control character', '{"eventid":"a.b","x":"\t"}'],
    ['no JSON: a bad escape', String.raw`{"eventid":"a.b","x":"\x"}`],
    ['no JSON: a short escape', String.raw`{"eventid":"a.b","x":"\u12"}`],
    ['no JSON: an escape short by one', String.raw`{"eventid":"a.b","x":"\u123"}`],
    ['no JSON: a leading zero', '{"eventid":"a.b","x":01}'],
    ['no JSON: no digit behind the point', '{"eventid":"a.b","x":1.}'],
    ['no JSON: no digit behind the e', '{"eventid":"a.b","x":1e}'],
    ['no JSON: a comma at the end', '{"eventid":"a.b",}'],
    ['no JSON: two objects', '{"eventid":"a.b"}{"eventid":"a.b"}'],
    ['no JSON: cut off', LOGIN.slice(0, -1)],
    ['no JSON: cut off inside an escape', '{"eventid":"a.b","x":"\\'],
  ])('%s: is left to the parser', (_form, line) => {
    expect(readFlat(Buffer.from(line))).toBeUndefined()
  })

  it('is left to the parser when its line feed is not there', () => {
    expect(flat.read(Buffer.from(LOGIN), 0, LOGIN.length)).toBe(false)
  })

  const name = fc.oneof(
    fc.constantFrom('eventid', 'src_ip', 'timestamp', 'password', '__proto__', ''),
    fc.string(),
  )
  const digits = (length: number) =>
    fc.array(fc.nat(9), { minLength: length, maxLength: length }).map((all) => all.join(''))
  const timestamp = fc
    .tuple(
      digits(4),
      digits(2),
      digits(2),
      digits(2),
      digits(2),
      digits(2),
      digits(6),
      fc.constantFrom('Z', '', '+0200'),
    )
    .map(([y, mo, d, h, mi, s, us, zone]) => `${y}-${mo}-${d}T${h}:${mi}:${s}.${us}${zone}`)
  const likelyTimestamp = fc
    .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().replace('Z', '123Z'))
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'cowrie.login.failed',
      '192.0.2.1',
      LOGIN,
      `"}${LOGIN}`,
      'x'.repeat(256),
      'x'.repeat(257),
    ),
    timestamp,
    likelyTimestamp,
  )
  const numberText = fc
    .array(fc.constantFrom('-', '+', '.', 'e', 'E', '0', '1', '27'), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.join(''))
  const value = fc.oneof(
    { weight: 6, arbitrary: text.map((each) => JSON.stringify(each)) },
    { weight: 2, arbitrary: fc.oneof(fc.double(), fc.integer()).map((each) => JSON.stringify(each)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('true', 'false', 'null', 'nul', 'truee', '[]', '{}', '["x"', ''),
    },
    { weight: 1, arbitrary: numberText },
    { weight: 1, arbitrary: fc.json() },
  )
  const blank = fc.constantFrom('', '', '', ' ', '\t', '\r', '\0', '\u00a0')
  const member = fc
    .tuple(blank, name, blank, blank, value, blank)
    .map(([a, key, b, c, val, d]) => `${a}${JSON.stringify(key)}${b}:${c}${val}${d}`)
  const objectLine = fc
    .tuple(fc.array(member, { maxLength: 8 }), blank)
    .map(([members, end]) => Buffer.from(`{${members.join(',')}}${end}`))
  const single = fc.oneof(text, text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null))
  const flatValue = fc
    .oneof({ weight: 5, arbitrary: single }, { weight: 1, arbitrary: fc.array(single, { maxLength: 3 }) })
    .map((each) => JSON.stringify(each))
  const flatLine = fc
    .array(fc.tuple(name, flatValue), { minLength: 1, maxLength: 8 })
    .map((members) =>
      Buffer.from(`{${members.map(([key, val]) => `${JSON.stringify(key)}: ${val}`).join(', ')}}`),
    )
  const mutatedLine = fc
    .tuple(
      fc.oneof(flatLine, fc.constantFrom(Buffer.from(LOGIN), Buffer.from(ESCAPES))),
      fc.array(
        fc.record({
          at: fc.nat(1000),
          byte: fc.oneof(fc.constantFrom(...Buffer.from('"\\{}[],:u0e-. ')), fc.nat(255)),
          removed: fc.nat(2),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    )
    .map(([line, edits]) => edits.reduce<Buffer>(edited, line))

  test.each([
    ['flat', flatLine],
    ['of all kinds', objectLine],
    ['damaged', mutatedLine],
    ['of random bytes', fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes))],
  ])('is never read in another way than the parser reads it: lines %s', (_kind, anyLine) => {
    fc.assert(
      fc.property(anyLine, (line) => {
        fc.pre(!line.includes(10))
        expectAsParsed(line)
      }),
      { numRuns: 5000 },
    )
  })

  const realLines = realLogLines()
  it.skipIf(realLines.length === 0)(
    'of real honeypots is mostly read without the parser, and as it would',
    () => {
      const flatLines = realLines.filter((line) => expectAsParsed(line))
      expect(flatLines.length / realLines.length).toBeGreaterThan(0.5)
    },
  )
})

interface Edit {
  readonly at: number
  readonly byte: number
  /** Bytes that the new one takes the place of; 0 puts it between. */
  readonly removed: number
}

function edited(bytes: Buffer, { at, byte, removed }: Edit): Buffer {
  const place = at % (bytes.length + 1)
  return Buffer.concat([bytes.subarray(0, place), Buffer.from([byte]), bytes.subarray(place + removed)])
}
