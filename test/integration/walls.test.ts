import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SCOPES } from '../../src/accounts/index.ts'
import { FEEDS } from '../../src/feed/decisions/index.ts'
import type { Range } from '../../src/ip/index.ts'
import { type Answer, type ApiPlace, openApi } from '../support/api-place.ts'
import { type MatrixRow, readScopeMatrix } from '../support/scope-matrix.ts'
import {
  buildWalledAccount,
  learnSecrets,
  ownedKindOf,
  WAYS_IN,
  type WalledAccount,
} from '../support/walled-account.ts'

const SEED = Math.trunc(Math.random() * 2 ** 31)
const matrix = readScopeMatrix()
const ACCOUNTS = 3
const KEYS = 4

/** What an administrator's key may do beyond its account; see docs/reference/scopes.md. */
const OF_ALL_ACCOUNTS = /^\/honeyjam\/v1\/(?:accounts|invitations)(?:\/|$)/

interface Call {
  readonly row: MatrixRow
  readonly caller: number
  /** `KEYS`: none. */
  readonly key: number
  /** Whose things the path names. */
  readonly owner: number
  readonly pick: number
}

const call: fc.Arbitrary<Call> = fc.record({
  row: fc.constantFrom(...matrix),
  caller: fc.nat(ACCOUNTS - 1),
  key: fc.nat(KEYS),
  owner: fc.nat(ACCOUNTS - 1),
  pick: fc.nat(9),
})
const scopes = fc.oneof(
  { weight: 1, arbitrary: fc.constant(['admin'] as const) },
  {
    weight: 6,
    arbitrary: fc.subarray(
      SCOPES.filter((scope) => scope !== 'admin'),
      { minLength: 1 },
    ),
  },
)
const scopesOfAll = fc.array(fc.array(scopes, { minLength: KEYS, maxLength: KEYS }), {
  minLength: ACCOUNTS,
  maxLength: ACCOUNTS,
})

let api: ApiPlace
/** Of all rounds: nothing is forgotten. */
const everybody: WalledAccount[] = []
let guests = 0
/** Routes that had something to answer to somebody. */
const answered = new Set<string>()

beforeAll(async () => {
  api = await openApi({ signUp: 'open', trustedProxies: ['127.0.0.0/8' as Range] })
})
afterAll(() => api.close())

it(`shows no account anything of another, and lets each key do what its scopes say (seed ${SEED})`, async () => {
  const property = fc.asyncProperty(
    scopesOfAll,
    fc.array(call, { minLength: 60, maxLength: 90 }),
    async (scopesOfKeys, calls) => {
      const round: WalledAccount[] = []
      for (const [index, each] of scopesOfKeys.entries()) {
        const wish = { number: everybody.length, wayIn: WAYS_IN[index % 3] ?? 'created', scopesOfKeys: each }
        const account = await buildWalledAccount(api, wish)
        everybody.push(account)
        round.push(account)
      }
      for (const each of calls) await makeCall(each, round)
    },
  )
  await fc.assert(property, { seed: SEED, numRuns: 12, endOnFailure: true })
  expect(answered.size).toBeGreaterThan(30)
}, 120_000)

async function makeCall({ row, caller, key, owner, pick }: Call, round: readonly WalledAccount[]) {
  const [account, other] = [round[caller], round[owner]]
  if (account === undefined || other === undefined) throw new TypeError('there is no such account')
  const walledKey = account.keys[key]
  const [method = '', pattern = ''] = row.route.split(' ')
  const { path, words } = pathFor(pattern, other, { pick, keyText: walledKey?.keyText })
  const isOfAll = OF_ALL_ACCOUNTS.test(path)
  const isValid =
    walledKey !== undefined && api.accounts.authenticate(walledKey.keyText, api.clock.nowMs()) !== undefined
  const answer = await api.ask(method, path, {
    key: walledKey?.keyText,
    ...(method === 'GET' || method === 'HEAD' ? {} : { body: bodyFor(pattern, account, pick) }),
  })
  const isLetIn =
    row.mayCall.has('no key') || (isValid && walledKey.scopes.some((scope) => row.mayCall.has(scope)))
  expect({ ...named(row, walledKey?.scopes), isLetIn: wasLetIn(method, answer) }).toEqual({
    ...named(row, walledKey?.scopes),
    isLetIn,
  })
  // a number may be part of anything
  for (const word of words) if (word.length > 6) account.said.add(word)
  if (isOfAll && isLetIn) return checkNoSecret(answer)
  if (answer.status < 300) answered.add(row.route)
  learnSecrets(account, path, answer)
  expect(leaks(answer, account), `${method} ${path} as ${account.word}`).toEqual([])
  const kind = ownedKindOf(pattern)
  const isForeignId =
    other !== account && kind !== undefined && words.some((word) => other.ids[kind].has(word))
  expect(isForeignId && answer.status < 300, `${method} ${path} finds what is another's`).toBe(false)
}

