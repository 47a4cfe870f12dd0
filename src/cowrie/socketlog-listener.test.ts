import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { captureLog, type LogLine } from '../../test/support/captured-logger.ts'
import { systemClock } from '../runtime/index.ts'
import { LineJournal } from './line-journal.ts'
import { SocketlogListener, type SocketlogListenerOptions } from './socketlog-listener.ts'

let directory: string
let journal: LineJournal
let listener: SocketlogListener
let options: SocketlogListenerOptions
let lines: LogLine[]

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-socketlog-'))
  const captured = captureLog()
  lines = captured.lines
  journal = new LineJournal({ directory, clock: systemClock, logger: captured.logger })
  await journal.open()
  options = { host: '127.0.0.1', port: 0, journal, logger: captured.logger, maxConnections: 2 }
  listener = await SocketlogListener.start(options)
})

afterEach(async () => {
  await listener.close()
  await journal.close()
  rmSync(directory, { recursive: true })
})

const port = () => Number(listener.listensOn.split(':').at(-1))
const kept = () => readFileSync(journal.path, 'utf8')
const until = async (condition: () => boolean) => vi.waitFor(() => expect(condition()).toBe(true), 10_000)

async function connected(): Promise<Socket> {
  const socket = connect(port(), '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

describe('SocketlogListener', () => {
  it('keeps the lines of several honeypots apart, however they are cut, and takes them up again', async () => {
    const [one, other] = [await connected(), await connected()]
    one.write('{"a": ')
    other.write('{"b": 1}\n{"b": 2')
    await until(() => kept() === '{"b": 1}\n')
    one.write('1}\n')
    await until(() => kept().endsWith('{"a": 1}\n'))
    one.destroy()
    await until(() => lines.some(({ msg }) => msg.includes('has ended')))
    const again = await connected()
    again.end('{"a": 2}\n')
    other.end('}\n')
    await until(() => kept().length === 36)
    expect(kept().split('\n').toSorted()).toEqual(['', '{"a": 1}', '{"a": 2}', '{"b": 1}', '{"b": 2}'])
  })

  it('keeps a last line without a line feed when it is JSON, and counts it as dropped when it is not', async () => {
    ;(await connected()).end('{"a": 1}')
    ;(await connected()).end('{"a": 2')
    await until(() => lines.filter(({ msg }) => msg.includes('has ended')).length === 2)
    await journal.settled()
    expect(kept()).toBe('{"a": 1}\n')
    expect(lines.filter(({ level }) => level === 50)).toMatchObject([{ droppedLines: 1 }])
  })

  it('refuses and counts further connections while there are too many', async () => {
    const present = [await connected(), await connected()]
    for (let count = 0; count < 3; count += 1) {
      const refused = connect(port(), '127.0.0.1')
      refused.on('error', () => undefined)
      await once(refused, 'close')
    }
    expect(listener.refusedConnections).toBe(3)
    expect(lines.filter(({ level }) => level === 50)).toHaveLength(1)
    present[0]!.destroy()
    await until(() => lines.some(({ msg }) => msg.includes('has ended')))
    ;(await connected()).end('{"a": 1}\n')
    await until(() => kept() === '{"a": 1}\n')
    present[1]!.destroy()
  })

  it('reads what was sent before it closes', async () => {
    const socket = await connected()
    socket.on('error', () => undefined)
    const text = '{"a": 1}\n'.repeat(20_000)
    await new Promise<void>((resolve) => {
      socket.write(text, () => resolve())
    })
    await listener.close()
    await journal.settled()
    expect(kept()).toBe(text)
    listener = await SocketlogListener.start(options)
  })

  it('says what to do when the port is taken', async () => {
    const second = SocketlogListener.start({ ...options, port: port() })
    await expect(second).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: expect.stringContaining('[output_socketlog]') as string,
    })
  })
})
