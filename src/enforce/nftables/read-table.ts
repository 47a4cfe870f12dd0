import { boundsOf, type Interval } from '../../ip/index.ts'
import { HoneyjamError } from '../../runtime/index.ts'
import { HOST_SETS, type HostSet, hostOf, type Network, parseNetwork } from '../networks.ts'
import type { DropCounters, HeldBans } from '../ports.ts'
import type { NftablesConfig } from './config.ts'
import { RANGE_SETS, ruleMarks, SET_NAMES, type SetName } from './render-table.ts'

/** One element as `nft -j` writes it (libnftables-json(5)): a plain address, a prefix, a range, or any of them with times. */
type JsonValue =
  | string
  | { readonly prefix: { readonly addr: string; readonly len: number } }
  | { readonly range: readonly [string, string] }
type JsonElement = JsonValue | { readonly elem: { readonly val: JsonValue; readonly expires?: number } }

interface JsonObject {
  readonly set?: { readonly name: string; readonly elem?: readonly JsonElement[] }
  readonly rule?: { readonly comment?: string }
  readonly counter?: { readonly name: string; readonly packets: number; readonly bytes: number }
}

/** Without the table. */
export const NOTHING_HELD: HeldBans = { isIntact: false, expiresAtMsByHost: new Map(), ranges: [] }

/** What `nft -j list counter` printed of our counter. @throws HoneyjamError FIREWALL_REFUSED it is not what nft prints */
export function readCounter(json: string): DropCounters {
  const { packets = 0, bytes = 0 } =
    parseObjects(json).find((each) => each.counter !== undefined)?.counter ?? {}
  return { packets, bytes }
}

/** What `nft -j list table` printed of our table. @throws HoneyjamError FIREWALL_REFUSED it is not what nft prints */
export function readTable(
  json: string,
  { config, nowMs }: { config: NftablesConfig; nowMs: number },
): HeldBans {
  const objects = parseObjects(json)
  const elementsBySet = new Map(
    objects.flatMap(({ set }) => (set === undefined ? [] : [[set.name, set.elem ?? []] as const])),
  )
  const marks = objects.flatMap(({ rule }) => (rule === undefined ? [] : [rule.comment ?? '']))
  const wantedMarks = ruleMarks(config)
  const isIntact =
    SET_NAMES.every((name) => elementsBySet.has(name)) &&
    marks.length === wantedMarks.length &&
    wantedMarks.every((mark) => marks.includes(mark))
  const elementsOf = (set: SetName) =>
    (elementsBySet.get(set) ?? []).map((element) => readElement(element, nowMs))
  return {
    isIntact,
    expiresAtMsByHost: new Map(
      HOST_SETS.flatMap((set) =>
        elementsOf(set).map(({ value, expiresAtMs }) => [hostIn(value, set), expiresAtMs] as const),
      ),
    ),
    ranges: RANGE_SETS.flatMap((set) => elementsOf(set).map(intervalOf)).toSorted((left, right) =>
      left.first < right.first ? -1 : 1,
    ),
  }
}

function parseObjects(json: string): readonly JsonObject[] {
  try {
    return (JSON.parse(json) as { readonly nftables: readonly JsonObject[] }).nftables
  } catch (cause) {
    throw unreadable(json.slice(0, 200), cause)
  }
}

function readElement(element: JsonElement, nowMs: number): { value: JsonValue; expiresAtMs: number } {
  if (typeof element === 'string' || !('elem' in element)) return { value: element, expiresAtMs: Infinity }
  const { val, expires } = element.elem
  return { value: val, expiresAtMs: expires === undefined ? Infinity : nowMs + expires * 1000 }
}

function hostIn(value: JsonValue, set: HostSet): Network {
  const host = typeof value === 'string' ? hostOf(value, set) : undefined
  if (host === undefined) throw unreadable(JSON.stringify(value))
  return host
}

function intervalOf({ value, expiresAtMs }: { value: JsonValue; expiresAtMs: number }): Interval {
  if (typeof value !== 'string' && 'range' in value) {
    const [first, last] = value.range
    return { first: boundsOf(networkOf(first)).first, last: boundsOf(networkOf(last)).last, expiresAtMs }
  }
  const text = typeof value === 'string' ? value : `${value.prefix.addr}/${value.prefix.len}`
  return { ...boundsOf(networkOf(text)), expiresAtMs }
}

function networkOf(text: string): Network {
  const network = parseNetwork(text)
  if (network === undefined) throw unreadable(text)
  return network
}

function unreadable(text: string, cause?: unknown): HoneyjamError {
  return new HoneyjamError('FIREWALL_REFUSED', `nft printed what cannot be read: ${JSON.stringify(text)}`, {
    cause,
  })
}
