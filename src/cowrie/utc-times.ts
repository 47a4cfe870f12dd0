const ZERO = 48
/** Digits stand where this has a 0; the rest must be the same. Cowrie writes this unless its `timezone` is set. */
const FORM = Buffer.from('0000-00-00T00:00:00.000000Z')
const DATE_BYTES = 'yyyy-mm-dd'.length

/** Reads Cowrie's UTC timestamps from bytes. The lines of a log share their day, so `Date` is asked once a day. */
export class UtcTimes {
  readonly #date = Buffer.alloc(DATE_BYTES)
  #dateMs = Number.NaN

  /**
   * @returns epoch milliseconds; `undefined` when what stands from `start` to `end` has another form or is
   *   no usual time: that is left to `parseTimestamp`
   */
  read(bytes: Buffer, start: number, end: number): number | undefined {
    if (end - start !== FORM.length || !hasForm(bytes, start)) return undefined
    const hours = twoDigits(bytes, start + 11)
    const minutes = twoDigits(bytes, start + 14)
    const seconds = twoDigits(bytes, start + 17)
    if (hours > 23 || minutes > 59 || seconds > 59) return undefined
    const dateMs = this.#readDate(bytes, start)
    if (Number.isNaN(dateMs)) return undefined
    const milliseconds = twoDigits(bytes, start + 20) * 10 + bytes[start + 22]! - ZERO
    return dateMs + ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds
  }

  #readDate(bytes: Buffer, start: number): number {
    for (let index = DATE_BYTES - 1; index >= 0; index -= 1) {
      if (bytes[start + index] !== this.#date[index]) {
        bytes.copy(this.#date, 0, start, start + DATE_BYTES)
        this.#dateMs = dateMsOf(this.#date.toString('latin1'))
        break
      }
    }
    return this.#dateMs
  }
}

/** `NaN` for what `Date` refuses, and before 1970, as `Date.UTC` takes the years below 100 for others. */
function dateMsOf(date: string): number {
  const dateMs = Date.parse(`${date}T00:00:00Z`)
  return dateMs > 0 ? dateMs : Number.NaN
}

function hasForm(bytes: Buffer, start: number): boolean {
  for (let index = 0; index < FORM.length; index += 1) {
    const byte = bytes[start + index]!
    const form = FORM[index]!
    if (form === ZERO ? byte < ZERO || byte > ZERO + 9 : byte !== form) return false
  }
  return true
}

function twoDigits(bytes: Buffer, start: number): number {
  return (bytes[start]! - ZERO) * 10 + bytes[start + 1]! - ZERO
}
