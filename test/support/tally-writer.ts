/**
 * A process to be killed: node tally-writer.ts DIRECTORY FIRST_NUMBER
 * Submits records as fast as the store takes them, checkpoints all the while, and prints the number of each record once
 * it is acknowledged.
 */
import { silentLogger } from '../../src/runtime/index.ts'
import { openSqliteStore } from '../../src/store/sqlite/index.ts'
import { TallyDenylist } from './tally-denylist.ts'

const IN_FLIGHT = 16

const [directory = '', firstNumber = '0'] = process.argv.slice(2)
const list = await TallyDenylist.open(await openSqliteStore(directory, { logger: silentLogger }))
say('open')
let nextNumber = Number(firstNumber)
await Promise.all([...Array.from({ length: IN_FLIGHT }, submitForEver), checkpointForEver()])

async function submitForEver(): Promise<never> {
  for (;;) {
    const number = nextNumber++
    await list.submit(number)
    say(String(number))
  }
}

async function checkpointForEver(): Promise<never> {
  for (;;) await list.checkpoint()
}

/** A line that dies in the pipe was never seen by anybody, so it was no acknowledgement. */
function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