/** What an administrator is told of other accounts is neither a key nor an invitation that is known already. */
function checkNoSecret({ text }: Answer): void {
  const secrets = everybody.flatMap((account) => [...account.secrets])
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
}

const named = ({ route }: MatrixRow, held: readonly string[] = []) => ({ route, scopes: held.join() })

/** What answers `HEAD` says nothing more. */
function wasLetIn(method: string, { status, text }: Answer): boolean {
  return (
    status !== 401 && !(status === 403 && (method === 'HEAD' || text.includes('the key needs the scope')))
  )
}

/** The path of a route that names something of an account, and the words it named. */
function pathFor(
  pattern: string,
  owner: WalledAccount,
  { pick, keyText = 'none' }: { readonly pick: number; readonly keyText: string | undefined },
): { path: string; words: string[] } {
  const words: string[] = []
  const kind = ownedKindOf(pattern)
  const ids = kind === undefined ? [] : [...owner.ids[kind]]
  const path = pattern.replaceAll(/:([a-z_0-9]+)/g, (_, name: string) => {
    if (name === 'token') return keyText
    const word = wordFor(name, owner, { ids, pick, pattern })
    words.push(word)
    return encodeURIComponent(word)
  })
  return { path, words }
}

function wordFor(
  name: string,
  owner: WalledAccount,
  {
    ids,
    pick,
    pattern,
  }: { readonly ids: readonly string[]; readonly pick: number; readonly pattern: string },
): string {
  if (pattern.startsWith('/feeds/')) return FEEDS[pick % FEEDS.length]?.name ?? ''
  if (name.includes('address')) return owner.address(pick)
  if (name === 'account') return owner.name
  if (name === 'resource_type') return 'cidr'
  if (name === 'name' || name === 'source') return 'ABUSE'
  if (name === 'time_range') return '7D'
  return ids[(pick * 7) % ids.length] ?? '999999'
}

function bodyFor(pattern: string, account: WalledAccount, pick: number): unknown {
  if (pattern.endsWith('/heartbeat')) return account.heartbeat()
  if (pattern.endsWith('/enforcers')) return account.enforcerReport()
  if (pattern.endsWith('/csv')) return `${account.address(pick)}\n`
  if (pattern.endsWith('/sign-up'))
    return { name: `guest-${++guests}`, ...(pick > 4 && { invitation: 'tji_unknown' }) }
  // what is protected concerns all accounts, and administrators of each are told of it
  if (/\/(?:un)?protect$/.test(pattern)) return { ranges: [`45.88.99.${pick}`], comment: 'neutral' }
  // what an administrator writes into another account is seen there
  if (OF_ALL_ACCOUNTS.test(pattern)) return { name: `neutral-${pick}`, scopes: ['read'], disabled: pick > 7 }
  return account.body(pick)
}

/** Marks of other accounts in an answer, but for what the account has said itself. */
function leaks({ headers, text }: Answer, account: WalledAccount): string[] {
  let heard = `${JSON.stringify(headers)}\n${text}`
  for (const word of [...account.said].toSorted((one, two) => two.length - one.length)) {
    heard = heard.replaceAll(word, '').replaceAll(encodeURIComponent(word), '')
  }
  heard = heard.toLowerCase()
  return everybody
    .filter((other) => other !== account)
    .flatMap((other) => other.marks.filter((mark) => heard.includes(mark.toLowerCase())))
}
