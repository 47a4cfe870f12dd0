/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The environment of this process. The one place that reads it: everything else takes it as an argument. */
export function processEnvironment(): NodeJS.ProcessEnv {
  return process.env
}
