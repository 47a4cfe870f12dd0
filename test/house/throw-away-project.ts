import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

/** A folder that looks like this project and holds files a tool is expected to refuse. */
export interface ThrowAwayProject {
  /** Runs a tool of this project in the folder; a failing exit code is an answer, not an error. */
  run(tool: string, ...toolArguments: readonly string[]): Promise<{ passed: boolean; output: string }>
  close(): Promise<void>
}

/** @param textByPath paths relative to the project's folder */
export async function openThrowAwayProject(
  textByPath: Readonly<Record<string, string>>,
): Promise<ThrowAwayProject> {
  const folder = await mkdtemp(join(tmpdir(), 'honeyjam-house-'))
  await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'))
  await symlink(join(REPOSITORY, 'package.json'), join(folder, 'package.json'))
  for (const [path, text] of Object.entries(textByPath)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return {
    run: (tool, ...toolArguments) =>
      new Promise((resolve) => {
        const path = join(REPOSITORY, 'node_modules/.bin', tool)
        execFile(path, toolArguments, { cwd: folder, maxBuffer: 2 ** 24 }, (error, output) => {
          resolve({ passed: error === null, output })
        })
      }),
    close: () => rm(folder, { recursive: true, force: true }),
  }
}
