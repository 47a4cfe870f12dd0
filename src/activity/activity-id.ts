import { randomBytes } from 'node:crypto'

const TIME_DIGITS = 12
const COUNT_DIGITS = 6
const MOST_COUNTED = 16 ** COUNT_DIGITS
const SOURCE_BYTES = 3

/** Makes ids that sort by time and, of one process, by order: time (12 hexadecimal digits), count (6), process (6). */
export function createIdSource(): (atMs: number) => string {
  const source = randomBytes(SOURCE_BYTES).toString('hex')
  let count = 0
  return (atMs) => {
    count = (count + 1) % MOST_COUNTED
    return firstIdAt(atMs) + count.toString(16).padStart(COUNT_DIGITS, '0') + source
  }
}

/** Sorts before every id of that instant and after every earlier one. */
export function firstIdAt(atMs: number): string {
  return Math.max(0, Math.floor(atMs)).toString(16).padStart(TIME_DIGITS, '0')
}
