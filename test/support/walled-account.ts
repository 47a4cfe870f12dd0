import type { Scope } from '../../src/accounts/index.ts'
import type { ApiPlace } from './api-place.ts'

/** A key and what it may do. */
export interface WalledKey {
  readonly keyText: string
  readonly scopes: readonly Scope[]
}

/** An account, all of whose data holds marks that no other account has. */
export class WalledAccount {
  readonly number: number
  readonly keys: WalledKey[] = []
  /** Ids and key texts that the service gave to this account alone. */
  readonly secrets = new Set<string>()
  /** Numbers, which may stand anywhere by chance. */
  readonly keyIds = new Set<string>()
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
    return [this.word, this.name, this.#ipv4, this.#ipv6, ...this.secrets]
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
  number: number,
  scopesOfKeys: readonly (readonly Scope[])[],
): Promise<WalledAccount> {
  const account = new WalledAccount(number)
  const nowMs = api.clock.nowMs()
  const firstKey = { name: account.word, scopes: ['report', 'read', 'manage'] } as const
  const own = await api.accounts.createAccount({ name: account.name, plan: 'UNLIMITED', nowMs, firstKey })
  const key = own?.firstKey?.keyText ?? ''
  const accountId = own?.account.accountId ?? 0
  account.secrets.add(key)
  for (const scopes of scopesOfKeys) {
    const made = await api.accounts.createKey({ accountId, name: account.word, scopes, nowMs })
    const { keyText } = made
    account.keyIds.add(String(made.key.keyId))
    account.keys.push({ keyText, scopes })
    account.secrets.add(keyText)
  }
  const body = account.body(0)
  for (const path of ['/v1/ip', '/honeyjam/v1/ban', '/honeyjam/v1/allow', '/v1/false/add/ip']) {
    learnSecrets(account, await api.ask('POST', path, { key, body }))
  }
  await api.ask('POST', '/v1/ip', { key, body: { ...body, addresses: [account.address(6)] } })
  await api.ask('POST', '/honeyjam/v1/heartbeat', { key, body: account.heartbeat() })
  for (const path of ['/v1/denylist/private', '/v1/allowlist/private']) {
    const list = await api.ask('POST', path, { key, body: account.body(0) })
    learnSecrets(account, list)
    const id = String(list.json)
    await api.ask('PUT', `${path}/${id}/content`, { key, body })
    await api.ask('PUT', `${path}/${id}/origin`, { key, body })
  }
  return account
}

/** Notes the ids and keys that an answer gave to the account. */
export function learnSecrets(
  account: WalledAccount,
  { status, headers, json }: { status: number; headers: Readonly<Record<string, unknown>>; json: unknown },
): void {
  if (status < 200 || status > 299) return
  const { location } = headers
  if (typeof location === 'string') account.secrets.add(location.split('/').at(-1) ?? location)
  // the answer to making a list is its id
  if (status === 201 && typeof json === 'string') account.secrets.add(json)
  if (typeof json !== 'object' || json === null) return
  const { receipt_id: receiptId, key } = json as { receipt_id?: unknown; key?: unknown }
  for (const secret of [receiptId, key]) if (typeof secret === 'string') account.secrets.add(secret)
}
