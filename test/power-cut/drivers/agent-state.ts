// Does to an agent's state what an agent does, in random order, and tells after each step what stands in it.
import { join } from 'node:path'
import { RequestTimes } from '../../../src/agent/request-times.ts'
import { openTargetStates } from '../../../src/agent/state-files.ts'
import { parseAddress } from '../../../src/ip/index.ts'
import { lockDirectory } from '../../../src/runtime/index.ts'
import { randomFrom } from '../../support/random.ts'
import { contentOf } from '../state-content.ts'
import { driver } from './driver.ts'

const STEPS = 60
const FORM = { type: 'ABUSE', ttlSeconds: 86_400, tags: ['COWRIE'], withTimes: true }
const random = randomFrom(driver.seed)
const between = (least: number, most: number) => least + Math.floor(random() * (most - least + 1))
const directory = join(driver.root, 'state')

const lock = await lockDirectory(directory)
const times = new RequestTimes(join(directory, 'requests.db'), { keyId: 'key', requestsPerMinute: 1000 })
let state = open()
let batch: ReturnType<typeof state.takeBatch>
for (let step = 0; step < STEPS; step += 1) {
  act(random())
  driver.mark(contentOf(state))
}
state.close()
times.close()
await lock.close()

function open() {
  return openTargetStates(directory, ['http://192.0.2.1/v1/ip'], { maxAddresses: 100_000, whenFull: 'wait' })
    .states[0]!
}

function act(dice: number): void {
  if (dice < 0.45)
    state.record(sightings(between(1, random() < 0.2 ? 400 : 20)), [[`/log${between(1, 3)}`, position()]])
  else if (dice < 0.65) {
    times.begin(Date.now())
    batch = state.takeBatch(between(1, 60), FORM)
  } else if (dice < 0.75 && batch !== undefined) state.noteNotTaken(batch.id)
  else if (dice < 0.93 && batch !== undefined) {
    state.settle(batch.id)
    batch = undefined
  } else {
    state.close()
    state = open()
  }
}

function* sightings(count: number) {
  for (let left = count; left > 0; left -= 1) {
    const number = between(0, 5000)
    const text = number % 3 === 0 ? `2001:db8::${number.toString(16)}` : `45.0.${number >> 8}.${number & 255}`
    yield { address: parseAddress(text)!, observedAtMs: 1_795_000_000_000 + number, sightings: between(1, 9) }
  }
}

function position() {
  const offset = between(0, 1_000_000)
  return {
    path: '/log',
    device: 1,
    inode: 2,
    fingerprint: 'f'.repeat(64),
    fingerprintBytes: 1024,
    offset,
    modifiedMs: 1_795_000_000_000,
  }
}
