import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeDirectory } from '../runtime/index.ts'
import { type AgentOptions, type AgentTarget, digestOf, keyIdOf, rulesOf } from './agent-options.ts'
import { AgentState } from './agent-state.ts'
import { OnceLedger } from './once-ledger.ts'
import { guarded } from './state-database.ts'

/** What a run over old logs keeps on disk until it is finished. */
export interface OnceState {
  readonly state: AgentState
  readonly ledger: OnceLedger
  /** Lets go of the file; with `isFinished` it is removed, so that the same command reports anew. */
  close(end: { readonly isFinished: boolean }): void
}

/**
 * Opens the state of the run with this target, key, list of files and rules: a new one, or that of a run that was cut short.
 * @throws HoneyjamError DIRECTORY_LOCKED while the same run is under way in another process
 */
export function openOnceState(options: AgentOptions & AgentTarget, files: readonly string[]): OnceState {
  const { stateDirectory, config } = options
  const rules = rulesOf(config)
  const run = digestOf([keyIdOf(options), files, { ...rules, excluded: config.exclude }])
  const path = join(stateDirectory, `once-${run}.db`)
  guarded(stateDirectory, () => makeDirectory(stateDirectory))
  const state = new AgentState(path, { isExclusive: true })
  return {
    state,
    ledger: new OnceLedger(state, files),
    close({ isFinished }) {
      state.close()
      if (!isFinished) return
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
    },
  }
}
