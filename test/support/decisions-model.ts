import {
  type ChangesAnswer,
  type DecisionChanges,
  type Decisions,
  LayerBuilder,
  type Revision,
  siteNumberOf,
} from '../../src/denylist/index.ts'
import { packRange, rangeText } from '../../src/ip/index.ts'

/** Ends by network in the text of `rangeText`. */
type Ends = ReadonlyMap<string, number>

/** What is to be blocked after some operations, and which of it the last of them touched. */
interface State {
  readonly hosts: Ends
  /** By /48. */
  readonly sites: ReadonlyMap<string, { readonly subjects: Ends; readonly members: Ends }>
  readonly networks: Ends
  readonly touched: { readonly host?: string; readonly site?: string; readonly isNetworks?: boolean }
}

/** All that ever was to be blocked, by position. */
export class DecisionsHistory {
  readonly states: State[] = [{ hosts: new Map(), sites: new Map(), networks: new Map(), touched: {} }]

  get newest(): State {
    return this.states.at(-1) as State
  }

  setHost(host: string, endMs: number): void {
    const hosts = new Map(this.newest.hosts).set(host, endMs)
    this.states.push({ ...this.newest, hosts, touched: { host } })
  }

  setSite(site: string, subjects: Ends, members: Ends): void {
    const sites = new Map(this.newest.sites).set(site, { subjects, members })
    this.states.push({ ...this.newest, sites, touched: { site } })
  }

  setNetworks(networks: Ends): void {
    this.states.push({ ...this.newest, networks, touched: { isNetworks: true } })
  }

  /** What concerns another account. */
  doNothing(): void {
    this.states.push({ ...this.newest, touched: {} })
  }

  /** The latest end of each network at a position. */
  endsAt(position: number): Ends {
    const { hosts, sites, networks } = this.states[position] as State
    const ends = new Map<string, number>()
    const all = [hosts, networks, ...[...sites.values()].flatMap((site) => [site.subjects, site.members])]
    for (const each of all)
      for (const [network, endMs] of each) ends.set(network, Math.max(endMs, ends.get(network) ?? 0))
    return ends
  }
}

/** The decisions of a process that follows a history, as they may be answered. */
export class ModelDecisions implements Pick<Decisions, 'snapshot' | 'changesSince' | 'hasChangedSince'> {
  readonly #history: DecisionsHistory
  readonly #nowMs: () => number
  position = 0
  /** What was touched up to here is forgotten. */
  #floor = 0

  constructor(history: DecisionsHistory, nowMs: () => number) {
    this.#history = history
    this.#nowMs = nowMs
  }

  follow(): void {
    this.position = this.#history.states.length - 1
  }

  forgetTouched(): void {
    this.#floor = this.position
  }

  async snapshot(): Promise<DecisionChanges> {
    const { hosts, sites } = this.#state
    const layer = this.#layer({ hosts: hosts.keys(), sites: sites.keys(), isNetworks: true })
    return { since: undefined, revision: this.#revision, atMs: this.#nowMs(), layers: [layer] }
  }

  async changesSince(_accountId: number, revision: Revision): Promise<ChangesAnswer> {
    if (revision.position > this.position) return { kind: 'behind' }
    if (revision.position < this.#floor) return { kind: 'unknown' }
    const touched = this.#history.states.slice(revision.position + 1, this.position + 1)
    const hosts = new Set(touched.flatMap((state) => state.touched.host ?? []))
    const sites = new Set(touched.flatMap((state) => state.touched.site ?? []))
    const isNetworks = touched.some((state) => state.touched.isNetworks === true)
    const isEmpty = hosts.size + sites.size === 0 && !isNetworks
    const layers = isEmpty ? [] : [this.#layer({ hosts, sites, isNetworks })]
    const changes = { since: revision, revision: this.#revision, atMs: this.#nowMs(), layers }
    return { kind: 'changes', changes }
  }

  hasChangedSince(_accountId: number, { position }: Revision): boolean {
    const states = this.#history.states.slice(position + 1, this.position + 1)
    return states.some(({ touched }) => Object.keys(touched).length > 0)
  }

  get #state(): State {
    return this.#history.states[this.position] as State
  }

  get #revision(): Revision {
    return { scope: '0123456789ab', position: this.position, timeMs: 0 }
  }

  #layer(keys: {
    readonly hosts: Iterable<string>
    readonly sites: Iterable<string>
    readonly isNetworks: boolean
  }) {
    const builder = new LayerBuilder()
    const origin = builder.reportedOrigin('ABUSE')
    const blocked = (ends: Ends) =>
      [...ends].map(([text, expiresAtMs]) => ({ range: packRange(text)!, expiresAtMs, origin }))
    for (const host of keys.hosts)
      builder.addIpv4(packRange(host)!.words[3]!, this.#state.hosts.get(host) ?? 0, origin)
    for (const site of keys.sites) {
      const { words } = packRange(site)!
      builder.replaceSite(words[0]!, words[1]!)
      const { subjects, members } = this.#state.sites.get(site)!
      for (const each of blocked(subjects)) builder.addIpv6(each)
      for (const each of blocked(members)) builder.addIpv6Member(each)
    }
    if (keys.isNetworks) builder.replaceNetworks(blocked(this.#state.networks))
    return builder.finish()
  }
}

/** The /48 of a network. */
export function siteOf(text: string): string {
  const { words } = packRange(text)!
  const number = siteNumberOf(words, 0)
  return rangeText({
    words: Uint32Array.of(Math.floor(number / 0x10000), ((number % 0x10000) << 16) >>> 0, 0, 0),
    prefixLength: 48,
  })
}
