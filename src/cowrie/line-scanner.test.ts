import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { findRealLogs } from '../../test/support/real-logs.ts'
import { isInGroup, parseEvent } from './cowrie-event.ts'
import { LineScanner, type LineScannerOptions, type ScannedLines } from './line-scanner.ts'

const LOGIN = { groups: ['cowrie.login'] }
const BOTH = { groups: ['cowrie.login', 'cowrie.session'] }

function login(address: string, extra = {}): string {
  return JSON.stringify({ src_ip: address, ...extra, eventid: 'cowrie.login.failed' })
}

function scan(
  pieces: readonly Uint8Array[],
  options: LineScannerOptions,
): ScannedLines & { wholeLinesEnd: number } {
  const scanner = new LineScanner(options)
  for (const piece of pieces) scanner.push(piece)
  return { ...scanner.take(), wholeLinesEnd: scanner.wholeLinesEnd }
}

function scanText(text: string, options: LineScannerOptions = LOGIN) {
  return scan([Buffer.from(text)], options)
}

function addressesOf({ events }: Pick<ScannedLines, 'events'>): (string | undefined)[] {
  return events.map((event) => event.src_ip)
}

/** The plain way: split on line feeds, parse each line. */
function scanSlowly(bytes: Buffer, groups: readonly string[]) {
  const end = bytes.lastIndexOf(10) + 1
  const events = bytes
    .subarray(0, end)
    .toString()
    .split('\n')
    .map((line) => parseEvent(line))
    .filter((event) => event !== undefined)
  return {
    events: events.filter((event) => groups.some((group) => isInGroup(event.eventid, group))),
    eventLines: events.length,
    wholeLinesEnd: end,
  }
}

