/** Devices that pull a feed, each asking whether the copy it has is still good. */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { quantilesOf } from '../service/quantiles.ts'
import type { Ask, PullFigures } from './messages.ts'

const DEVICES = 500
/** At the same time; a pull that waits for one counts from when it was due. */
const CONNECTIONS = 200
const PATH = '/feeds/plain.txt'

process.on('message', (ask: Ask) => {
  if (ask.kind === 'pull') void pullAll(ask).then((figures) => process.send?.(figures))
})

async function pullAll({ url, keyFile, perMinute, seconds }: Ask & { kind: 'pull' }): Promise<PullFigures> {
  const key = readFileSync(keyFile, 'utf8').trim()
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const etags: string[] = []
  const latenciesMs: number[] = []
  const errors: Record<string, number> = {}
  let notModified = 0
  const pull = async (device: number, dueMs: number) => {
    const { status, etag } = await pullOne(`${url}${PATH}`, { key, agent, etag: etags[device] })
    latenciesMs.push(performance.now() - dueMs)
    if (status === 304) notModified++
    else if (status !== 200) errors[status] = (errors[status] ?? 0) + 1
    if (etag !== undefined) etags[device] = etag
  }
  const startMs = performance.now()
  const total = Math.round((perMinute / 60) * seconds)
  const underWay: Promise<void>[] = []
  for (let number = 0; number < total; number++) {
    const dueMs = startMs + (60_000 * number) / perMinute
    if (dueMs > performance.now()) await wait(dueMs - performance.now())
    underWay.push(pull(number % DEVICES, dueMs))
  }
  await Promise.all(underWay)
  return { requests: total, notModified, errors, ...quantilesOf(latenciesMs) }
}

async function pullOne(
  url: string,
  { key, agent, etag }: { readonly key: string; readonly agent: Agent; readonly etag: string | undefined },
): Promise<{ readonly status: number; readonly etag: string | undefined }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; etag: string | undefined }>()
  const headers = {
    authorization: `Bearer ${key}`,
    'accept-encoding': 'gzip',
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
  }
  request(url, { agent, headers }, (response) => {
    response.resume()
    response.on('end', () => resolve({ status: response.statusCode ?? 0, etag: response.headers.etag }))
    response.on('error', reject)
  })
    .on('error', reject)
    .end()
  return await promise
}
