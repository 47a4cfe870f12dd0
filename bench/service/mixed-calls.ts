/** What clients do besides reporting and looking up, the broken ones among them. */
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Target } from './jobs.ts'
import { addressText, numberedAddress } from './numbered-addresses.ts'

/** One call or a few that belong together; says what went other than it should. */
export interface MixedCall {
  readonly name: string
  readonly everySeconds: number
  run(target: Target): Promise<readonly string[]>
}

export const MIXED_CALLS: readonly MixedCall[] = [
  { name: 'private list', everySeconds: 1, run: changeList },
  { name: 'list in force', everySeconds: 2, run: readLists },
  { name: 'key', everySeconds: 10, run: useKeys },
  { name: 'heartbeat', everySeconds: 1, run: sendHeartbeat },
  { name: 'allow and unban', everySeconds: 1, run: allowAndUnban },
  { name: 'garbage', everySeconds: 0.2, run: sendGarbage },
  { name: 'broken connection', everySeconds: 0.5, run: breakConnection },
  { name: 'download', everySeconds: 20, run: download },
  { name: 'download that is left', everySeconds: 15, run: leaveDownload },
]

const REPORTED = '/v1/denylist/reported/ip'
const AGENTS = 50

async function changeList(target: Target): Promise<readonly string[]> {
  const path = '/v1/denylist/private'
  const created = await call(target, 'POST', path, {
    resource_type: 'CIDR',
    name: `soak ${crypto.randomUUID()}`,
    description: '',
    tags: [],
    // longer than the calls below take on a machine that is busy otherwise
    ttl: 600,
  })
  const list = `${path}/${String(created.body)}`
  const content = { append: Array.from({ length: 20 }, (_, number) => `45.83.${number}.0/24`), remove: [] }
  return [
    ...created.unless(202),
    ...(await call(target, 'PUT', `${list}/content`, content)).unless(202),
    ...(await call(target, 'GET', `${list}/content`)).unless(200),
    // every other list is left to end by itself
    ...(Math.random() < 0.5 ? (await call(target, 'DELETE', list)).unless(202) : []),
  ]
}

async function readLists(target: Target): Promise<readonly string[]> {
  const paths = [
    '/v1/denylist/private/all',
    '/v1/denylist/public/all',
    '/v1/token',
    '/honeyjam/v1/sensors',
    '/readyz',
  ]
  const answers = await Promise.all(paths.map((path) => call(target, 'GET', path)))
  return answers.flatMap((answer) => answer.unless(200))
}

async function useKeys(target: Target): Promise<readonly string[]> {
  const keys = '/honeyjam/v1/keys'
  const created = await call(target, 'POST', keys, { name: 'soak', scopes: ['read'], ttl: 600 })
  const { id, key } = created.body as { id: number; key: string }
  const used = await call({ ...target, key }, 'GET', '/v1/token')
  const revoked = await call(target, 'DELETE', `${keys}/${id}`)
  // those who guess keys from the same address have it answered 429
  const refused = await call({ ...target, key }, 'GET', '/v1/token')
  return [...created.unless(201), ...used.unless(200), ...revoked.unless(204), ...refused.unless(401, 429)]
}

async function sendHeartbeat(target: Target): Promise<readonly string[]> {
  const nowMs = Date.now()
  const body = {
    agent_id: `soak-${Math.floor(Math.random() * AGENTS)}`,
    name: 'soak',
    version: '0.0.0',
    started_at: nowMs,
    last_line_read_at: nowMs,
    last_event_at: nowMs,
    lag_bytes: 0,
    waiting_addresses: 0,
    last_acknowledged_at: null,
    last_error: null,
  }
  // more than the limit of one key now and then
  return (await call(target, 'POST', '/honeyjam/v1/heartbeat', body)).unless(204, 429)
}

async function allowAndUnban(target: Target): Promise<readonly string[]> {
  const addresses = Array.from({ length: 5 }, () =>
    addressText(numberedAddress(Math.floor(Math.random() * 1000))),
  )
  return [
    ...(await call(target, 'POST', '/v1/false/add/ip', { addresses, ttl: 30 })).unless(202),
    ...(await call(target, 'POST', '/v1/unban/ip', { addresses })).unless(202),
    ...(await call(target, 'POST', '/v1/false/remove/ip', { addresses: addresses.slice(1) })).unless(202),
  ]
}

async function sendGarbage(target: Target): Promise<readonly string[]> {
  const kinds: readonly (() => Promise<readonly string[]>)[] = [
    async () => (await call(target, 'POST', '/v1/ip', '{"addresses": [')).unless(422),
    async () => (await call(target, 'POST', '/v1/ip', { addresses: ['no', 'address'] })).unless(422),
    async () => (await call(target, 'POST', '/v1/ip', '['.repeat(200_000))).unless(422),
    async () => (await call(target, 'POST', '/v1/ip', 'x'.repeat(1_100_000))).unless(413),
    async () => (await call(target, 'GET', '/v1/assess/ip/300.1.1.1')).unless(422),
    async () => (await call(target, 'GET', `/v1/${'x'.repeat(5000)}`)).unless(404),
    async () => (await call({ ...target, key: 'tja_wrong' }, 'GET', '/v1/token')).unless(401, 429),
  ]
  const send = kinds[Math.floor(Math.random() * kinds.length)]
  return (await send?.()) ?? []
}

/** Says that more is coming, then goes without a word. */
async function breakConnection({ url, key }: Target): Promise<readonly string[]> {
  const { hostname, port, host } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  socket.write(
    `POST /v1/ip HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${key}\r\nContent-Length: 10000\r\n\r\n{"addresses"`,
  )
  await wait(200 * Math.random())
  if (Math.random() < 0.5) socket.resetAndDestroy()
  else socket.destroy()
  return []
}

async function download(target: Target): Promise<readonly string[]> {
  const answer = await fetch(`${target.url}${REPORTED}?output_format=PLAIN`, headersOf(target))
  await answer.arrayBuffer()
  return answer.status === 200 ? [] : [String(answer.status)]
}

async function leaveDownload(target: Target): Promise<readonly string[]> {
  const leaving = new AbortController()
  const answer = await fetch(`${target.url}${REPORTED}`, { ...headersOf(target), signal: leaving.signal })
  await answer.body?.getReader().read()
  leaving.abort()
  return answer.status === 200 ? [] : [String(answer.status)]
}

interface Answer {
  readonly body: unknown
  /** What to say when the status is none of these. */
  unless(...expected: readonly number[]): readonly string[]
}

/** @param body text is sent as it is */
async function call(target: Target, method: string, path: string, body?: unknown): Promise<Answer> {
  const { headers } = headersOf(target)
  const content =
    body === undefined
      ? { headers }
      : {
          headers: { ...headers, 'content-type': 'application/json' },
          body: typeof body === 'string' ? body : JSON.stringify(body),
        }
  const answer = await fetch(`${target.url}${path}`, { method, ...content })
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true
  return {
    body: isJson ? (JSON.parse(text) as unknown) : text,
    unless: (...expected) =>
      expected.includes(answer.status)
        ? []
        : [`${method} ${path.slice(0, 60)}: ${answer.status} ${text.slice(0, 200)}`],
  }
}

function headersOf({ key }: Target): { readonly headers: Readonly<Record<string, string>> } {
  return { headers: { authorization: `Bearer ${key}` } }
}
