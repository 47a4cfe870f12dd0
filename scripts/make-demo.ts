/**
 * Makes demo/cowrie.json from recordings of a real Cowrie that was attacked on loopback:
 *
 *     node scripts/make-demo.ts RECORDING.json...
 *
 * Every address in the lines becomes one of the ranges reserved for documentation, the same one each time.
 */
import { readFileSync, writeFileSync } from 'node:fs'

interface RecordedLine {
  readonly text: string
  readonly session: string
  readonly source: string
  readonly isLogin: boolean
}

const OUTPUT = new URL('../demo/cowrie.json', import.meta.url)
const MAX_BYTES = 195_000
/** A session that transfers files or floods is longer than a reader wants to scroll. */
const MAX_SESSION_BYTES = 9_000
const SENSOR = 'demo-honeypot'

const IPV4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g
const IPV6_LOOPBACK = /(?<![0-9a-f:.])::1(?![0-9a-f.])/gi
const DOCUMENTATION = /^(?:192\.0\.2|198\.51\.100|203\.0\.113)\./
const HONEYPOT = '192.0.2.1'
const IPV6_ATTACKER = '2001:db8:bad::1'

const recordings = process.argv.slice(2)
if (recordings.length === 0) throw new Error('name the recordings: node scripts/make-demo.ts FILE...')
const chosen = recordings.flatMap((path) =>
  chooseSessions(readRecording(path), MAX_BYTES / recordings.length),
)
writeFileSync(OUTPUT, neutralise(chosen.map((line) => line.text)))

function readRecording(path: string): RecordedLine[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map(readLine)
}

function readLine(text: string): RecordedLine {
  const event = JSON.parse(text) as { session: string; src_ip: string; eventid: string }
  return {
    text,
    session: event.session,
    source: event.src_ip,
    isLogin: event.eventid.startsWith('cowrie.login.'),
  }
}

/** One session of each source that tried to log in, as many as fit, their lines in the recorded order. */
function chooseSessions(lines: readonly RecordedLine[], maxBytes: number): RecordedLine[] {
  const bytesBySession = new Map<string, number>()
  for (const { session, text } of lines) {
    bytesBySession.set(session, (bytesBySession.get(session) ?? 0) + text.length + 1)
  }
  const sources = new Set<string>()
  const sessions = new Set<string>()
  let bytes = 0
  for (const { session, source } of lines.filter((line) => line.isLogin)) {
    const sessionBytes = bytesBySession.get(session) ?? 0
    if (sources.has(source) || sessionBytes > MAX_SESSION_BYTES || bytes + sessionBytes > maxBytes) continue
    sources.add(source)
    sessions.add(session)
    bytes += sessionBytes
  }
  return lines.filter((line) => sessions.has(line.session))
}

function neutralise(lines: readonly string[]): string {
  const replacements = new Map([['127.0.0.1', HONEYPOT]])
  const text = lines.map((line) => `${line}\n`).join('')
  return text
    .replaceAll(/"sensor":"[^"]*"/g, `"sensor":"${SENSOR}"`)
    .replaceAll(IPV6_LOOPBACK, IPV6_ATTACKER)
    .replaceAll(IPV4, (address) => replacementOf(address, replacements))
}

function replacementOf(address: string, replacements: Map<string, string>): string {
  if (DOCUMENTATION.test(address)) return address
  const known = replacements.get(address)
  if (known !== undefined) return known
  const count = replacements.size
  const network = count % 2 === 0 ? '198.51.100' : '203.0.113'
  // the recordings hold 203.0.113.9 as what an attacker claimed, so sources start behind it
  const replacement = `${network}.${10 + Math.floor(count / 2)}`
  replacements.set(address, replacement)
  return replacement
}