describe('LineScanner', () => {
  it('gives the events of the wanted groups in their order', () => {
    const text = `${login('192.0.2.1')}\n{"eventid":"cowrie.session.connect","src_ip":"192.0.2.2"}\n${login('192.0.2.3')}\n`
    expect(addressesOf(scanText(text))).toEqual(['192.0.2.1', '192.0.2.3'])
    expect(addressesOf(scanText(text, BOTH))).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3'])
  })

  it('goes by the id without its last part', () => {
    const text =
      '{"eventid":"cowrie.session.file_download.failed"}\n{"eventid":"cowrie.session.file_download"}\n'
    expect(scanText(text, BOTH).events.map((event) => event.eventid)).toEqual([
      'cowrie.session.file_download',
    ])
  })

  it('does not count an event name that an attacker typed', () => {
    const typed = JSON.stringify({
      input: '"eventid":"cowrie.login.success"',
      eventid: 'cowrie.command.input',
    })
    expect(scanText(`${typed}\n`)).toMatchObject({ events: [], lines: 1, eventLines: 1 })
  })

  it('counts blank, unparsable and other lines apart', () => {
    const text = [
      '',
      '  \r',
      'not json',
      '{"eventid":7}',
      '[1]',
      login('192.0.2.1'),
      '{"eventid":"cowrie.lo',
    ].join('\n')
    expect(scanText(`${text}\n`)).toMatchObject({
      lines: 7,
      blankLines: 2,
      unparsableLines: 2,
      eventLines: 1,
      bytes: text.length + 1,
    })
  })

  it('takes lines with carriage returns, invalid UTF-8 and bytes above ASCII', () => {
    const line = Buffer.from(`${login('192.0.2.1', { password: 'pässwörd' })}\r\n`)
    line[line.indexOf('\u00e4')] = 0xff
    expect(scan([line], LOGIN)).toMatchObject({ lines: 1, eventLines: 1, unparsableLines: 0 })
    expect(addressesOf(scan([line], LOGIN))).toEqual(['192.0.2.1'])
  })

  it('holds back what follows the last line feed', () => {
    const whole = `${login('192.0.2.1')}\n`
    const scanner = new LineScanner(LOGIN)
    scanner.push(Buffer.from(whole + login('192.0.2.2')))
    expect(addressesOf(scanner.take())).toEqual(['192.0.2.1'])
    expect(scanner.wholeLinesEnd).toBe(whole.length)
    scanner.push(Buffer.from('\n'))
    expect(addressesOf(scanner.take())).toEqual(['192.0.2.2'])
  })

  it('takes a last line without a line feed when the log is finished and it is JSON', () => {
    const scanner = new LineScanner(LOGIN)
    scanner.push(Buffer.from(login('192.0.2.1')))
    scanner.finish()
    expect(addressesOf(scanner.take())).toEqual(['192.0.2.1'])
    expect(scanner.wholeLinesEnd).toBe(login('192.0.2.1').length)
  })

  it('counts a last line that was cut off as unparsable and leaves it to be read again', () => {
    const scanner = new LineScanner(LOGIN)
    scanner.push(Buffer.from(`\n${login('192.0.2.1').slice(0, -1)}`))
    scanner.finish()
    expect(scanner.take()).toMatchObject({ events: [], lines: 2, unparsableLines: 1 })
    expect(scanner.wholeLinesEnd).toBe(1)
  })

  it('skips a line longer than it can hold and goes on behind it', () => {
    const options = { ...LOGIN, maxLineBytes: 1000 }
    const text = `${login('192.0.2.1', { password: 'x'.repeat(2000) })}\n${login('192.0.2.2')}\n`
    for (const pieceBytes of [1, 700, 4000]) {
      const scanned = scan(pieces(Buffer.from(text), pieceBytes), options)
      expect(addressesOf(scanned)).toEqual(['192.0.2.2'])
      expect(scanned).toMatchObject({ lines: 2, unparsableLines: 1, wholeLinesEnd: text.length })
    }
  })

  it('reads a line of 10 MB', () => {
    const line = `${login('192.0.2.1', { password: 'x'.repeat(10_000_000) })}\n`
    expect(addressesOf(scan(pieces(Buffer.from(line), 65_536), LOGIN))).toEqual(['192.0.2.1'])
  })

  it('finds the line behind a hole of NUL bytes that is larger than any line', () => {
    const hole = Buffer.alloc(5000)
    const line = Buffer.from(`${login('192.0.2.1')}\n`)
    for (const cuts of [
      [Buffer.concat([hole, line])],
      [hole, line],
      [hole, hole, line.subarray(0, 9), line.subarray(9)],
    ]) {
      expect(addressesOf(scan(cuts, { ...LOGIN, maxLineBytes: 1000 }))).toEqual(['192.0.2.1'])
    }
  })

  it('goes by the shape of lines without a hit behind the part that is checked exactly', () => {
    const bare = '{"looks like an object}\n'
    expect(scanText(bare.repeat(3), { ...LOGIN, exactBytes: bare.length })).toMatchObject({
      eventLines: 2,
      unparsableLines: 1,
    })
    expect(scanText('{"cut off\n', { ...LOGIN, exactBytes: 0 })).toMatchObject({
      eventLines: 0,
      unparsableLines: 1,
    })
  })

  it('still parses lines with a hit behind the part that is checked exactly', () => {
    const options = { ...LOGIN, exactBytes: 0 }
    const text = `{"eventid":"cowrie.login.failed",}\n${login('192.0.2.1')}\n`
    expect(scanText(text, options)).toMatchObject({ lines: 2, eventLines: 1, unparsableLines: 1 })
    expect(addressesOf(scanText(text, options))).toEqual(['192.0.2.1'])
  })
})

