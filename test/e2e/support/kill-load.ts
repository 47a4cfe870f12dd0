import { randomFrom } from '../../support/random.ts'
import { publicAddress } from './cowrie.ts'
import { waitFor } from './program.ts'

const ADDRESSES_A_REPORT = 20
const LISTS_A_REPORTER = 12
const ELEMENTS = 60
const REMEMBERED = 300
/** Of each reporter, so that some of everything happens on a slow machine too. */
const LEAST_CHANGES = 20
const PATIENCE_MS = 90_000

interface Change {
  readonly method: 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: object
}

/** A change that was acknowledged, with the text of its answer. */
interface Acknowledged extends Change {
  readonly key: string
  readonly text: string
}

/** What the service must hold: everything that was acknowledged, and each thing once. */
export interface Ledger {
  readonly reported: readonly string[]
  /** Elements of the private lists that were made and not deleted, by the path of the list. */
  readonly lists: ReadonlyMap<string, ReadonlySet<string>>
  readonly allowed: ReadonlySet<string>
  /** Whether the public list is switched on. */
  readonly isChosen: boolean
  /** How often an acknowledged change was sent again with its key. */
  readonly repeats: number
  readonly changes: number
}

export interface KillLoadOptions {
  /** Those that take requests now. */
  readonly urls: () => readonly string[]
  readonly key: string
  readonly reporters: number
  readonly seed: number
  /** Whether the public list is switched on and off; default yes. */
  readonly isChoosing?: boolean
}

/**
 * Reports addresses, and makes, fills, empties and deletes lists, as fast as it is taken. What is not acknowledged is sent again with its
 * key, also to another service; what is acknowledged is sent again now and then, and must change nothing.
 */
export function startKillLoad(options: KillLoadOptions) {
  const stopping = new AbortController()
  let next = 0
  const takeAddresses = () => Array.from({ length: ADDRESSES_A_REPORT }, () => publicAddress(next++))
  const reporters = Array.from(
    { length: options.reporters },
    (_, index) => new Reporter(index, options, takeAddresses),
  )
  const running = Promise.all(
    reporters.map(async (reporter) => {
      while (!stopping.signal.aborted || reporter.changes < LEAST_CHANGES) await reporter.step()
    }),
  )
  // told by stop()
  running.catch(() => undefined)
  return {
    /** The addresses of reports that were acknowledged so far. */
    acknowledged: (): readonly string[] => reporters.flatMap(({ reported }) => reported),
    /** Resolves once everything under way is acknowledged. */
    async stop(): Promise<Ledger> {
      stopping.abort()
      await running
      return {
        reported: reporters.flatMap(({ reported }) => reported),
        lists: new Map(reporters.flatMap(({ lists }) => [...lists])),
        allowed: new Set(reporters.flatMap(({ allowed }) => [...allowed])),
        isChosen: reporters.some(({ isChosen }) => isChosen),
        repeats: sum(reporters.map(({ repeats }) => repeats)),
        changes: sum(reporters.map(({ changes }) => changes)),
      }
    },
  }
}

/** One client; what it changes is its own, so that it knows what must be there. */
class Reporter {
  readonly reported: string[] = []
  readonly lists = new Map<string, Set<string>>()
  readonly allowed = new Set<string>()
  isChosen = false
  repeats = 0
  changes = 0
  readonly #index: number
  readonly #options: KillLoadOptions
  readonly #takeAddresses: () => string[]
  readonly #random: () => number
  readonly #done: Acknowledged[] = []
  #attempt: number

  constructor(index: number, options: KillLoadOptions, takeAddresses: () => string[]) {
    this.#index = index
    this.#options = options
    this.#takeAddresses = takeAddresses
    this.#random = randomFrom(options.seed + index)
    this.#attempt = index
  }

  async step(): Promise<void> {
    const luck = this.#random()
    if (luck < 0.12) return await this.#repeat()
    if (luck < 0.17) return await this.#makeList()
    if (luck < 0.2) return await this.#deleteList()
    if (luck < 0.45) return await this.#changeContent()
    if (luck < 0.55) return await this.#allow()
    // one list for all, so that one of them knows what was said last
    if (luck < 0.6 && this.#index === 0 && this.#options.isChoosing !== false) return await this.#choose()
    const addresses = this.#takeAddresses()
    await this.#change({ method: 'POST', path: '/v1/ip', body: { addresses } })
    this.reported.push(...addresses)
  }

  async #makeList(): Promise<void> {
    if (this.lists.size >= LISTS_A_REPORTER) return
    const path = this.#pick(['/v1/denylist/private', '/v1/allowlist/private'])
    const body = { name: `of ${this.#index}`, description: '', resource_type: 'CIDR', tags: [] }
    const text = await this.#change({ method: 'POST', path, body })
    this.lists.set(`${path}/${JSON.parse(text) as string}`, new Set())
  }

