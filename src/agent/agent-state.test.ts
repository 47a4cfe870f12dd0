import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { CAN_MOUNT, mountSmallDisk } from '../../test/support/small-disk.ts'
import type { LogPosition } from '../cowrie/index.ts'
import type { Address } from '../ip/index.ts'
import { AgentState, type Batch, type PendingSighting } from './agent-state.ts'
import type { WhenFull } from './spool-limit.ts'
import type { ReportForm } from './stored-batch.ts'

const FORM: ReportForm = { type: 'ABUSE', ttlSeconds: 86_400, tags: ['COWRIE'], withTimes: true }

let directory: string
let path: string
let state: AgentState

function sighting(address: string, observedAtMs: number, sightings = 1): PendingSighting {
  return { address: address as Address, observedAtMs, sightings }
}

function position(offset: number): LogPosition {
  return { path: '/log', device: 1, inode: 2, fingerprint: 'ab', fingerprintBytes: 1, modifiedMs: 3, offset }
}

function record(...sightings: PendingSighting[]): void {
  state.record(sightings, [])
}

function take(limit = 1000, form = FORM): Batch {
  return state.takeBatch(limit, form)!
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-state-'))
  path = join(directory, 'agent.db')
  state = new AgentState(path)
})

afterEach(() => {
  state.close()
  rmSync(directory, { recursive: true })
})

it.skipIf(!CAN_MOUNT)('goes on for long on a disk of 4 MiB (as root only, since it mounts one)', () => {
  const disk = mountSmallDisk(4)
  const small = new AgentState(join(disk.path, 'agent.db'))
  for (let offset = 0; offset < 1000; offset += 1) {
    small.record([sighting('192.0.2.1', offset)], [['/log', position(offset)]])
  }
  expect(small.positionOf('/log')).toEqual(position(999))
  small.close()
  disk.remove()
})

describe('a spool that is full', () => {
  function reopen(whenFull: WhenFull): void {
    state.close()
    state = new AgentState(path, { spool: { maxAddresses: 2, whenFull } })
  }

  beforeEach(() => record(sighting('192.0.2.1', 5), sighting('192.0.2.2', 6)))

  it('takes no new address, and not the position behind it', () => {
    reopen('wait')
    expect(() => state.record([sighting('192.0.2.3', 7)], [['/log', position(10)]])).toThrow(
      expect.objectContaining({ code: 'SPOOL_FULL' }),
    )
    expect(state.positionOf('/log')).toBeUndefined()
    expect(state.waitingAddresses).toBe(2)
  })

  it('still takes repeats', () => {
    reopen('wait')
    state.record([sighting('192.0.2.1', 9)], [['/log', position(10)]])
    expect(state.positionOf('/log')).toEqual(position(10))
    expect(take().report).toMatchObject({ addresses: ['192.0.2.1', '192.0.2.2'], observedAtMs: [9, 6] })
  })

  it('takes more once a service has taken some', () => {
    reopen('wait')
    state.settle(take(1).id)
    state.record([sighting('192.0.2.3', 7)], [])
    expect(state.waitingAddresses).toBe(2)
  })

  it('may drop what was seen longest ago, and counts it', () => {
    reopen('drop_oldest')
    expect(state.record([sighting('192.0.2.3', 7), sighting('192.0.2.4', 4)], [])).toBe(2)
    expect(state.droppedAddresses).toBe(2)
    expect(take().report.addresses).toEqual(['192.0.2.3', '192.0.2.2'])
  })
})

describe('recording', () => {
  it('folds the sightings of an address into one with the newest time', () => {
    record(sighting('192.0.2.1', 5), sighting('192.0.2.2', 1))
    record(sighting('192.0.2.1', 3, 4))
    expect(state.waitingAddresses).toBe(2)
    expect(take().report).toMatchObject({ addresses: ['192.0.2.1', '192.0.2.2'], observedAtMs: [5, 1] })
  })

  it('moves the position with the sightings, both or neither', () => {
    state.record([sighting('192.0.2.1', 5)], [['/log', position(10)]])
    expect(() =>
      state.record([sighting('192.0.2.2', 6)], [['/log', position(20)]], () => {
        throw new Error('in the middle')
      }),
    ).toThrow('in the middle')
    expect(state.positionOf('/log')).toEqual(position(10))
    expect(take().report.addresses).toEqual(['192.0.2.1'])
  })

  it('knows no position of a log that was never read', () => {
    expect(state.positionOf('/other')).toBeUndefined()
  })
})

