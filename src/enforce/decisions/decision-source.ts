import type { ApiClient, ApiTextResponse } from '../../client/index.ts'
import { MANAGEMENT_PATHS } from '../../contract/terms/index.ts'
import type { WantedBans } from '../ports.ts'
import { WantedSet } from '../wanted-set.ts'
import { HeldDecisions } from './held-decisions.ts'
import { type DecisionsAnswer, readAnswer } from './read-answer.ts'
import { readEvents } from './read-events.ts'

/** An answer, and by how much the clock of the service differs. */
export interface Received {
  readonly answer: DecisionsAnswer
  /** What time it was at the service when its answer began, epoch milliseconds to the second; `undefined`: it did not say. */
  readonly serverNowMs: number | undefined
}

/** Where decisions come from. */
export interface DecisionSource {
  /**
   * What changed since a revision, or everything, and then what changes, as soon as it does, with a proof now and then. It ends
   * when the service closes the stream.
   * @param since `undefined`: from nothing
   * @throws HoneyjamError API_UNREACHABLE, API_REFUSED, ANSWER_INCOMPLETE
   */
  follow(since: string | undefined, signal: AbortSignal): AsyncIterable<Received>
}

/** Everything that is to be blocked now, with its end by the clock of the service. @throws HoneyjamError as {@link DecisionSource} */
export async function fetchDecisions(client: ApiClient): Promise<WantedBans> {
  const held = new HeldDecisions()
  const { text } = await client.stream({ method: 'GET', path: MANAGEMENT_PATHS.decisions })
  held.take(await readAnswer(text))
  const wanted = new WantedSet()
  wanted.replace(held.list())
  return wanted.wanted()
}

/** Name of the event that says that nothing is known of a revision: everything is to be asked for. */
const RESET = 'reset'

/** The decisions of the account that the client's key belongs to; its scope is `enforce`. */
export function createDecisionSource(client: ApiClient): DecisionSource {
  return {
    async *follow(since, signal) {
      let held = since
      for (;;) {
        if (held === undefined) {
          const response = await client.stream({ method: 'GET', path: MANAGEMENT_PATHS.decisions, signal })
          const answer = await readAnswer(response.text)
          yield { answer, serverNowMs: dateOf(response) }
          held = answer.revision
        }
        const response = await client.stream({
          method: 'GET',
          path: MANAGEMENT_PATHS.decisionsStream,
          headers: { accept: 'text/event-stream' },
          query: { since: held },
          signal,
        })
        const serverNowMs = dateOf(response)
        let isReset = false
        for await (const { name, lines } of readEvents(response.text)) {
          isReset = name === RESET
          if (isReset) break
          const answer = await readAnswer(asPieces(lines))
          yield { answer, serverNowMs }
          held = answer.revision
        }
        if (!isReset) return
        held = undefined
      }
    },
  }
}

function dateOf({ headers }: ApiTextResponse): number | undefined {
  const dateMs = Date.parse(String(headers['date']))
  return Number.isNaN(dateMs) ? undefined : dateMs
}

async function* asPieces(lines: readonly string[]): AsyncGenerator<string> {
  for (const line of lines) yield `${line}\n`
}
