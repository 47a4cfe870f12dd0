import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAgentConfig } from '../agent/index.ts'
import { ApiClient } from '../client/index.ts'
import { loadCowrieConfig } from '../config/index.ts'
import type { ReportedAddress, ReportedAddressList } from '../contract/index.ts'
import { USER_PATHS } from '../contract/terms/index.ts'
import { createLogger, HoneyjamError, systemClock } from '../runtime/index.ts'
import { announceService } from './announce.ts'
import type { Context } from './context.ts'
import { type DemoLine, readDemoAttack, renderAttempt, stampLine } from './demo-attack.ts'
import { runLocalAgent } from './local-agent.ts'
import { renderDenylist } from './print-denylist.ts'
import { type RunningService, startService } from './start-service.ts'
import { aborted, listenForStop } from './stop-request.ts'
import { indent } from './table.ts'
import { tlsFilesOf } from './tls-options.ts'
import type { UpOptions } from './up-options.ts'

/** Between two login attempts: slow enough to be watched where somebody watches. */
const TERMINAL_PACE_MS = 80
const PACE_MS = 15
/** Nothing is limited here: the demo reports each second. */
const REQUESTS_PER_MINUTE = 6000
const WHAT_IS_PLAYED = '(a recorded attack; every address is one of the ranges reserved for documentation)'
const PATIENCE_MS = 15_000
const POLL_MS = 100
/** One of the recorded attackers. */
const EXAMPLE = '203.0.113.10'

/** Plays the recorded attack into a throw-away installation, shows what comes of it and goes on serving. */
export async function runDemo(options: UpOptions, context: Context): Promise<void> {
  context.output.outlivesReader = true
  const stop = listenForStop()
  const directory = mkdtempSync(join(tmpdir(), 'honeyjam-demo-'))
  try {
    await runDemoIn(directory, options, context, stop.signal)
  } finally {
    rmSync(directory, { recursive: true, force: true })
    stop.close()
  }
}

async function runDemoIn(
  directory: string,
  options: UpOptions,
  context: Context,
  stopped: AbortSignal,
): Promise<void> {
  const { version } = context
  // people watch the attack, not the log
  const level = options.logLevel === 'info' ? 'warn' : options.logLevel
  const logger = createLogger({ format: options.logFormat, level })
  const service = await startService({
    ...options,
    directory: join(directory, 'data'),
    tlsFiles: tlsFilesOf(options),
    reportsPerMinute: REQUESTS_PER_MINUTE,
    privateAddresses: 'accept',
    version,
    logger,
  })
  const log = join(directory, 'cowrie.json')
  writeFileSync(log, '')
  const done = new AbortController()
  const signal = AbortSignal.any([stopped, done.signal])
  const agent = runLocalAgent({
    service,
    config: demoConfig(directory),
    logPaths: [log],
    stateDirectory: join(directory, 'data', 'agent'),
    version,
    logger,
    signal,
  })
  const show = async () => {
    announceService(service, context, [['watching', `${log}\n${WHAT_IS_PLAYED}`]])
    await showDemo(service, log, context, signal)
    if (options.exitAfterDemo !== true) await aborted(signal)
  }
  try {
    await Promise.all([agent, show().finally(() => done.abort())])
  } finally {
    await service.close()
  }
}

async function showDemo(
  service: RunningService,
  log: string,
  { output, commandName }: Context,
  signal: AbortSignal,
): Promise<void> {
  const lines = readDemoAttack()
  const say = output.json ? () => undefined : (text: string) => output.print(text)
  say('\nLogin attempts, as the honeypot logs them:\n')
  for (const line of lines) {
    await play(line, log, say, output.isTerminal ? TERMINAL_PACE_MS : PACE_MS)
    if (signal.aborted) return
  }
  const sources = new Set(lines.flatMap(({ attempt }) => attempt?.address ?? []))
  say('\nThe denylist that came of it:\n')
  const listed = await waitForAddresses(service, sources.size, signal)
  if (listed === undefined) return
  if (output.json) output.printJson({ addresses: listed })
  say(renderDenylist(listed, systemClock.nowMs()))
  say(`\nLook around, in another terminal:\n${indent(suggestions(service, commandName))}\n`)
}

async function play(
  { text, attempt }: DemoLine,
  log: string,
  say: (text: string) => void,
  paceMs: number,
): Promise<void> {
  const nowMs = systemClock.nowMs()
  appendFileSync(log, `${stampLine(text, nowMs)}\n`)
  if (attempt === undefined) return
  say(renderAttempt(attempt, nowMs))
  await systemClock.sleep(paceMs)
}

/** @returns `undefined` when `signal` came first */
async function waitForAddresses(
  { localUrl, administrator }: RunningService,
  count: number,
  signal: AbortSignal,
): Promise<readonly ReportedAddress[] | undefined> {
  const api = new ApiClient({ baseUrl: localUrl, bearerToken: administrator.newKey ?? '' })
  try {
    const deadlineMs = systemClock.nowMs() + PATIENCE_MS
    while (!signal.aborted) {
      const { body } = await api.request({ method: 'GET', path: USER_PATHS.reported })
      const { addresses } = body as ReportedAddressList
      if (addresses.length >= count) return addresses
      if (systemClock.nowMs() > deadlineMs) throw incomplete(addresses.length, count)
      await systemClock.sleep(POLL_MS, signal)
    }
    return undefined
  } finally {
    await api.close()
  }
}

function suggestions({ directory, localUrl, administrator }: RunningService, commandName: string): string {
  return [
    `${commandName} check ${EXAMPLE} --data ${directory}`,
    `${commandName} denylist --format plain --data ${directory}`,
    `curl -H "Authorization: Bearer $(cat ${administrator.keyFile})" ${localUrl}${USER_PATHS.reported}`,
  ].join('\n')
}

/** The defaults, whatever Cowrie this machine has. */
function demoConfig(directory: string) {
  const environment = {}
  const nowhere = { usualRoots: [], systemFile: join(directory, 'absent.cfg') }
  const cowrie = loadCowrieConfig({ workingDirectory: directory, environment, ...nowhere })
  const origin = 'the demo'
  return parseAgentConfig(cowrie, environment, {
    flush_seconds: { value: '1', origin },
    requests_per_minute: { value: String(REQUESTS_PER_MINUTE), origin },
    private_addresses: { value: 'accept', origin },
  })
}

function incomplete(listed: number, expected: number): HoneyjamError {
  return new HoneyjamError(
    'STORE_UNAVAILABLE',
    `after ${PATIENCE_MS / 1000} s only ${listed} of ${expected} addresses are on the denylist`,
  )
}
