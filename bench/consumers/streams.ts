/** Holds streams of decisions open and counts what comes. */
import { readFileSync } from 'node:fs'
import { Agent, get, type IncomingMessage } from 'node:http'
import type { Ask, StreamFigures } from './messages.ts'

const AT_ONCE = 50
const EVENT_END = '\n\n'

const figures = { open: 0, answers: 0 }
const responses: IncomingMessage[] = []

process.on('message', (ask: Ask) => {
  if (ask.kind === 'open') void open(ask).then(tell)
  if (ask.kind === 'close') tell()
})

function tell(): void {
  process.send?.({ ...figures } satisfies StreamFigures)
}

async function open({ url, keyFile, count }: Ask & { kind: 'open' }): Promise<void> {
  const headers = { authorization: `Bearer ${readFileSync(keyFile, 'utf8').trim()}` }
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY })
  const first = await fetch(`${url}/honeyjam/v1/decisions`, { headers })
  await first.arrayBuffer()
  const since = encodeURIComponent((first.headers.get('etag') ?? '').replaceAll(/^(W\/)?"|"$/g, ''))
  for (let begun = 0; begun < count; begun += AT_ONCE) {
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, count - begun) }, () =>
        openOne(`${url}/honeyjam/v1/decisions/stream?since=${since}`, { headers, agent }),
      ),
    )
  }
}

async function openOne(
  url: string,
  options: { readonly headers: Record<string, string>; readonly agent: Agent },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  get(url, options, resolve).on('error', reject)
  const response = await promise
  if (response.statusCode !== 200) throw new Error(`a stream was answered ${response.statusCode}`)
  responses.push(response)
  figures.open++
  response.on('data', (piece: Buffer) => {
    if (piece.includes(EVENT_END)) figures.answers++
  })
  response.on('close', () => figures.open--)
}
