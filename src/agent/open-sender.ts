import { join } from 'node:path'
import { ReportClient } from '../client/index.ts'
import { type AgentOptions, type AgentTarget, formOf, keyIdOf } from './agent-options.ts'
import type { AgentState } from './agent-state.ts'
import { RequestTimes } from './request-times.ts'
import { Sender } from './sender.ts'

/** Times of requests, of all keys that report from this directory. */
const REQUEST_TIMES_FILE = 'requests.db'

/** A sender with what it holds open. */
export interface OpenSender {
  readonly sender: Sender
  readonly close: () => Promise<void>
}

/** Joins a sender for one target to the state it delivers. @throws HoneyjamError when the settings or the directory cannot be used */
export function openSender(options: AgentOptions & AgentTarget, state: AgentState): OpenSender {
  const { config, apiUrl, bearerToken, stateDirectory, clock, logger, random, ca } = options
  const userAgent = options.userAgent ?? 'honeyjam'
  const client = new ReportClient({
    apiUrl,
    bearerToken,
    userAgent,
    clock,
    ...(ca === undefined ? {} : { ca }),
  })
  const times = new RequestTimes(join(stateDirectory, REQUEST_TIMES_FILE), {
    keyId: keyIdOf(options),
    requestsPerMinute: config.requestsPerMinute,
  })
  const sender = new Sender({
    state,
    times,
    client,
    form: formOf(options),
    batchAddresses: config.flushAddresses,
    clock,
    logger,
    ...(random === undefined ? {} : { random }),
  })
  return {
    sender,
    close: async () => {
      times.close()
      await client.close()
    },
  }
}