  async #deleteList(): Promise<void> {
    const [list] = this.#pick([...this.lists]) ?? []
    if (list === undefined) return
    await this.#change({ method: 'DELETE', path: list })
    this.lists.delete(list)
  }

  async #changeContent(): Promise<void> {
    const [list, elements] = this.#pick([...this.lists]) ?? []
    if (list === undefined || elements === undefined) return
    const path = `${list}/content`
    if (this.#random() < 0.1) {
      await this.#change({ method: 'DELETE', path })
      return elements.clear()
    }
    const some = () => Array.from({ length: 3 }, () => `185.${Math.trunc(this.#random() * ELEMENTS)}.0.0/16`)
    const [append, remove] = [some(), some()]
    await this.#change({ method: 'PUT', path, body: { append, remove } })
    for (const element of remove) elements.delete(element)
    for (const element of append) elements.add(element)
  }

  async #allow(): Promise<void> {
    const addresses = [`193.0.${this.#index}.${Math.trunc(this.#random() * ELEMENTS)}`]
    const isOff = this.#random() < 0.5
    const path = isOff ? '/v1/false/remove/ip' : '/v1/false/add/ip'
    await this.#change({ method: 'POST', path, body: { addresses } })
    for (const address of addresses) {
      if (isOff) this.allowed.delete(`${address}/32`)
      else this.allowed.add(`${address}/32`)
    }
  }

  async #choose(): Promise<void> {
    const path = await waitFor(
      'the public lists',
      () => publicListOf(this.#url(), this.#options.key),
      PATIENCE_MS,
    )
    const isChosen = this.#random() < 0.5
    await this.#change({ method: 'PUT', path, body: { status: isChosen ? 'ACTIVE' : 'INACTIVE' } })
    this.isChosen = isChosen
  }

  /** Sends a change of earlier again: it must be answered as then. */
  async #repeat(): Promise<void> {
    const done = this.#pick(this.#done)
    if (done === undefined) return
    const { key, text, ...change } = done
    const again = await this.#send(change, key)
    if (again !== text) throw new Error(`${done.method} ${done.path}: ${again} and not ${text}`)
    this.repeats++
  }

  async #change(change: Change): Promise<string> {
    const key = crypto.randomUUID()
    const text = await this.#send(change, key)
    this.#done.push({ ...change, key, text })
    if (this.#done.length > REMEMBERED) this.#done.shift()
    this.changes++
    return text
  }

  async #send(change: Change, idempotencyKey: string): Promise<string> {
    const { text } = await waitFor(
      `${change.method} ${change.path} to be taken`,
      () => send(this.#url(), { ...change, key: this.#options.key, idempotencyKey }),
      PATIENCE_MS,
    )
    return text
  }

  #url(): string {
    const urls = this.#options.urls()
    return urls[this.#attempt++ % urls.length] ?? ''
  }

  #pick<Item>(items: readonly Item[]): Item
  #pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.trunc(this.#random() * items.length)]
  }
}

/** Not there, not yet and too much: these may be otherwise in a moment. */
const TRANSIENT = [404, 429, 503]

/** @returns `undefined` when it was not taken: the service was killed in the middle of it, or cannot take it now */
async function send(
  url: string,
  {
    method,
    path,
    body,
    key,
    idempotencyKey,
  }: Change & { readonly key: string; readonly idempotencyKey: string },
): Promise<{ text: string } | undefined> {
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'idempotency-key': idempotencyKey,
  }
  let status: number
  let text: string
  try {
    const response = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) })
    status = response.status
    text = await response.text()
  } catch {
    return undefined
  }
  if (status === 202) return { text }
  if (TRANSIENT.includes(status)) return undefined
  throw new Error(`${method} ${path}: ${status} ${text}`)
}

async function publicListOf(url: string, key: string): Promise<string | undefined> {
  try {
    const { lists } = await ask<{ lists: { self: string }[] }>(`${url}/v1/denylist/public/all`, key)
    return lists[0]?.self
  } catch {
    return undefined
  }
}

async function ask<Body>(url: string, key: string): Promise<Body> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } })
  if (response.status !== 200) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Body
}

/** What a service holds, in the form of what was acknowledged. */
export async function readLists(
  url: string,
  key: string,
): Promise<Pick<Ledger, 'lists' | 'allowed' | 'isChosen'>> {
  const lists = new Map<string, ReadonlySet<string>>()
  let allowed: ReadonlySet<string> = new Set()
  for (const root of ['/v1/denylist/private', '/v1/allowlist/private']) {
    const body = await ask<{ lists: { self: string; name: string }[] }>(`${url}${root}/all`, key)
    for (const { self, name } of body.lists) {
      if (name === 'Default allowlist') allowed = await readContent(`${url}${self}`, key)
      else if (name.startsWith('of ')) lists.set(self, await readContent(`${url}${self}`, key))
    }
  }
  const body = await ask<{ lists: { status: string }[] }>(`${url}/v1/denylist/public/all`, key)
  return { lists, allowed, isChosen: body.lists.some(({ status }) => status === 'ACTIVE') }
}

async function readContent(list: string, key: string): Promise<ReadonlySet<string>> {
  const elements: string[] = []
  for (let page = 1; ; page++) {
    const path = `${list}/content?page_size=100&page=${page}`
    const { cidrs } = await ask<{ cidrs: string[] }>(path, key)
    if (cidrs.length === 0) return new Set(elements)
    elements.push(...cidrs)
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
