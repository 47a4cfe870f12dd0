import { MAX_VALUE_CHARACTERS, parseTimestamp } from './cowrie-event.ts'
import { FlatObject } from './flat-object.ts'
import type { CowrieEvent } from './log-batch.ts'
import { RecentTexts } from './recent-texts.ts'
import { UtcTimes } from './utc-times.ts'

const MEMBERS = ['eventid', 'src_ip', 'timestamp'] as const
const EVENTID = 0
const SRC_IP = 1
const TIMESTAMP = 2

/**
 * Reads events from bytes, several times as fast as `readLine` from text, and with the same outcome:
 * what it is not sure of is left to that.
 */
export class FlatEvent {
  readonly #object = new FlatObject(MEMBERS)
  readonly #recentTexts = new RecentTexts()
  readonly #times = new UtcTimes()
  #bytes: Buffer = Buffer.alloc(0)

  /** Takes the bytes up to the line feed at `end`. @returns whether they are a flat object for sure */
  read(bytes: Buffer, start: number, end: number): boolean {
    this.#bytes = bytes
    return this.#object.read(bytes, start, end)
  }

  /** Whether the object that was read is an event. */
  get isEvent(): boolean {
    return this.#has(EVENTID)
  }

  /** The event that was read; `undefined` when it is none. */
  toEvent(): CowrieEvent | undefined {
    if (!this.isEvent) return undefined
    return {
      eventid: this.#eventid(),
      src_ip: this.#text(SRC_IP),
      timestampMs: this.#timestampMs(),
    }
  }

  #has(member: number): boolean {
    const start = this.#object.startOf(member)
    return start !== -1 && this.#object.endOf(member) - start <= MAX_VALUE_CHARACTERS
  }

  #text(member: number): string | undefined {
    if (!this.#has(member)) return undefined
    return this.#bytes.toString('latin1', this.#object.startOf(member), this.#object.endOf(member))
  }

  #eventid(): string {
    return this.#recentTexts.at(this.#bytes, this.#object.startOf(EVENTID), this.#object.endOf(EVENTID))
  }

  #timestampMs(): number | undefined {
    if (!this.#has(TIMESTAMP)) return undefined
    const [start, end] = [this.#object.startOf(TIMESTAMP), this.#object.endOf(TIMESTAMP)]
    return this.#times.read(this.#bytes, start, end) ?? parseTimestamp(this.#text(TIMESTAMP))
  }
}