describe('taking a batch', () => {
  it('gives nothing when nothing waits', () => {
    expect(state.takeBatch(10, FORM)).toBeUndefined()
    expect(state.hasWork).toBe(false)
  })

  it('takes the newest first and no more than asked for', () => {
    record(sighting('192.0.2.1', 1), sighting('192.0.2.3', 3), sighting('192.0.2.2', 2))
    expect(take(2).report.addresses).toEqual(['192.0.2.3', '192.0.2.2'])
    expect(state.waitingAddresses).toBe(3)
  })

  it('gives the same batch with the same key until it is settled', () => {
    record(sighting('192.0.2.1', 1))
    const first = take()
    record(sighting('192.0.2.2', 2))
    expect(take()).toEqual(first)
    state.settle(first.id)
    const second = take()
    expect(second.report.addresses).toEqual(['192.0.2.2'])
    expect(second.idempotencyKey).not.toBe(first.idempotencyKey)
  })

  it('leaves the times out when they are not to go along', () => {
    record(sighting('192.0.2.1', 1))
    expect(take(10, { ...FORM, withTimes: false }).report).not.toHaveProperty('observedAtMs')
  })

  it('sends an address again that is seen while its batch is under way', () => {
    record(sighting('192.0.2.1', 1))
    const first = take()
    record(sighting('192.0.2.1', 2))
    state.settle(first.id)
    expect(take().report).toMatchObject({ addresses: ['192.0.2.1'], observedAtMs: [2] })
  })
})

