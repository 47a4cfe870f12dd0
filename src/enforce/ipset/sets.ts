import { hostAddress, hostSetOf, isHost, type Network } from '../networks.ts'
import type { Ban } from '../ports.ts'
import type { IpsetConfig } from './config.ts'

/** The sets by the end of their names, with what `ipset create` is told, and the command whose rules look into them. */
export const SETS = {
  host4: { type: 'hash:ip family inet', iptables: 'iptables' },
  host6: { type: 'hash:ip family inet6', iptables: 'ip6tables' },
  host6_64: { type: 'hash:ip family inet6 netmask 64', iptables: 'ip6tables' },
  host6_56: { type: 'hash:ip family inet6 netmask 56', iptables: 'ip6tables' },
  host6_48: { type: 'hash:ip family inet6 netmask 48', iptables: 'ip6tables' },
  range4: { type: 'hash:net family inet', iptables: 'iptables' },
  range6: { type: 'hash:net family inet6', iptables: 'ip6tables' },
} as const

export type SetName = keyof typeof SETS
export const SET_NAMES = Object.keys(SETS) as readonly SetName[]
const RANGE_SETS = ['range4', 'range6'] as const

/** Seconds that ipset takes as a time; a little less than 25 days. */
export const LONGEST_TIMEOUT_SECONDS = 2_147_483

/** Scripts for `ipset restore -exist`. */
export interface SetScripts {
  create(): string
  change(change: {
    readonly set: readonly Ban[]
    readonly unset: readonly Network[]
    readonly nowMs: number
  }): string
  /** All ranges, or with `hosts` everything, in the place of what the sets hold: each set is filled beside and then swapped. */
  replace(bans: {
    readonly ranges: readonly Ban[]
    readonly hosts?: readonly Ban[]
    readonly nowMs: number
  }): string
  readonly nameOf: (set: SetName) => string
}

export function setScripts({ name, maxEntries }: IpsetConfig): SetScripts {
  const nameOf = (set: SetName) => `${name}-${set}`
  const createLine = (setName: string, set: SetName) =>
    `create ${setName} ${SETS[set].type} maxelem ${maxEntries} timeout 0`
  return {
    nameOf,
    create: () => script(SET_NAMES.map((set) => createLine(nameOf(set), set))),
    change: ({ set, unset, nowMs }) =>
      script([
        ...unset.map((network) => `del ${nameOf(setOf(network))} ${elementOf(network)}`),
        ...addLines(set, { nowMs, setFor: (network) => nameOf(setOf(network)) }),
      ]),
    replace: ({ ranges, hosts, nowMs }) => {
      const sets = hosts === undefined ? RANGE_SETS : SET_NAMES
      return script([
        ...sets.flatMap((set) => [createLine(`${nameOf(set)}-new`, set), `flush ${nameOf(set)}-new`]),
        ...addLines(ranges, { nowMs, setFor: (network) => `${nameOf(rangeSetOf(network))}-new` }),
        ...addLines(hosts ?? [], { nowMs, setFor: (network) => `${nameOf(setOf(network))}-new` }),
        ...sets.map((set) => `swap ${nameOf(set)}-new ${nameOf(set)}`),
        ...sets.map((set) => `destroy ${nameOf(set)}-new`),
      ])
    },
  }
}

/** @param options.setFor name of the set that a network goes to */
function addLines(
  bans: readonly Ban[],
  { setFor, nowMs }: { setFor: (network: Network) => string; nowMs: number },
): readonly string[] {
  return bans
    .filter(({ expiresAtMs }) => expiresAtMs > nowMs)
    .map(({ network, expiresAtMs }) => {
      return `add ${setFor(network)} ${elementOf(network)} timeout ${timeoutOf(expiresAtMs, nowMs)}`
    })
}

function script(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

function rangeSetOf(range: Network): SetName {
  return range.includes(':') ? 'range6' : 'range4'
}

function setOf(host: Network): SetName {
  return hostSetOf(host) ?? rangeSetOf(host)
}

function elementOf(network: Network): string {
  return isHost(network) ? hostAddress(network) : network
}

/** Whole seconds, so that an element ends no sooner than its ban; 0 is for ever. */
function timeoutOf(expiresAtMs: number, nowMs: number): number {
  if (expiresAtMs === Infinity) return 0
  return Math.min(LONGEST_TIMEOUT_SECONDS, Math.ceil((expiresAtMs - nowMs) / 1000))
}
