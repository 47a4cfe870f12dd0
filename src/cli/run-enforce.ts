import { createDryRun, type DryRunStep } from '../enforce/dry-run/index.ts'
import {
  createDecisionSource,
  type Enforcer,
  type FollowState,
  reportSender,
  runEnforcer,
} from '../enforce/index.ts'
import { createIpset } from '../enforce/ipset/index.ts'
import { createNftables } from '../enforce/nftables/index.ts'
import { findHostNetworks } from '../host/index.ts'
import { createLogger, HoneyjamError, type Logger, systemClock } from '../runtime/index.ts'
import { type ConnectOptions, withApi } from './connect.ts'
import type { Context } from './context.ts'
import { fixedNetwork } from './fixed-network.ts'
import type { CommonOptions } from './options.ts'
import { listenForStop } from './stop-request.ts'

/** What `honeyjam enforce` was asked to do. */
export interface EnforceRequest extends CommonOptions, ConnectOptions {
  readonly firewall: 'nftables' | 'ipset' | 'dry-run'
  readonly hook?: 'prerouting' | 'filter'
  readonly action?: 'drop' | 'reject'
  readonly onlyPort?: readonly string[]
  readonly logSample?: boolean
  readonly protect?: readonly string[]
}

const HIGHEST_PORT = 65_535

/** Enforces until a signal comes. @throws HoneyjamError USAGE before anything was changed, and as `runEnforcer` does */
export async function runEnforce(request: EnforceRequest, context: Context): Promise<void> {
  const fixed = (request.protect ?? []).map(fixedNetwork)
  const enforcer = enforcerOf(request, context)
  context.output.outlivesReader = true
  const logger = createLogger({ format: request.logFormat, level: request.logLevel })
  const stop = listenForStop()
  try {
    await offerPreflight(enforcer, context)
    await withApi(request, context, async (api) => {
      await runEnforcer(
        {
          enforcer,
          source: createDecisionSource(api),
          findProtected: async () => [...fixed, ...(await findHostNetworks())],
          clock: systemClock,
          logger,
          onState: announcer(enforcer, logger),
          sendReport: reportSender(api),
          version: context.version,
        },
        stop.signal,
      )
    })
  } finally {
    stop.close()
  }
}

/** A person who enforces on this host for the first time is told how to look first. */
async function offerPreflight(enforcer: Enforcer, { output, commandName }: Context): Promise<void> {
  if (!output.isErrorTerminal || enforcer.name === 'dry-run') return
  const { isIntact } = await enforcer.list(systemClock.nowMs())
  if (!isIntact)
    output.note(
      `The first start here. Who is wanted and would be blocked, says: ${commandName} enforce preflight`,
    )
}

/** @throws HoneyjamError USAGE, ENFORCER_UNSUPPORTED, FIREWALL_REFUSED */
export async function releaseFirewall(firewall: string, { output }: Context): Promise<void> {
  const create = { nftables: createNftables, ipset: createIpset }[firewall]
  if (create === undefined)
    throw new HoneyjamError('USAGE', `nftables or ipset, not ${JSON.stringify(firewall)}`)
  await create().release()
  if (output.json) output.printJson({ released: firewall })
  else output.print(`Nothing of honeyjam is left in ${firewall}.`)
}

function enforcerOf(request: EnforceRequest, context: Context): Enforcer {
  const { firewall, hook = 'prerouting', action = 'drop', onlyPort = [], logSample = false } = request
  if (action === 'reject' && hook !== 'filter') {
    throw new HoneyjamError('USAGE', '--action reject needs --hook filter: packets cannot be answered before')
  }
  switch (firewall) {
    case 'nftables':
      return createNftables({ hook, action, ports: onlyPort.map(portNumber), logsSample: logSample })
    case 'ipset':
      return createIpset({ table: hook === 'prerouting' ? 'raw' : 'filter' })
    default:
      return createDryRun({ onStep: (step) => printStep(step, context) })
  }
}

/** Says when the first answer came, and when answers come again. */
function announcer(enforcer: Enforcer, logger: Logger): (state: FollowState) => void {
  let isFollowing = false
  return ({ revision, decisions, failure }) => {
    const follows = failure === undefined
    if (follows && !isFollowing)
      logger.info({ firewall: enforcer.name, revision, decisions }, 'following the decisions')
    isFollowing = follows
  }
}

function printStep(step: DryRunStep, { output }: Context): void {
  if (output.json) return output.printJson(step)
  for (const network of step.ban) output.print(`ban    ${network}`)
  for (const network of step.extend) output.print(`extend ${network}`)
  for (const network of step.unban) output.print(`unban  ${network}`)
}

function portNumber(text: string): number {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0
  if (port >= 1 && port <= HIGHEST_PORT) return port
  throw new HoneyjamError('USAGE', `--only-port takes 1 to ${HIGHEST_PORT}, not ${JSON.stringify(text)}`)
}