describe('recording as batches', () => {
  const recordAsBatches = (limit: number, ...sightings: PendingSighting[]) =>
    state.recordAsBatches({ sightings, positions: [['/log', position(7)]], limit, form: FORM })

  it.each([
    ['nothing waits', []],
    ['something waits already', [sighting('192.0.2.1', 9), sighting('192.0.2.4', 0)]],
  ])('takes everything when %s, newest first, each batch with a key of its own', (_case, waiting) => {
    record(...waiting)
    const isEmpty = waiting.length === 0
    recordAsBatches(2, ...[4, 3, 2, 1, 0].map((n) => sighting(`192.0.2.${n}`, n)))
    expect(state.waitingAddresses).toBe(5)
    expect(state.positionOf('/log')?.offset).toBe(7)
    const taken: Batch[] = []
    for (let batch = state.takeBatch(2, FORM); batch !== undefined; batch = state.takeBatch(2, FORM)) {
      taken.push(batch)
      state.settle(batch.id)
    }
    const times = isEmpty ? [[4, 3], [2, 1], [0]] : [[9, 4], [3, 2], [0]]
    expect(taken.map(({ report }) => report.observedAtMs)).toEqual(times)
    expect(taken[0]?.report.addresses).toEqual(
      isEmpty ? ['192.0.2.4', '192.0.2.3'] : ['192.0.2.1', '192.0.2.4'],
    )
    expect(new Set(taken.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3)
  })

  it('changes nothing when it fails', () => {
    const failing = () =>
      state.recordAsBatches(
        { sightings: [sighting('192.0.2.1', 1)], positions: [], limit: 1, form: FORM },
        () => {
          throw new Error('in the middle')
        },
      )
    expect(failing).toThrow('in the middle')
    expect(state.hasWork).toBe(false)
  })

  it('goes on first with the batch that may have been taken', () => {
    recordAsBatches(1, sighting('192.0.2.2', 2), sighting('192.0.2.1', 1))
    const first = take()
    state.noteNotTaken(first.id)
    // settings that were corrected: the batches are formed anew, one after the other
    const anew = take(1, { ...FORM, type: 'OTHER' })
    expect(take(1, { ...FORM, type: 'OTHER' })).toEqual(anew)
    expect(anew.idempotencyKey).not.toBe(first.idempotencyKey)
  })
})

describe('a batch that surely was not taken', () => {
  it('keeps its key while there is nothing to change', () => {
    record(sighting('192.0.2.1', 1))
    const first = take()
    state.noteNotTaken(first.id)
    expect(take()).toEqual(first)
  })

  it('is formed anew, under a new key, when newer sightings wait', () => {
    record(sighting('192.0.2.1', 1))
    const first = take()
    state.noteNotTaken(first.id)
    record(sighting('192.0.2.2', 2))
    const second = take()
    expect(second.idempotencyKey).not.toBe(first.idempotencyKey)
    expect(second.report).toMatchObject({ addresses: ['192.0.2.2', '192.0.2.1'], observedAtMs: [2, 1] })
  })

  it('is formed anew when the settings have changed', () => {
    record(sighting('192.0.2.1', 1))
    state.noteNotTaken(take().id)
    expect(take(1000, { ...FORM, type: 'OTHER' }).report.type).toBe('OTHER')
  })

  it('is formed anew when it has become too large', () => {
    record(sighting('192.0.2.1', 1), sighting('192.0.2.2', 2))
    state.noteNotTaken(take().id)
    expect(take(1).report.addresses).toEqual(['192.0.2.2'])
  })

  it('is never formed anew after one attempt whose end nobody saw', () => {
    record(sighting('192.0.2.1', 1))
    const first = take()
    state.close()
    state = new AgentState(path)
    state.noteNotTaken(take().id)
    record(sighting('192.0.2.2', 2))
    expect(take(1, { ...FORM, type: 'OTHER' })).toEqual(first)
  })
})

describe('settling', () => {
  it('counts what was delivered', () => {
    record(sighting('192.0.2.1', 1), sighting('192.0.2.2', 2), sighting('192.0.2.3', 3))
    take(2)
    state.settle(take(2).id)
    expect(state.totals).toEqual({ requests: 2, batches: 1, addresses: 2 })
    expect(state.waitingAddresses).toBe(1)
  })

  it('does nothing for a batch that is not under way', () => {
    record(sighting('192.0.2.1', 1))
    const { id } = take()
    state.settle(id)
    state.settle(id)
    expect(state.totals.batches).toBe(1)
  })
})

describe('the file', () => {
  it('is for its owner alone', () => {
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600)
  })

  it('is refused when a newer version wrote it', () => {
    state.close()
    const database = new Database(path)
    database.pragma('user_version = 99')
    database.close()
    expect(() => new AgentState(path)).toThrow(expect.objectContaining({ code: 'STORE_NEWER' }) as Error)
    state = new AgentState(join(directory, 'other.db'))
  })

  it('is refused when it is damaged', () => {
    const damaged = join(directory, 'damaged.db')
    writeFileSync(damaged, 'x'.repeat(4096))
    expect(() => new AgentState(damaged)).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }) as Error)
  })

  it('says what is wrong when its directory is not there', () => {
    expect(() => new AgentState(join(directory, 'none', 'agent.db'))).toThrow(
      expect.objectContaining({ code: 'DIRECTORY_UNUSABLE' }) as Error,
    )
  })

  it('changes nothing when the disk is full, and goes on when there is room again', () => {
    record(sighting('192.0.2.1', 1))
    const pages = state.read((database) => Number(database.pragma('page_count', { simple: true })))
    state.read((database) => database.pragma(`max_page_count = ${pages}`))
    const many = Array.from({ length: 2000 }, (_, i) => sighting(`2001:db8::${i.toString(16)}`, i))
    expect(() => state.record(many, [['/log', position(1)]])).toThrow(
      expect.objectContaining({ code: 'STORE_UNAVAILABLE' }) as Error,
    )
    expect(state.waitingAddresses).toBe(1)
    expect(state.positionOf('/log')).toBeUndefined()
    state.read((database) => database.pragma('max_page_count = 1000000'))
    state.record(many, [])
    expect(state.waitingAddresses).toBe(2001)
  })

  it('holds no key', () => {
    record(sighting('192.0.2.1', 1))
    take()
    state.close()
    expect(readFileSync(path, 'latin1')).not.toContain('tja_')
    state = new AgentState(path)
  })
})

