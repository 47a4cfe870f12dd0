import { describeError, type ServiceAnswer } from '../../client/index.ts'
import { formatSpan } from '../format-time.ts'
import { type Finding, failed, ok, skipped, warning } from './finding.ts'

/** The one question that the checks of clock and key share; it is asked when the first of them needs it. */
export type AskService = (signal: AbortSignal) => Promise<ServiceAnswer>

const SECOND_MS = 1000
const SKEW_WARNING_MS = 5 * SECOND_MS
const SKEW_FAILURE_MS = 60 * SECOND_MS

/** Compares the clocks of both sides. */
export async function checkClock(ask: AskService, signal: AbortSignal): Promise<Finding> {
  const answer = await answerOf(ask, signal)
  return answer === undefined ? skipped('the service did not answer') : findingOfClock(answer)
}

/** Whether the service knows the key. */
export async function checkKey(ask: AskService, signal: AbortSignal): Promise<Finding> {
  try {
    return findingOfKey(await ask(signal))
  } catch (error) {
    signal.throwIfAborted()
    return failed(
      `no answer: ${describeError(error)}`,
      'See the connection above; behind api_url must be a Report API.',
    )
  }
}

async function answerOf(ask: AskService, signal: AbortSignal): Promise<ServiceAnswer | undefined> {
  try {
    return await ask(signal)
  } catch {
    // told by the check of the key, which is asked the same
    signal.throwIfAborted()
    return undefined
  }
}

/** The answer's date is cut to its second, and stands for the middle of the request. */
export function findingOfClock({ dateMs, askedAtMs, answeredAtMs }: ServiceAnswer): Finding {
  if (dateMs === undefined) return skipped('the answer has no Date')
  const skewMs = (askedAtMs + answeredAtMs) / 2 - (dateMs + SECOND_MS / 2)
  const seconds = `${(Math.abs(skewMs) / SECOND_MS).toFixed(1)} s`
  const found = `this machine is ${seconds} ${skewMs < 0 ? 'behind' : 'ahead of'} the service`
  const help = 'Set the clocks with NTP: times of sightings decide how long an address is blocked.'
  if (Math.abs(skewMs) > SKEW_FAILURE_MS) return failed(found, help)
  if (Math.abs(skewMs) > SKEW_WARNING_MS) return warning(found, help)
  return ok(`the clocks agree within ${Math.max(1, Math.ceil(Math.abs(skewMs) / SECOND_MS))} s`)
}

export function findingOfKey(answer: ServiceAnswer): Finding {
  const { status, text, server, askedAtMs, answeredAtMs } = answer
  const by = server === undefined ? [] : [`answered by ${server}`]
  const said = text === '' ? by : [`it says: ${text}`, ...by]
  if (status === 200) return ok(`the service knows it (${answeredAtMs - askedAtMs} ms)`)
  if (status === 401 || status === 403) {
    return failed(
      `the service does not know the key (${status})`,
      'Name the right one with --key-file or bearer_token_file; `honeyjam key create` makes a new one. What was seen is kept until then.',
      said,
    )
  }
  if (status === 429) return findingOfLimit(answer, said)
  if (status === 404) {
    return warning(
      'the service has no /test (404), so the key cannot be asked for',
      'See the canary; or api_url leads to something that is no Report API.',
      said,
    )
  }
  return failed(
    `unexpected answer ${status}`,
    'See that api_url leads to a Report API, and what a proxy in front of it says.',
    said,
  )
}

function findingOfLimit(
  { isSlowingWrongKeys, retryAfterMs }: ServiceAnswer,
  said: readonly string[],
): Finding {
  const span = retryAfterMs === undefined ? undefined : formatSpan(retryAfterMs)
  if (isSlowingWrongKeys) {
    return failed(
      'the service does not know the key, and hears too many wrong ones from this address (429)',
      `Name the right one with --key-file or bearer_token_file: it works at once. Wrong ones are answered like this for ${span ?? 'a while'}; see what else sends them from here. What was seen is kept until then.`,
      said,
    )
  }
  return warning(
    'the service takes no more requests for now (429), so whether it knows the key is open',
    `Try again in ${span ?? 'a minute'}.`,
    said,
  )
}
