import { homedir } from 'node:os'
import { processEnvironment } from '../config/index.ts'
import { commandName } from './command-name.ts'
import type { Context } from './context.ts'
import { defaultDataDirectory } from './data-directory.ts'
import { prepareEnvironment } from './options.ts'
import { createOutput } from './output.ts'
import { PACKAGE_DIRECTORY, packageVersion } from './package-info.ts'
import { printError } from './print-error.ts'
import { createProgram, leafCommands } from './program.ts'

/** What `bin/honeyjam.js` hands over. */
export interface MainOptions {
  /** Without the paths of Node and the program. */
  readonly argv: readonly string[]
}

/** Runs the program; resolves when its work is done, with `process.exitCode` set. */
export async function main({ argv }: MainOptions): Promise<void> {
  const environment = processEnvironment()
  const output = createOutput(process.stdout, process.stderr)
  output.json = argv.includes('--json')
  const context: Context = {
    environment,
    output,
    version: packageVersion(),
    commandName: commandName(process.argv[1] ?? '', process.cwd()),
    defaultDataDirectory: defaultDataDirectory({
      packageDirectory: PACKAGE_DIRECTORY,
      environment,
      platform: process.platform,
      homeDirectory: homedir(),
      isRoot: process.getuid?.() === 0,
    }),
  }
  try {
    const program = createProgram(context)
    prepareEnvironment(leafCommands(program), environment)
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    process.exitCode = printError(error, output, wantsStack(argv, environment))
  }
}

function wantsStack(argv: readonly string[], environment: NodeJS.ProcessEnv): boolean {
  const words = [...argv, `--log-level=${environment['HONEYJAM_LOG_LEVEL'] ?? ''}`].join(' ')
  return /--log-level[= ](?:debug|trace)\b/.test(words)
}
