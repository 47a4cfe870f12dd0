import type { Scope } from '../../src/accounts/index.ts'
import type { Answer, ApiPlace } from './api-place.ts'
import { enforcerReportOf } from './enforcers.ts'

/** What accounts have that a path names by an id. */
export type OwnedKind = 'receipts' | 'denylists' | 'allowlists' | 'keys' | 'changes'

/** Whose ids the routes with `:id` take. */
const KIND_BY_ROUTE: readonly (readonly [part: string, kind: OwnedKind])[] = [
  ['/receipts/:id', 'receipts'],
  ['/keys/:id', 'keys'],
  ['/denylist/private/:id', 'denylists'],
  ['/allowlist/private/:id', 'allowlists'],
  ['/log/ip/id/:id', 'changes'],
]

/** @returns `undefined` for routes whose path names nothing of one account */
export function ownedKindOf(pattern: string): OwnedKind | undefined {
  return KIND_BY_ROUTE.find(([part]) => pattern.includes(part))?.[1]
}

/** How an account comes to be. */
export const WAYS_IN = ['created', 'invited', 'open'] as const
export type WayIn = (typeof WAYS_IN)[number]

/** A key and what it may do. */
export interface WalledKey {
  readonly keyText: string
  readonly scopes: readonly Scope[]
}

/** An account, all of whose data holds marks that no other account has. */
export class WalledAccount {
  readonly number: number
  readonly keys: WalledKey[] = []
  /** Texts of keys and invitations, which the service gave to this account alone. */
  readonly secrets = new Set<string>()
  /** Those of keys and changes are numbers, which may stand anywhere by chance. */
  readonly ids: Readonly<Record<OwnedKind, Set<string>>> = {
    receipts: new Set(),
    denylists: new Set(),
    allowlists: new Set(),
    keys: new Set(),
    changes: new Set(),
  }
  /** What this account itself sent as part of a path: the service may say it again to it. */
  readonly said = new Set<string>()

  constructor(number: number) {
    this.number = number
  }

  /** Of one length, so that none is part of another; small letters. */
  get word(): string {
    return `walled${this.#letters}`
  }

  /** Another mark, since paths name it. */
  get name(): string {
    return `tenant${this.#letters}`
  }

  get #letters(): string {
    return String.fromCodePoint(97 + (this.number >> 4), 97 + (this.number & 15))
  }

  address(index: number): string {
    return index % 2 === 0 ? `${this.#ipv4}${index}` : `${this.#ipv6}${index}`
  }

  get range(): string {
    return `${this.#ipv4}200/29`
  }

  /** Texts of which none may stand in an answer to another account. */
  get marks(): readonly string[] {
    const { receipts, denylists, allowlists } = this.ids
    const ids = [...receipts, ...denylists, ...allowlists]
    return [this.word, this.name, this.#ipv4, this.#ipv6, ...this.secrets, ...ids]
  }

  /** A body with the fields of all operations, each marked; what an operation does not know it leaves out. */
  body(index: number): object {
    const mark = this.word.toUpperCase()
    return {
      addresses: [this.address(index), this.address(index + 1)],
      ranges: [this.range],
      append: [this.range],
      remove: [],
      tags: [mark],
      type: 'ABUSE',
      name: `${this.word} ${index}`,
      description: `of ${this.word}`,
      resource_type: 'CIDR',
      origin: `https://${this.word}.example.org`,
      status: 'ACTIVE',
      scopes: ['read'],
      ttl: 3600,
    }
  }

  heartbeat(): object {
    return {
      agent_id: `agent-${this.word}`,
      name: `host of ${this.word}`,
      version: this.word,
      started_at: 1,
      last_line_read_at: null,
      last_event_at: null,
      lag_bytes: 0,
      waiting_addresses: 0,
      last_acknowledged_at: null,
      last_error: `error of ${this.word}`,
    }
  }

  enforcerReport(): object {
    return enforcerReportOf(`enforcer-${this.word}`, {
      name: `firewall of ${this.word}`,
      version: this.word,
      last_error: `error of ${this.word}`,
      spared: 1,
      spared_networks: [this.address(0)],
    })
  }

  get #ipv4(): string {
    return `41.${this.number}.88.`
  }
  get #ipv6(): string {
    return `2a0a:77:${this.number.toString(16)}::`
  }
}

