import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type FollowLogOptions, followLog, type LogBatch } from '../../src/cowrie/index.ts'
import { silentLogger } from '../../src/runtime/index.ts'
import { ManualClock } from '../support/manual-clock.ts'

const POLL_INTERVAL_MS = 1000

/** Follows a log, but only when told to look. */
export class Follower {
  readonly batches: LogBatch[] = []
  readonly #clock = new ManualClock()
  readonly #stop = new AbortController()
  readonly #ended: Promise<void>

  constructor(path: string, options: Partial<FollowLogOptions> = {}) {
    this.#ended = this.#follow({
      path,
      groups: ['cowrie.login'],
      wakeUp: 'poll',
      pollIntervalMs: POLL_INTERVAL_MS,
      clock: this.#clock,
      logger: silentLogger,
      ...options,
      signal: this.#stop.signal,
    })
  }

  /** Reads whatever there is to read; returns the addresses seen since the last look. */
  async look(): Promise<string[]> {
    const before = this.batches.length
    await this.#clock.advance(POLL_INTERVAL_MS)
    const ended = this.#ended.then(() => {
      throw new Error('the following ended')
    })
    await Promise.race([this.#clock.untilSleeping(this.#clock.nowMs() + 1), ended])
    return this.batches.slice(before).flatMap(addressesOf)
  }

  get lastBatch(): LogBatch {
    return this.batches.at(-1)!
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#ended
  }

  async #follow(options: FollowLogOptions): Promise<void> {
    for await (const batch of followLog(options)) this.batches.push(batch)
  }
}

export function addressesOf({ events }: LogBatch): string[] {
  return events.map((event) => event.src_ip ?? '')
}

/** A login from 192.0.2.`number`, or of a higher number from 198.51.`number / 256`.`number % 256`; without a line feed. */
export function login(number: number): string {
  return JSON.stringify({
    src_ip: addressOf(number),
    timestamp: '2026-11-24T03:00:00Z',
    eventid: 'cowrie.login.failed',
  })
}

export function addressOf(number: number): string {
  return number < 256 ? `192.0.2.${number}` : `198.51.${number >> 8}.${number & 255}`
}

/** A directory in which a test plays Cowrie. Each writing comes a second after the one before, as files see it. */
export class LogDirectory {
  readonly path = mkdtempSync(join(tmpdir(), 'honeyjam-log-'))
  readonly log = join(this.path, 'cowrie.json')
  #seconds = Date.UTC(2026, 10, 24) / 1000

  /** Appends a login of each number, as whole lines. */
  logins(...numbers: readonly number[]): void {
    this.write(numbers.map((number) => `${login(number)}\n`).join(''))
  }

  write(text: string | Buffer, name = 'cowrie.json'): void {
    appendFileSync(join(this.path, name), text)
    this.#touch(name)
  }

  /** What Cowrie does at midnight, and logrotate by default. */
  rename(to: string, from = 'cowrie.json'): void {
    renameSync(join(this.path, from), join(this.path, to))
  }

  /** What logrotate does with `copytruncate`. */
  copyAndTruncate(to: string): void {
    copyFileSync(this.log, join(this.path, to))
    this.#touch(to)
    this.truncate()
  }

  truncate(bytes = 0): void {
    truncateSync(this.log, bytes)
    this.#touch('cowrie.json')
  }

  /** As gzip does, the packed file keeps the time of the plain one; other packers give it the time of the packing. */
  gzip(name: string, time: 'kept' | 'new' = 'kept'): void {
    const plain = join(this.path, name)
    const { mtime } = statSync(plain)
    writeFileSync(`${plain}.gz`, gzipSync(readFileSync(plain)))
    if (time === 'kept') utimesSync(`${plain}.gz`, mtime, mtime)
    else this.#touch(`${name}.gz`)
    rmSync(plain)
  }

  remove(name = 'cowrie.json'): void {
    rmSync(join(this.path, name))
  }

  /** The clock of the files ticks too coarsely for a test that writes often. */
  #touch(name: string): void {
    this.#seconds += 1
    utimesSync(join(this.path, name), this.#seconds, this.#seconds)
  }

  close(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
