import type { DropCounters } from '../ports.ts'
import { runFirewallProgram, runIfThere } from '../run-firewall-program.ts'
import type { IpsetConfig } from './config.ts'
import { SET_NAMES, SETS, type SetName } from './sets.ts'

const PROGRAMS = ['iptables', 'ip6tables'] as const
const HOOKS = { raw: ['PREROUTING'], filter: ['INPUT', 'FORWARD'] } as const
/** What iptables says of rules, chains and tables that are not there. */
const ABSENT = /bad rule|no chain|does not exist|no such file|incompatible/i

/** The chain that looks into the sets, and the jumps to it. */
export interface Rules {
  prepare(): Promise<void>
  areThere(): Promise<boolean>
  counters(): Promise<DropCounters>
  release(): Promise<void>
}

export function createRules(
  { name, table }: IpsetConfig,
  { prefix, nameOf }: { prefix: readonly string[]; nameOf: (set: SetName) => string },
): Rules {
  const chain = name.toUpperCase()
  const commandOf = (program: string, ...args: string[]) => [...prefix, program, '-w', '-t', table, ...args]
  const rulesOf = (program: string) =>
    SET_NAMES.filter((set) => SETS[set].iptables === program).map(
      (set) => `-A ${chain} -m set --match-set ${nameOf(set)} src -j DROP`,
    )
  const hasJump = async (program: string, hook: string) =>
    (await runIfThere({ command: commandOf(program, '-C', hook, '-j', chain) }, ABSENT)) !== undefined
  const listOf = async (program: string, ...args: string[]) =>
    (await runIfThere({ command: commandOf(program, ...args, chain) }, ABSENT)) ?? ''
  return {
    prepare: async () => {
      for (const program of PROGRAMS) {
        const script = [`*${table}`, `:${chain} - [0:0]`, ...rulesOf(program), 'COMMIT', ''].join('\n')
        // an intact chain is left alone, so that its counters go on
        if (!isSame(await listOf(program, '-S'), rulesOf(program))) {
          await runFirewallProgram({ command: [...prefix, `${program}-restore`, '-w', '--noflush'], script })
        }
        for (const hook of HOOKS[table]) {
          if (await hasJump(program, hook)) continue
          await runFirewallProgram({ command: commandOf(program, '-I', hook, '-j', chain) })
        }
      }
    },
    areThere: async () => {
      for (const program of PROGRAMS) {
        if (!isSame(await listOf(program, '-S'), rulesOf(program))) return false
        for (const hook of HOOKS[table]) if (!(await hasJump(program, hook))) return false
      }
      return true
    },
    counters: async () => {
      const texts = await Promise.all(PROGRAMS.map((program) => listOf(program, '-nvxL')))
      return texts.map(countersOf).reduce((sum, next) => ({
        packets: sum.packets + next.packets,
        bytes: sum.bytes + next.bytes,
      }))
    },
    release: async () => {
      for (const program of PROGRAMS) {
        for (const hook of HOOKS[table]) {
          await runIfThere({ command: commandOf(program, '-D', hook, '-j', chain) }, ABSENT)
        }
        await listOf(program, '-F')
        await listOf(program, '-X')
      }
    },
  }
}

function isSame(listed: string, rules: readonly string[]): boolean {
  const found = listed.split('\n').filter((line) => line.startsWith('-A '))
  return found.length === rules.length && rules.every((rule, index) => found[index] === rule)
}

/** Sums the first two columns of `iptables -nvxL`. */
function countersOf(listed: string): DropCounters {
  const rows = listed.split('\n').flatMap((line) => {
    const [, packets, bytes] = /^\s*(\d+)\s+(\d+)\s+DROP\s/.exec(line) ?? []
    return packets === undefined ? [] : [[Number(packets), Number(bytes)] as const]
  })
  return {
    packets: rows.reduce((sum, [packets]) => sum + packets, 0),
    bytes: rows.reduce((sum, [, bytes]) => sum + bytes, 0),
  }
}
