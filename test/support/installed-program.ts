import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Says why tests of another program are skipped; the build server installs it. */
export function programOrSkip(program: string, debianPackage: string): boolean {
  const directories = (process.env['PATH'] ?? '').split(delimiter)
  if (directories.some((directory) => existsSync(join(directory, program)))) return true
  if (process.env['CI'] !== undefined) throw new Error(`${program} is not installed: .ci/run installs it`)
  process.stdout.write(`skipped: there is no ${program} (Debian package ${debianPackage})\n`)
  return false
}
