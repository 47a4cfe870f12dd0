// A service's store that takes records, several at once, and merges them into its tables now and then.
import { join } from 'node:path'
import { lockDirectory, silentLogger } from '../../../src/runtime/index.ts'
import { openSqliteStore } from '../../../src/store/sqlite/index.ts'
import { randomFrom } from '../../support/random.ts'
import { TallyDenylist } from '../../support/tally-denylist.ts'
import { driver } from './driver.ts'

const ROUNDS = 18
const random = randomFrom(driver.seed)
const directory = join(driver.root, 'data')

const lock = await lockDirectory(directory)
let store = await openSqliteStore(directory, { logger: silentLogger })
let list = await TallyDenylist.open(store)
for (let round = 0, number = 0; round < ROUNDS; round += 1) {
  const count = 1 + Math.floor(random() * 4)
  const submitting = Array.from({ length: count }, () => submit(number++))
  // at the same time, as in a service
  await Promise.all([...submitting, ...(random() < 0.3 ? [list.checkpoint()] : [])])
  if (random() < 0.08) await reopen()
}
await store.close()
await lock.close()

async function submit(number: number): Promise<void> {
  await list.submit(number)
  driver.mark(number)
}

async function reopen(): Promise<void> {
  await store.close()
  store = await openSqliteStore(directory, { logger: silentLogger })
  list = await TallyDenylist.open(store)
}
