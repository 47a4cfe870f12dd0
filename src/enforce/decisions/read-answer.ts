import { HoneyjamError } from '../../runtime/index.ts'
import { type Network, parseNetwork } from '../networks.ts'

/** One line of an answer that changes something; see docs/reference/decisions.md. */
export type DecisionStep =
  /** An address is to be blocked until then. */
  | { readonly kind: 'address'; readonly network: Network; readonly expiresAtMs: number }
  /** An address, or every address of an IPv6 site, no longer is. */
  | { readonly kind: 'drop'; readonly network: Network }
  /** The networks of lists follow anew, all of them. */
  | { readonly kind: 'clear' }
  | { readonly kind: 'network'; readonly network: Network; readonly expiresAtMs: number }

/** A whole answer: times are those of the service. */
export interface DecisionsAnswer {
  /** `undefined`: it tells everything, and what was held before goes. */
  readonly since: string | undefined
  readonly revision: string
  /** The instant to which it is right. */
  readonly atMs: number
  readonly steps: readonly DecisionStep[]
  readonly proof: { readonly checksum: string; readonly count: number } | undefined
}

const FORMAT = 'honeyjam-decisions/1'

/**
 * Reads an answer and takes nothing of one that was cut off: its last line says how many there are.
 * @throws HoneyjamError ANSWER_INCOMPLETE it was cut off, or is not what the service sends
 */
export async function readAnswer(pieces: AsyncIterable<string>): Promise<DecisionsAnswer> {
  const reader = new AnswerReader()
  let rest = ''
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) reader.take(line)
  }
  if (rest !== '') throw invalid('it ends in the middle of a line')
  return reader.finish()
}

class AnswerReader {
  readonly #steps: DecisionStep[] = []
  #lines = 0
  #head: { readonly since: string | undefined } | undefined
  #end: Omit<DecisionsAnswer, 'since' | 'steps'> | undefined

  take(line: string): void {
    if (this.#end !== undefined) throw invalid('something follows its end')
    const value = parseLine(line)
    if (this.#head === undefined) {
      this.#head = headOf(value)
      this.#lines++
    } else if (Array.isArray(value)) {
      const step = stepOf(value)
      if (step !== undefined) this.#steps.push(step)
      this.#lines++
    } else this.#end = endOf(value, this.#lines)
  }

  finish(): DecisionsAnswer {
    if (this.#head === undefined || this.#end === undefined) throw invalid('its end is missing')
    return { ...this.#head, ...this.#end, steps: this.#steps }
  }
}

function headOf(value: unknown): { readonly since: string | undefined } {
  const { format, since } = fieldsOf(value)
  if (format !== FORMAT) throw invalid(`its format is ${JSON.stringify(format)} and not ${FORMAT}`)
  return { since: typeof since === 'string' ? since : undefined }
}

function endOf(value: unknown, lines: number): Omit<DecisionsAnswer, 'since' | 'steps'> {
  const { end, revision, at, lines: told, checksum, count } = fieldsOf(value)
  if (end !== true || typeof revision !== 'string' || typeof at !== 'number')
    throw invalid('its last line is none')
  if (told !== lines) throw invalid(`it has ${lines} lines and says ${String(told)}`)
  const hasProof = typeof checksum === 'string' && typeof count === 'number'
  return { revision, atMs: at, proof: hasProof ? { checksum, count } : undefined }
}

/** @returns `undefined` for what tells of origins, and for kinds of lines that a later service may add */
function stepOf([kind, text, end]: readonly unknown[]): DecisionStep | undefined {
  if (kind === 'c') return { kind: 'clear' }
  if (kind !== 'a' && kind !== 'd' && kind !== 'n') return undefined
  const network = typeof text === 'string' ? parseNetwork(text) : undefined
  if (network === undefined) throw invalid(`${JSON.stringify(text)} is no network`)
  if (kind === 'd') return { kind: 'drop', network }
  const expiresAtMs = kind === 'n' && end === null ? Infinity : end
  if (typeof expiresAtMs !== 'number') throw invalid(`${network} has no end`)
  return { kind: kind === 'a' ? 'address' : 'network', network, expiresAtMs }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line) as unknown
  } catch (cause) {
    throw invalid('a line is not JSON', cause)
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function invalid(reason: string, cause?: unknown): HoneyjamError {
  return new HoneyjamError('ANSWER_INCOMPLETE', `the answer of the service is not whole: ${reason}`, {
    cause,
  })
}
