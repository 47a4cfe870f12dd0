/** One system call that has ended. */
export interface SystemCall {
  readonly name: string
  /** As strace prints them; strings hold hexadecimal escapes alone, so that no comma or quote stands in them. */
  readonly arguments: readonly string[]
  readonly result: number
  /** Epoch milliseconds of its begin. */
  readonly atMs: number
}

const LINE = /^(\d+)\s+(\d+\.\d+) (.*)$/
const UNFINISHED = ' <unfinished ...>'
const RESUMED = /^<\.\.\. \w+ resumed>/
const CALL = /^(\w+)\((.*)\)\s+= (-?\d+)/

/**
 * Reads what `strace -f -ttt -xx` wrote: the calls of all threads in the order in which they ended.
 * Signals, ends of threads, and calls that a kill cut off are left out.
 */
export function* parseTrace(trace: string): Generator<SystemCall, void, void> {
  const begun = new Map<string, { readonly text: string; readonly seconds: string }>()
  for (const line of trace.split('\n')) {
    const [, thread = '', seconds = '', text = ''] = LINE.exec(line) ?? []
    if (text.endsWith(UNFINISHED)) {
      begun.set(thread, { text: text.slice(0, -UNFINISHED.length), seconds })
      continue
    }
    const start = RESUMED.test(text) ? begun.get(thread) : undefined
    const whole = (start?.text ?? '') + text.replace(RESUMED, '')
    const [, name, list = '', result] = CALL.exec(whole) ?? []
    if (name === undefined) continue
    const atMs = Number(start?.seconds ?? seconds) * 1000
    yield { name, arguments: list.split(', '), result: Number(result), atMs }
  }
}

/** The bytes of every string in an argument: one of a path or of a write, several of a vector. */
export function bytesIn(text: string): Buffer {
  if (text.includes('"...')) throw new Error('strace has cut a string off')
  const strings = [...text.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, escapes = '']) => escapes)
  return Buffer.from(strings.join('').replaceAll('\\x', ''), 'hex')
}
