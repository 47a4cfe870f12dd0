import { spawn } from 'node:child_process'
import { HoneyjamError } from '../runtime/index.ts'

/** Longer than anything took: a million elements need about 10 s. */
const MAX_RUN_MS = 120_000
const MAX_ERROR_BYTES = 4096

export interface ProgramRun {
  /** The program and its arguments; no shell sees them. */
  readonly command: readonly string[]
  /** Given to the program on its standard input. */
  readonly script?: string
}

/**
 * Runs a program that changes or shows a firewall.
 * @returns what it printed
 * @throws HoneyjamError ENFORCER_UNSUPPORTED the program is not there, or this user may not use it
 * @throws HoneyjamError FIREWALL_REFUSED it said no
 */
export async function runFirewallProgram({ command, script = '' }: ProgramRun): Promise<string> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: MAX_RUN_MS })
  const pieces: string[] = []
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => pieces.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(0, MAX_ERROR_BYTES)
  })
  // a program that ends before it has read everything tells why by its exit code
  child.stdin.on('error', () => {})
  child.stdin.end(script)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => reject(unsupported(`cannot run ${program}: is it installed?`, cause)))
    child.once('close', (exitCode) => resolve(exitCode))
  })
  if (code === 0) return pieces.join('')
  if (/operation not permitted|must be root|permission denied/i.test(errors)) {
    throw unsupported(`${program} may not change the firewall: run as root or with CAP_NET_ADMIN`)
  }
  throw new HoneyjamError('FIREWALL_REFUSED', `${command.join(' ')}: ${reasonOf(errors, code)}`, {
    fields: { command, code },
  })
}

/** @returns `undefined` where the program says that there is no such thing */
export async function runIfThere(run: ProgramRun, absent: RegExp): Promise<string | undefined> {
  try {
    return await runFirewallProgram(run)
  } catch (error) {
    if (error instanceof HoneyjamError && error.code === 'FIREWALL_REFUSED' && absent.test(error.message)) {
      return undefined
    }
    throw error
  }
}

function unsupported(message: string, cause?: unknown): HoneyjamError {
  return new HoneyjamError('ENFORCER_UNSUPPORTED', message, { cause })
}

/** The first line says what is wrong; the others quote the script, which may be long. */
function reasonOf(errors: string, code: number | null): string {
  const [first] = errors.trim().split('\n', 1)
  if (first !== undefined && first !== '') return first
  return code === null ? `no end within ${MAX_RUN_MS / 1000} s` : `exit code ${code}`
}
