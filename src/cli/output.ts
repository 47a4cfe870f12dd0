import { once } from 'node:events'
import { isatty } from 'node:tty'
import { styleText } from 'node:util'

/** The few looks that the program gives to text, on terminals that show colours. */
export type Look = 'bold' | 'dim' | 'red' | 'yellow' | 'green'

/** What a command prints: results on standard output, everything about the way there on standard error. */
export interface Output {
  /** Whether results are to be JSON (`--json`). */
  json: boolean
  /** Whether the command goes on when nobody reads its results any more; others end quietly, as `head` wants it. */
  outlivesReader: boolean
  readonly isTerminal: boolean
  readonly isErrorTerminal: boolean
  /** Prints one or more lines; foreign text in them has been escaped. */
  print(text: string): void
  /** Prints text as it is; resolves when there is room for more. */
  write(text: string): Promise<void>
  printJson(value: unknown): void
  /** Prints one or more lines on standard error. */
  note(text: string): void
  style(look: Look, text: string): string
}

type StandardStream = NodeJS.WriteStream & { readonly fd: number }

/** Creates the output of this process. */
export function createOutput(stdout: StandardStream, stderr: StandardStream): Output {
  const output: Output = {
    json: false,
    outlivesReader: false,
    isTerminal: isatty(stdout.fd),
    isErrorTerminal: isatty(stderr.fd),
    print: (text) => void stdout.write(`${text}\n`),
    write: async (text) => {
      if (!stdout.write(text)) await once(stdout, 'drain')
    },
    printJson: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    style: (look, text) => (hasColors(stdout) ? styleText(look, text) : text),
  }
  stdout.on('error', (error: NodeJS.ErrnoException) => onWriteError(error, output))
  stderr.on('error', (error: NodeJS.ErrnoException) => onWriteError(error, output))
  return output
}

/** `hasColors` knows NO_COLOR, FORCE_COLOR and dumb terminals. */
function hasColors(stream: StandardStream): boolean {
  return isatty(stream.fd) && stream.hasColors()
}

function onWriteError(error: NodeJS.ErrnoException, output: Output): void {
  if (error.code !== 'EPIPE') throw error
  if (output.outlivesReader) return
  // oxlint-disable-next-line unicorn/no-process-exit -- nobody reads on, so there is nothing left to do
  process.exit()
}
