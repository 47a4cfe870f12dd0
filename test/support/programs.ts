import { spawnSync } from 'node:child_process'

/** Where programs for administrators are, which PATH of others may leave out. */
const PATH = `${process.env['PATH']}:/usr/sbin:/sbin`

/** Those of the programs that are not installed here, for the name of a skipped test; empty: all are there. */
export function missingPrograms(...programs: readonly string[]): string {
  const isMissing = (program: string) =>
    spawnSync('sh', ['-c', `command -v ${program}`], { env: { PATH }, stdio: 'ignore' }).status !== 0
  return programs.filter(isMissing).join(', ')
}
