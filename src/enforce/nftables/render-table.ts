import { createHash } from 'node:crypto'
import type { NftablesConfig } from './config.ts'

/** The sets, and which address of a packet is looked up in each. */
export const SETS = {
  host4: { type: 'ipv4_addr', flags: 'timeout', match: 'ip saddr @host4' },
  host6: { type: 'ipv6_addr', flags: 'timeout', match: 'ip6 saddr @host6' },
  host6_64: { type: 'ipv6_addr', flags: 'timeout', match: 'ip6 saddr & ffff:ffff:ffff:ffff:: @host6_64' },
  host6_56: { type: 'ipv6_addr', flags: 'timeout', match: 'ip6 saddr & ffff:ffff:ffff:ff00:: @host6_56' },
  host6_48: { type: 'ipv6_addr', flags: 'timeout', match: 'ip6 saddr & ffff:ffff:ffff:: @host6_48' },
  range4: { type: 'ipv4_addr', flags: 'interval, timeout', match: 'ip saddr @range4' },
  range6: { type: 'ipv6_addr', flags: 'interval, timeout', match: 'ip6 saddr @range6' },
} as const

export type SetName = keyof typeof SETS
export const SET_NAMES = Object.keys(SETS) as readonly SetName[]
export const RANGE_SETS = ['range4', 'range6'] as const satisfies readonly SetName[]

/** Before connection tracking, which sits at -200. */
const RAW_PRIORITY = -300
/** Just before the priority `filter`. */
const FILTER_PRIORITY = -1
const DENIED = 'denied'
export const COUNTER = 'denied'

/**
 * A script that makes what is missing of the table and sets the rules anew, in one transaction. What the sets hold and what
 * the counter counted stays.
 */
export function renderTable(config: NftablesConfig): string {
  const { table, maxEntries } = config
  const marks = ruleMarks(config)
  const lines = [`add table inet ${table}`, `add counter inet ${table} ${COUNTER}`]
  for (const name of SET_NAMES) {
    const { type, flags } = SETS[name]
    lines.push(`add set inet ${table} ${name} { type ${type}; flags ${flags}; size ${maxEntries}; }`)
  }
  lines.push(`add chain inet ${table} ${DENIED}`)
  for (const { name, hook, priority } of chainsOf(config)) {
    lines.push(
      `add chain inet ${table} ${name} { type filter hook ${hook} priority ${priority}; policy accept; }`,
    )
  }
  for (const name of [...chainsOf(config).map((chain) => chain.name), DENIED]) {
    lines.push(`flush chain inet ${table} ${name}`)
  }
  const rules = rulesOf(config)
  rules.forEach(({ chain, rule }, index) =>
    lines.push(`add rule inet ${table} ${chain} ${rule} comment "${marks[index]}"`),
  )
  return `${lines.join('\n')}\n`
}

/** Comments of the rules as {@link renderTable} makes them: they tell whether a rule is there and made by the same settings. */
export function ruleMarks(config: NftablesConfig): readonly string[] {
  const rules = rulesOf(config)
  const print = createHash('sha256')
    .update(JSON.stringify([rules, chainsOf(config)]))
    .digest('hex')
    .slice(0, 12)
  return rules.map((_, index) => `honeyjam ${print} ${index + 1}/${rules.length}`)
}

/** A script that removes the table where it is there, and is no fault where it is not. */
export function renderRelease({ table }: NftablesConfig): string {
  return `add table inet ${table}\ndelete table inet ${table}\n`
}

function chainsOf({ hook }: NftablesConfig) {
  if (hook === 'prerouting') return [{ name: 'prerouting', hook, priority: RAW_PRIORITY }]
  return ['input', 'forward'].map((name) => ({ name, hook: name, priority: FILTER_PRIORITY }))
}

function rulesOf(config: NftablesConfig): readonly { readonly chain: string; readonly rule: string }[] {
  const { ports, action, logsSample } = config
  const only = ports.length === 0 ? '' : `meta l4proto { tcp, udp } th dport { ${ports.join(', ')} } `
  const looks = chainsOf(config).flatMap(({ name }) =>
    SET_NAMES.map((set) => ({ chain: name, rule: `${only}${SETS[set].match} goto ${DENIED}` })),
  )
  const log = { chain: DENIED, rule: 'limit rate 1/second burst 5 packets log prefix "honeyjam " level info' }
  return [
    ...looks,
    ...(logsSample ? [log] : []),
    { chain: DENIED, rule: `counter name ${COUNTER} ${action}` },
  ]
}
