import { MANAGEMENT_PATHS } from '../contract/terms/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import { type ConnectOptions, withApi } from './connect.ts'
import type { Context } from './context.ts'
import { escapeText } from './escape-text.ts'
import { formatCount } from './format-count.ts'
import { formatInstant } from './format-time.ts'

interface DecisionsRequest extends ConnectOptions {
  readonly since?: string
  readonly count: boolean
}

/** A line of `GET /honeyjam/v1/decisions`, but for the first and the last. */
type Line =
  | readonly ['o', number: number, origin: Origin]
  | readonly ['a' | 'n', network: string, endMs: number | null, origin: number]
  | readonly ['d', network: string]
  | readonly ['c']

interface Origin {
  readonly list: string
  readonly dataset?: string
  readonly name?: string
}

interface EndLine {
  readonly end: true
  readonly revision: string
  readonly lines: number
  /** Not of an answer of a process that has not seen the revision yet. */
  readonly count?: number
  readonly checksum?: string
}

/** Prints what is to be blocked, or what changed. */
export async function printDecisions(request: DecisionsRequest, context: Context): Promise<void> {
  const { output } = context
  await withApi(request, context, async (api) => {
    const { text } = await api.stream({
      method: 'GET',
      path: MANAGEMENT_PATHS.decisions,
      query: { since: request.since, checksum: true },
    })
    const origins = new Map<number, string>()
    let lines = 0
    for await (const line of linesOf(text)) {
      const value = JSON.parse(line) as Line | EndLine | { readonly since: string | null }
      if ('end' in value) {
        requireWhole(value, lines)
        return printEnd(value, request, context)
      }
      lines++
      if (request.count) continue
      if (output.json) await output.write(`${line}\n`)
      else if ('since' in value) {
        // says what is dropped, which nobody holds here
      } else if (value[0] === 'o') origins.set(value[1], originText(value[2]))
      else await output.write(`${lineText(value, origins)}\n`)
    }
    throw cutOff()
  })
}

function printEnd(end: EndLine, { count }: DecisionsRequest, { output }: Context): void {
  if (output.json) output.printJson(end)
  else if (count)
    output.print(
      `${formatCount(end.count ?? 0)} to be blocked, checksum ${end.checksum ?? 'unknown'}, revision ${end.revision}`,
    )
  else output.print(`# revision ${end.revision}`)
}

function requireWhole({ lines }: EndLine, read: number): void {
  if (lines !== read) throw cutOff()
}

function cutOff(): HoneyjamError {
  return new HoneyjamError('API_UNREACHABLE', 'the answer was cut off: try again')
}

function lineText(
  line: Exclude<Line, readonly ['o', ...unknown[]]>,
  origins: ReadonlyMap<number, string>,
): string {
  if (line[0] === 'c') return '- all networks of lists'
  if (line[0] === 'd') return `- ${line[1]}`
  const [, network, endMs, origin] = line
  const until = endMs === null ? 'for ever' : `until ${formatInstant(endMs)} UTC`
  return `+ ${network} ${until} (${origins.get(origin) ?? ''})`
}

function originText({ list, dataset, name }: Origin): string {
  return escapeText(dataset === undefined ? `${list} list ${name ?? ''}` : `${list} as ${dataset}`)
}

/** The lines of a text that comes in pieces; what is behind the last line break is left out. */
async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}
