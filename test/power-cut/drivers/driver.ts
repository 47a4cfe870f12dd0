import { openSync, writeSync } from 'node:fs'

/** What every driver is given: see `record`. */
const [root = '', marks = '', seed = '0'] = process.argv.slice(2)
const file = openSync(marks, 'a')

export const driver = {
  /** Stands for the disk. */
  root,
  seed: Number(seed),
  /** Tells that everything up to here is acknowledged. */
  mark(value: unknown): void {
    writeSync(file, `${JSON.stringify(value)}\n`)
  },
}
