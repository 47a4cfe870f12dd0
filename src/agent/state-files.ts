import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { digestOf } from './agent-options.ts'
import { AgentState } from './agent-state.ts'
import type { SpoolLimit } from './spool-limit.ts'
import { guarded } from './state-database.ts'

/** The state of an agent with one target, and of the first of several. */
const FIRST_FILE = 'agent.db'
const STATE_FILE = /^agent(?:-[0-9a-f]{12})?\.db$/

/** A state file as it lies in the directory of an agent that does not run. */
export interface FoundState {
  readonly file: string
  /** The URL it was last for, if that was noted. */
  readonly target: string | undefined
  readonly waitingAddresses: number
}

/**
 * Says which state file serves which target. A target goes on with the file that was its own. The first without one takes
 * `agent.db` when that is nobody's any more, so that what waits under a mistyped or an old URL goes to the new one; any
 * other gets a new file.
 * @param targets URLs, each once
 * @returns the file of each target, in their order
 */
export function assignStateFiles(
  targets: readonly string[],
  found: readonly Pick<FoundState, 'file' | 'target'>[],
): string[] {
  const own = new Map(found.flatMap(({ file, target }) => (target === undefined ? [] : [[target, file]])))
  const taken = new Set(targets.flatMap((target) => own.get(target) ?? []))
  return targets.map((target) => {
    const file = own.get(target) ?? (taken.has(FIRST_FILE) ? nameFor(target) : FIRST_FILE)
    taken.add(file)
    return file
  })
}

/**
 * Opens the state of each target; the caller closes them.
 * @returns the states in the order of `targets`, and what was left of targets that are no more
 * @throws HoneyjamError as the constructor of AgentState; then none is open
 */
export function openTargetStates(
  directory: string,
  targets: readonly string[],
  spool: SpoolLimit,
): { readonly states: readonly AgentState[]; readonly left: readonly FoundState[] } {
  const found = findStates(directory)
  const files = assignStateFiles(targets, found)
  const left = found.filter(({ file, waitingAddresses }) => waitingAddresses > 0 && !files.includes(file))
  const states: AgentState[] = []
  try {
    for (const [index, file] of files.entries()) {
      const state = new AgentState(join(directory, file), { spool })
      states.push(state)
      state.noteTarget(targets[index]!)
    }
    return { states, left }
  } catch (error) {
    for (const state of states) state.close()
    throw error
  }
}

/** Looks into each state file of a directory. @throws HoneyjamError as the constructor of AgentState */
export function findStates(directory: string): FoundState[] {
  const names = guarded(directory, () => readdirSync(directory)).filter((name) => STATE_FILE.test(name))
  return names.toSorted().map((file) => {
    const state = new AgentState(join(directory, file))
    try {
      return { file, target: state.target, waitingAddresses: state.waitingAddresses }
    } finally {
      state.close()
    }
  })
}

function nameFor(target: string): string {
  return `agent-${digestOf([target]).slice(0, 12)}.db`
}
