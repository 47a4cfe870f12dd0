import { setImmediate as turn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import {
  type DecisionChanges,
  type DecisionsChecksum,
  type Layer,
  revisionText,
} from '../../../denylist/index.ts'
import type { Coding } from '../../accept-encoding.ts'
import { type DeflatedPart, deflatePart, GZIP_LEVEL, gzipFile } from '../../gzip-parts.ts'
import { linesOf } from './decision-lines.ts'

const FORMAT = 'honeyjam-decisions/1'

/** A base as it was compressed for its first reader, with the line in front of it. */
interface Prepared {
  readonly part: DeflatedPart
  readonly lines: number
}

/** What an answer says. */
export interface DecisionsAnswer {
  readonly changes: DecisionChanges
  /** Of everything at that revision. */
  readonly proof: DecisionsChecksum | undefined
}

/** Makes the bytes of answers, each once for all who ask for the same. */
export class DecisionsBodies {
  readonly #prepared = new WeakMap<Layer, Promise<Prepared>>()
  readonly #bodies = new Map<Coding, WeakMap<DecisionsAnswer, Promise<readonly Buffer[]>>>()

  /** The whole body in pieces. */
  of(answer: DecisionsAnswer, coding: Exclude<Coding, 'identity'>): Promise<readonly Buffer[]> {
    const bodies = this.#bodies.get(coding) ?? new WeakMap<DecisionsAnswer, Promise<readonly Buffer[]>>()
    this.#bodies.set(coding, bodies)
    const known = bodies.get(answer)
    if (known !== undefined) return known
    const made = coding === 'gzip' ? this.#gzip(answer) : brotli(answer)
    bodies.set(answer, made)
    return made
  }

  async #gzip(answer: DecisionsAnswer): Promise<readonly Buffer[]> {
    const [base, ...rest] = answer.changes.layers
    if (answer.changes.since !== undefined || base === undefined) {
      // a stream would wait for its turn at every piece
      return [await promisify(gzip)(await wholeOf(answer), { level: GZIP_LEVEL })]
    }
    const { part, lines } = await this.#prepare(base)
    const chunks = chunksOf(rest, { lines, firstOrigin: base.origins.length, answer })
    return gzipFile(await deflatePart(chunks, { before: part, isLast: true }))
  }

  #prepare(base: Layer): Promise<Prepared> {
    const known = this.#prepared.get(base)
    if (known !== undefined) return known
    const made = prepare(base)
    this.#prepared.set(base, made)
    return made
  }
}

async function prepare(base: Layer): Promise<Prepared> {
  const { chunks, lines } = linesOf(base, 0)
  const part = await deflatePart(withFirstLine(undefined, stepped(chunks)), { isLast: false })
  return { part, lines: lines() + 1 }
}

/** The body as it is, made while it is sent. */
export async function* chunksOfAnswer(answer: DecisionsAnswer): AsyncGenerator<Buffer> {
  const { since, layers } = answer.changes
  yield* withFirstLine(since === undefined ? undefined : revisionText(since), [])
  yield* chunksOf(layers, { lines: 1, firstOrigin: 0, answer })
}

async function* withFirstLine(
  since: string | undefined,
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncGenerator<Buffer> {
  yield Buffer.from(`${JSON.stringify({ format: FORMAT, since: since ?? null })}\n`)
  yield* chunks
}

async function* chunksOf(
  layers: readonly Layer[],
  before: { readonly lines: number; readonly firstOrigin: number; readonly answer: DecisionsAnswer },
): AsyncGenerator<Buffer> {
  let { lines, firstOrigin } = before
  for (const layer of layers) {
    const written = linesOf(layer, firstOrigin)
    yield* stepped(written.chunks)
    lines += written.lines()
    firstOrigin += layer.origins.length
  }
  const { changes, proof } = before.answer
  const end = { end: true, revision: revisionText(changes.revision), at: changes.atMs, lines, ...proof }
  yield Buffer.from(`${JSON.stringify(end)}\n`)
}

/** Lets others have their turn. */
async function* stepped(chunks: Iterable<readonly Buffer[]>): AsyncGenerator<Buffer> {
  let isFirst = true
  for (const some of chunks) {
    if (!isFirst) await turn()
    isFirst = false
    yield* some
  }
}

async function brotli(answer: DecisionsAnswer): Promise<readonly Buffer[]> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 1 }
  return [await promisify(brotliCompress)(await wholeOf(answer), { params })]
}

async function wholeOf(answer: DecisionsAnswer): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of chunksOfAnswer(answer)) chunks.push(chunk)
  return Buffer.concat(chunks)
}