/** Makes an account with the given keys and something of everything that an account can have. */
export async function buildWalledAccount(
  api: ApiPlace,
  { number, wayIn, scopesOfKeys }: WalledAccountWish,
): Promise<WalledAccount> {
  const account = new WalledAccount(number)
  const { accountId, key } = await letIn(api, account, wayIn)
  account.secrets.add(key)
  for (const scopes of scopesOfKeys) {
    const wish = { accountId, name: account.word, scopes, nowMs: api.clock.nowMs() }
    const made = await api.accounts.createKey(wish)
    account.ids.keys.add(String(made.key.keyId))
    account.keys.push({ keyText: made.keyText, scopes })
    account.secrets.add(made.keyText)
  }
  const body = account.body(0)
  for (const path of ['/v1/ip', '/honeyjam/v1/ban', '/honeyjam/v1/allow', '/v1/false/add/ip']) {
    learnSecrets(account, path, await api.ask('POST', path, { key, body }))
  }
  await api.ask('POST', '/v1/ip', { key, body: { ...body, addresses: [account.address(6)] } })
  await api.ask('POST', '/honeyjam/v1/heartbeat', { key, body: account.heartbeat() })
  await api.ask('POST', '/honeyjam/v1/enforcers', { key, body: account.enforcerReport() })
  for (const path of ['/v1/denylist/private', '/v1/allowlist/private']) {
    const list = await api.ask('POST', path, { key, body: account.body(0) })
    learnSecrets(account, path, list)
    const id = String(list.json)
    await api.ask('PUT', `${path}/${id}/content`, { key, body })
    await api.ask('PUT', `${path}/${id}/origin`, { key, body })
  }
  return account
}

export interface WalledAccountWish {
  /** Of no other account. */
  readonly number: number
  readonly wayIn: WayIn
  readonly scopesOfKeys: readonly (readonly Scope[])[]
}

/** Behind a proxy that is trusted, each from a network of its own: sign-ups are limited by where they come from. */
async function letIn(
  api: ApiPlace,
  account: WalledAccount,
  wayIn: WayIn,
): Promise<{ readonly accountId: number; readonly key: string }> {
  const { name } = account
  if (wayIn === 'created') {
    const firstKey = { name: account.word, scopes: ['report', 'read', 'manage'] } as const
    const wish = { name, plan: 'UNLIMITED', nowMs: api.clock.nowMs(), firstKey } as const
    const made = await api.accounts.createAccount(wish)
    return { accountId: made?.account.accountId ?? 0, key: made?.firstKey?.keyText ?? '' }
  }
  let invitation: string | undefined
  if (wayIn === 'invited') {
    const made = await api.ask('POST', '/honeyjam/v1/invitations', { body: { plan: 'UNLIMITED' } })
    invitation = (made.json as { invitation: string }).invitation
    account.secrets.add(invitation)
  }
  const headers = { 'x-forwarded-for': `198.51.100.${account.number}` }
  const options = { key: undefined, body: { name, invitation }, headers }
  const answer = await api.ask('POST', '/honeyjam/v1/sign-up', options)
  const accountId = api.accounts.findAccount(name)?.accountId ?? 0
  // whoever comes without an invitation could ask for ten things a minute
  await api.accounts.setPlan(accountId, 'UNLIMITED')
  return { accountId, key: (answer.json as { key: { key: string } }).key.key }
}

/** Notes the ids and keys that the answer to a request to `path` gave to the account. */
export function learnSecrets(account: WalledAccount, path: string, { status, headers, json }: Answer): void {
  if (status < 200 || status > 299) return
  const { location } = headers
  if (typeof location === 'string') account.ids.receipts.add(location.split('/').at(-1) ?? location)
  // the answer to making a list is its id
  if (typeof json === 'string' && path.endsWith('/denylist/private')) account.ids.denylists.add(json)
  if (typeof json === 'string' && path.endsWith('/allowlist/private')) account.ids.allowlists.add(json)
  if (typeof json !== 'object' || json === null) return
  const { receipt_id: receiptId, key } = json as { receipt_id?: unknown; key?: unknown }
  if (typeof receiptId === 'string') account.ids.receipts.add(receiptId)
  // a new account brings its first key
  const text = typeof key === 'object' && key !== null && 'key' in key ? key.key : key
  if (typeof text === 'string') account.secrets.add(text)
}
