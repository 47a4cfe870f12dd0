import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { digestOf } from './agent-options.ts'
import { AgentState } from './agent-state.ts'
import type { SpoolLimit } from './spool-limit.ts'
import { guarded } from './state-database.ts'

/** The state of an agent with one target, and of the first of several. */
const FIRST_FILE = 'agent.db'
const STATE_FILE = /^agent(?:-[0-9a-f]{12})?\.db$/

/** A state file as it is found before the agent begins. */
export interface FoundState {
  readonly file: string
  /** The URL it was last for, if that was noted. */
  readonly target: string | undefined
}

/**
 * Says which state file serves which target. A target goes on with the file that was its own. The first without one takes
 * `agent.db` when that is nobody's any more, so that what waits under a mistyped or an old URL goes to the new one; any
 * other gets a new file.
 * @param targets URLs, each once
 * @returns the file of each target, in their order
 */
export function assignStateFiles(targets: readonly string[], found: readonly FoundState[]): string[] {
  const own = new Map(found.flatMap(({ file, target }) => (target === undefined ? [] : [[target, file]])))
  const taken = new Set(targets.flatMap((target) => own.get(target) ?? []))
  return targets.map((target) => {
    const file = own.get(target) ?? (taken.has(FIRST_FILE) ? nameFor(target) : FIRST_FILE)
    taken.add(file)
    return file
  })
}

/** The state files of a directory that hold work for nobody of `targets`, with what waits in each. */
export interface LeftState {
  readonly file: string
  readonly target: string | undefined
  readonly waitingAddresses: number
}

/**
 * Opens the state of each target; the caller closes them.
 * @returns the states in the order of `targets`, and what was left of targets that are no more
 * @throws HoneyjamError as the constructor of AgentState; then none is open
 */
export function openTargetStates(
  directory: string,
  targets: readonly string[],
  spool?: SpoolLimit,
): { readonly states: readonly AgentState[]; readonly left: readonly LeftState[] } {
  const found = findStates(directory)
  const files = assignStateFiles(targets, found)
  const left = found
    .filter(({ file }) => !files.includes(file))
    .map((state) => ({ ...state, waitingAddresses: readState(directory, state.file, waitingOf) }))
  const states: AgentState[] = []
  try {
    for (const [index, file] of files.entries()) {
      const state = new AgentState(join(directory, file), spool === undefined ? {} : { spool })
      states.push(state)
      state.noteTarget(targets[index]!)
    }
    return { states, left: left.filter(({ waitingAddresses }) => waitingAddresses > 0) }
  } catch (error) {
    for (const state of states) state.close()
    throw error
  }
}

function findStates(directory: string): FoundState[] {
  const names = guarded(directory, () => readdirSync(directory)).filter((name) => STATE_FILE.test(name))
  return names
    .toSorted()
    .map((file) => ({ file, target: readState(directory, file, (state) => state.target) }))
}

function readState<Value>(directory: string, file: string, read: (state: AgentState) => Value): Value {
  const state = new AgentState(join(directory, file))
  try {
    return read(state)
  } finally {
    state.close()
  }
}

function waitingOf(state: AgentState): number {
  return state.waitingAddresses
}

function nameFor(target: string): string {
  return `agent-${digestOf([target]).slice(0, 12)}.db`
}
