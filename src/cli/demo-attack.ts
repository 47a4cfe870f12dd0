import { readFileSync } from 'node:fs'
import { escapeText } from './escape-text.ts'

/** One line of the recorded attack. */
export interface DemoLine {
  /** As Cowrie wrote it, at the time of the recording. */
  readonly text: string
  /** The login attempt that it tells of, if it does. */
  readonly attempt: DemoAttempt | undefined
}

/** What an attacker tried; everything but `succeeded` is the attacker's text. */
export interface DemoAttempt {
  readonly address: string
  readonly username: string
  /** `undefined` where a public key was offered. */
  readonly password: string | undefined
  readonly succeeded: boolean
}

interface RecordedEvent {
  readonly eventid: string
  readonly src_ip: string
  readonly username?: string
  readonly password?: string
}

const RECORDING = new URL('../../demo/cowrie.json', import.meta.url)
const MAX_SHOWN = 24
const ADDRESS_WIDTH = 16

/** Reads the recorded attack that the package brings. */
export function readDemoAttack(): DemoLine[] {
  const lines = readFileSync(RECORDING, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((text) => ({ text, attempt: attemptOf(text) }))
}

/** The line as if it were written at that instant. */
export function stampLine(text: string, epochMs: number): string {
  const timestamp = new Date(epochMs).toISOString().replace('Z', '000Z')
  // an attacker cannot write this key: quotes inside a JSON string carry a backslash
  return text.replace(/"timestamp":"[^"]*"/, () => `"timestamp":"${timestamp}"`)
}

/** One line for people; the attacker's text is escaped and cut. */
export function renderAttempt(
  { address, username, password, succeeded }: DemoAttempt,
  epochMs: number,
): string {
  const time = new Date(epochMs).toISOString().slice(11, 19)
  const secret = password === undefined ? '(a key)' : escapeText(password, MAX_SHOWN)
  const outcome = succeeded ? 'let in' : 'refused'
  return `${time}  ${escapeText(address).padEnd(ADDRESS_WIDTH)}  ${outcome.padEnd(7)}  ${escapeText(username, MAX_SHOWN)} / ${secret}`
}

function attemptOf(text: string): DemoAttempt | undefined {
  const event = JSON.parse(text) as RecordedEvent
  if (!event.eventid.startsWith('cowrie.login.')) return undefined
  return {
    address: event.src_ip,
    username: event.username ?? '',
    password: event.password,
    succeeded: event.eventid === 'cowrie.login.success',
  }
}