describe('LineScanner between two files', () => {
  test('a line split anywhere over two files is one line', () => {
    const line = login('192.0.2.1')
    const after = `${login('192.0.2.2')}\n`
    for (let cut = 1; cut < line.length; cut += 1) {
      const scanned = scanTwo(line.slice(0, cut), `${line.slice(cut)}\n${after}`)
      expect(addressesOf(scanned)).toEqual(['192.0.2.1', '192.0.2.2'])
      expect(scanned).toMatchObject({ lines: 2, unparsableLines: 0, firstEnd: 0 })
    }
  })

  it('takes a line whose line feed alone went to the next file', () => {
    const line = login('192.0.2.1')
    const scanned = scanTwo(line, `\n${login('192.0.2.2')}\n`)
    expect(addressesOf(scanned)).toEqual(['192.0.2.1', '192.0.2.2'])
    expect(scanned).toMatchObject({ firstEnd: line.length, blankLines: 1 })
  })

  it('does not join a line that was cut off for good with the whole line that follows', () => {
    const scanned = scanTwo('{"eventid":"cowrie.login.fa', `${login('192.0.2.2')}\n`)
    expect(addressesOf(scanned)).toEqual(['192.0.2.2'])
    expect(scanned).toMatchObject({ lines: 2, unparsableLines: 1 })
  })

  it('counts both as unparsable when they make no line together', () => {
    expect(scanTwo('{"eventid":"cowr', 'garbage}\n')).toMatchObject({
      events: [],
      lines: 2,
      unparsableLines: 2,
    })
  })

  test('a line split over three files is one line', () => {
    const line = login('192.0.2.1')
    const scanner = new LineScanner(LOGIN)
    for (const part of [line.slice(0, 9), line.slice(9, 20), `${line.slice(20)}\n`]) {
      scanner.endFile()
      scanner.startFile()
      scanner.push(Buffer.from(part))
    }
    expect(addressesOf(scanner.take())).toEqual(['192.0.2.1'])
  })

  it('counts the end of the last file when nothing follows', () => {
    const scanner = new LineScanner(LOGIN)
    scanner.push(Buffer.from('{"eventid":"cowr'))
    scanner.endFile()
    scanner.finish()
    expect(scanner.take()).toMatchObject({ lines: 1, unparsableLines: 1 })
  })
})

describe('cutting the log', () => {
  const hostileLine = fc.oneof(
    { weight: 4, arbitrary: fc.ipV4().map((address) => login(address)) },
    fc.string({ unit: 'binary' }).map((password) => login('192.0.2.9', { password })),
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', '\r', '\0\0\0', '{"cowrie.login.', '{}', `\0${login('192.0.2.8')}\r`),
  )
  const anyLog = fc
    .tuple(fc.array(hostileLine, { maxLength: 12 }), fc.constantFrom('', '\n', '{"eventid":"cowrie.lo'))
    .map(([lines, end]) => Buffer.from(lines.join('\n') + end))

  test('anywhere makes no difference', () => {
    const limits = fc.record({ exactBytes: fc.nat(400), maxLineBytes: fc.integer({ min: 1, max: 400 }) })
    fc.assert(
      fc.property(anyLog, fc.array(fc.nat(1200)), limits, (log, cuts, limit) => {
        const options = { ...BOTH, ...limit }
        expect(scan(cutAt(log, cuts), options)).toEqual(scan([log], options))
      }),
      { numRuns: 500 },
    )
  })

  test('gives what splitting and parsing each line gives', () => {
    fc.assert(
      fc.property(anyLog, fc.array(fc.nat(1200)), (log, cuts) => {
        expect(scan(cutAt(log, cuts), BOTH)).toMatchObject(scanSlowly(log, BOTH.groups))
      }),
      { numRuns: 300 },
    )
  })

  const realLogs = findRealLogs()
  it.skipIf(realLogs.length === 0)('of real honeypots anywhere makes no difference', () => {
    for (const path of realLogs) {
      const log = readFileSync(path).subarray(0, 200_000)
      const expected = scanSlowly(log, BOTH.groups)
      const cutsOfLog = fc.array(fc.nat(log.length), { maxLength: 60 })
      fc.assert(
        fc.property(cutsOfLog, (cuts) => {
          expect(scan(cutAt(log, cuts), BOTH)).toMatchObject(expected)
        }),
        { numRuns: 5, examples: [[[]]] },
      )
    }
  })
})

function scanTwo(first: string, second: string) {
  const scanner = new LineScanner(LOGIN)
  scanner.push(Buffer.from(first))
  scanner.endFile()
  const firstEnd = scanner.wholeLinesEnd
  scanner.startFile()
  for (const piece of pieces(Buffer.from(second), 7)) scanner.push(piece)
  return { ...scanner.take(), firstEnd, secondEnd: scanner.wholeLinesEnd }
}

function pieces(bytes: Buffer, pieceBytes: number): Buffer[] {
  const count = Math.ceil(bytes.length / pieceBytes)
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  )
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const bounds = [0, ...cuts.filter((cut) => cut <= bytes.length).toSorted((a, b) => a - b), bytes.length]
  return bounds.slice(1).map((end, index) => bytes.subarray(bounds[index], end))
}
