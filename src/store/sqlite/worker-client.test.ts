import { describe, expect, it } from 'vitest'
import { createLogger, HoneyjamError, type Logger, silentLogger } from '../../runtime/index.ts'
import { startWorker, type WorkerClient } from './worker-client.ts'

type TestCalls = {
  readonly double: (number: number) => number
  readonly fail: (code: string) => void
  readonly together: (number: number) => readonly number[]
  readonly block: (milliseconds: number) => void
  readonly sum: (numbers: Uint32Array) => number
  readonly move: (count: number) => Uint32Array
  readonly die: () => void
}

const SERVICE = JSON.stringify(new URL('./worker-service.ts', import.meta.url).href)
const RUNTIME = JSON.stringify(new URL('../../runtime/index.ts', import.meta.url).href)

/** A service with an answer of each kind. */
const SCRIPT = `
  import { parentPort, workerData } from 'node:worker_threads'
  import { Moved, serveCalls } from ${SERVICE}
  import { HoneyjamError } from ${RUNTIME}
  serveCalls(parentPort, 'the test', () => {
    if (workerData === 'cannot open') throw new HoneyjamError('STORE_NEWER', 'too new', { fields: { version: 9 } })
    return {
      answers: {
        double: (number) => 2 * number,
        fail: (code) => {
          const cause = new Error('the reason')
          throw code === '' ? cause : new HoneyjamError(code, 'it failed', { cause, fields: { number: 7 } })
        },
        together: { together: (numbers) => {
          if (numbers.includes(13)) throw new Error('thirteen')
          return numbers.map(() => numbers)
        } },
        block: (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds),
        sum: (numbers) => numbers.reduce((sum, number) => sum + number, 0),
        move: (count) => { const numbers = new Uint32Array(count).fill(3); return new Moved(numbers, [numbers.buffer]) },
        die: () => process.exit(3),
      },
      close: () => { if (workerData === 'cannot close') throw new Error('stuck') },
    }
  })`

function start({
  data = '',
  ...options
}: {
  data?: string
  logger?: Logger
  onEnd?: (error: HoneyjamError) => void
} = {}): Promise<WorkerClient<TestCalls>> {
  const script = new URL(`data:text/javascript,${encodeURIComponent(SCRIPT)}`)
  return startWorker<TestCalls>(script, data, { name: 'test', logger: silentLogger, ...options })
}

describe('a worker', () => {
  it('answers calls in their order', async () => {
    const worker = await start()
    const order: number[] = []
    const calls = [1, 2, 3].map(async (number) => order.push(await worker.call('double', number)))
    await Promise.all(calls)
    expect(order).toEqual([2, 4, 6])
    await worker.close()
  })

  it('takes together what waited while it was busy, and only calls in a row', async () => {
    const worker = await start()
    const [, first, second, , third] = await Promise.all([
      worker.call('block', 50),
      worker.call('together', 1),
      worker.call('together', 2),
      worker.call('double', 0),
      worker.call('together', 3),
    ])
    expect(first).toEqual([1, 2])
    expect(second).toEqual([1, 2])
    expect(third).toEqual([3])
    await worker.close()
  })

  it('fails all of a group when the group fails, and nothing else', async () => {
    const worker = await start()
    const results = await Promise.allSettled([
      worker.call('block', 50),
      worker.call('together', 1),
      worker.call('together', 13),
      worker.call('double', 1),
      worker.call('together', 2),
    ])
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
      'fulfilled',
    ])
    await worker.close()
  })

  it('moves arrays in both directions', async () => {
    const worker = await start()
    const numbers = Uint32Array.of(1, 2, 3)
    expect(await worker.call('sum', numbers, [numbers.buffer])).toBe(6)
    expect(numbers).toHaveLength(0)
    expect(await worker.call('move', 2)).toEqual(Uint32Array.of(3, 3))
    await worker.close()
  })

  it('hands errors over with code, fields and the words of the cause', async () => {
    const worker = await start()
    const error: unknown = await worker.call('fail', 'STORE_CORRUPT').catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(HoneyjamError)
    expect(error).toMatchObject({
      code: 'STORE_CORRUPT',
      message: 'it failed',
      fields: { number: 7 },
      cause: { message: 'the reason' },
    })
    await expect(worker.call('fail', '')).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: 'the test failed: the reason',
    })
    await worker.close()
  })

  it('that cannot open says why', async () => {
    await expect(start({ data: 'cannot open' })).rejects.toMatchObject({
      code: 'STORE_NEWER',
      fields: { version: 9 },
    })
  })

  it('answers what it was asked before it closes, and nothing afterwards', async () => {
    const worker = await start()
    const call = worker.call('double', 1)
    await Promise.all([worker.close(), worker.close()])
    await expect(call).resolves.toBe(2)
    await expect(worker.call('double', 1)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: 'the test worker is closed',
    })
  })

  it('that fails to close says so and ends all the same', async () => {
    const worker = await start({ data: 'cannot close' })
    await expect(worker.close()).rejects.toThrow('stuck')
  })

  it('that dies fails every call under way and every later one, and is told and logged once', async () => {
    const told: HoneyjamError[] = []
    const lines: string[] = []
    const logger = createLogger({
      format: 'json',
      level: 'info',
      destination: { write: (line) => lines.push(line) },
    })
    const worker = await start({ logger, onEnd: (error) => told.push(error) })
    const results = await Promise.allSettled([worker.call('die', undefined), worker.call('double', 1)])
    const failed = {
      status: 'rejected',
      reason: expect.objectContaining({ code: 'STORE_UNAVAILABLE' }) as unknown,
    }
    expect(results).toEqual([failed, failed])
    await expect(worker.call('double', 1)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ level: 50, worker: 'test', exitCode: 3, lostCalls: 2 }),
    ])
    expect(told).toMatchObject([{ code: 'STORE_UNAVAILABLE', fields: { worker: 'test' } }])
    await worker.close()
  })

  it('that is closed tells nobody of its end', async () => {
    const told: HoneyjamError[] = []
    const worker = await start({ onEnd: (error) => told.push(error) })
    await worker.close()
    await expect(start({ data: 'cannot open', onEnd: (error) => told.push(error) })).rejects.toThrow(
      'too new',
    )
    expect(told).toEqual([])
  })
})
