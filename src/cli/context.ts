import type { Output } from './output.ts'

/** What the commands know of the process they run in. */
export interface Context {
  /** The process's own; read here and handed on, nowhere else. */
  readonly environment: NodeJS.ProcessEnv
  readonly output: Output
  readonly version: string
  /** What to type to run this program, for lines that a person may copy. */
  readonly commandName: string
  /** Where data lies when `--data` does not say. */
  readonly defaultDataDirectory: string
}