/** What a service knows: the first report under each key, and how often each address was reported. */
class ModelService {
  readonly bodyByKey = new Map<string, string>()
  readonly takenKeys = new Set<string>()
  readonly reportsByAddress = new Map<string, number>()
  readonly newestByAddress = new Map<string, number>()

  see({ idempotencyKey, report }: Batch): void {
    const body = JSON.stringify(report)
    if ((this.bodyByKey.get(idempotencyKey) ?? body) !== body) throw new Error('one key, two reports')
    this.bodyByKey.set(idempotencyKey, body)
  }

  takeIn({ idempotencyKey, report }: Batch): void {
    if (this.takenKeys.has(idempotencyKey)) return
    this.takenKeys.add(idempotencyKey)
    report.addresses.forEach((address, i) => {
      this.reportsByAddress.set(address, (this.reportsByAddress.get(address) ?? 0) + 1)
      this.newestByAddress.set(
        address,
        Math.max(this.newestByAddress.get(address) ?? 0, report.observedAtMs?.[i] ?? 0),
      )
    })
  }
}

type Step =
  | { readonly kind: 'record'; readonly addresses: readonly number[] }
  /** Takes a batch and sends it; `taken`: whether the service has it, `answered`: whether the agent gets to know. */
  | { readonly kind: 'send'; readonly limit: number; readonly taken: boolean; readonly answered: boolean }
  | { readonly kind: 'crash' }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('record' as const),
    addresses: fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 6 }),
  }),
  fc.record({
    kind: fc.constant('send' as const),
    limit: fc.integer({ min: 1, max: 4 }),
    taken: fc.boolean(),
    answered: fc.boolean(),
  }),
  fc.constant({ kind: 'crash' as const }),
)

test('in any order of recording, sending, refusals, lost answers and crashes nothing is lost and nothing counted twice', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(), (steps, run) => {
      const file = join(directory, `run-${run}-${Math.random()}.db`)
      // a handle that is left open stands for a process that was killed
      const handles = [new AgentState(file)]
      const current = () => handles.at(-1)!
      const service = new ModelService()
      /** How often an address was recorded after its last batch was formed: what the service may still be told. */
      const recordedByAddress = new Map<string, number>()
      const newestSeen = new Map<string, number>()
      let nowMs = 0
      let lastOffset: number | undefined

      const send = (limit: number, taken: boolean, answered: boolean) => {
        const batch = current().takeBatch(limit, FORM)
        if (batch === undefined) return
        service.see(batch)
        const isKnown = service.takenKeys.has(batch.idempotencyKey)
        if (taken) service.takeIn(batch)
        // a service that has the report already never refuses it
        if (answered && (taken || isKnown)) current().settle(batch.id)
        else if (answered) current().noteNotTaken(batch.id)
      }

      for (const next of steps) {
        nowMs += 1
        if (next.kind === 'crash') handles.push(new AgentState(file))
        else if (next.kind === 'send') send(next.limit, next.taken, next.answered)
        else {
          const addresses = [...new Set(next.addresses)].map((n) => `192.0.2.${n}`)
          current().record(
            addresses.map((address) => sighting(address, nowMs)),
            [['/log', position(nowMs)]],
          )
          for (const address of addresses) {
            recordedByAddress.set(address, (recordedByAddress.get(address) ?? 0) + 1)
            newestSeen.set(address, nowMs)
          }
          lastOffset = nowMs
        }
      }

      while (current().hasWork) send(3, true, true)
      expect(current().positionOf('/log')?.offset).toBe(lastOffset)
      expect(service.newestByAddress).toEqual(newestSeen)
      for (const [address, reports] of service.reportsByAddress) {
        expect(reports).toBeLessThanOrEqual(recordedByAddress.get(address) ?? 0)
      }
      for (const handle of handles) handle.close()
    }),
    { numRuns: 150 },
  )
})
