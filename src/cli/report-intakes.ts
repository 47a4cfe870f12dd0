import type { Readable } from 'node:stream'
import { type Intake, type IntakeSource, type RunAgentOptions, startIntake } from '../agent/index.ts'
import { followLog, STANDARD_INPUT } from '../cowrie/index.ts'
import { isLoopbackHost } from '../ip/index.ts'
import type { ReportOptions } from './report-options.ts'

/** What the agent reads besides logs that lie on disk anyway. */
export interface ReportIntakes {
  /** Of the journals, to be followed with {@link follow}. */
  readonly logPaths: readonly string[]
  readonly follow: NonNullable<RunAgentOptions['follow']>
  /** `HOST:PORT` of each socket. */
  readonly listensOn: readonly string[]
  /** Aborts once standard input has ended and all of it was read, if it is read. */
  readonly ended: AbortSignal
  close(): Promise<void>
}

type SourceOptions = Pick<ReportOptions, 'log' | 'listenSocketlog'>

/** Whether lines come from elsewhere than a log. */
export function hasIntakes({ log = [], listenSocketlog }: SourceOptions): boolean {
  return log.includes(STANDARD_INPUT) || listenSocketlog !== undefined
}

/** Starts to take lines. @throws HoneyjamError LISTEN_FAILED, DIRECTORY_LOCKED, DIRECTORY_UNUSABLE */
export async function startIntakes(
  options: SourceOptions,
  agent: Pick<RunAgentOptions, 'stateDirectory' | 'clock' | 'logger' | 'signal'>,
  standardInput: Readable,
): Promise<ReportIntakes> {
  const intakes: Intake[] = []
  const close = async () => {
    await Promise.all(intakes.map((intake) => intake.close()))
  }
  try {
    for (const source of sourcesOf(options, standardInput)) {
      warnOfStrangers(source, agent)
      intakes.push(await startIntake({ ...agent, source }))
    }
  } catch (error) {
    await close()
    throw error
  }
  const ended = new AbortController()
  for (const { allRead } of intakes) void allRead.then(() => ended.abort())
  return {
    logPaths: intakes.map(({ logPath }) => logPath),
    follow: (followOptions) => {
      const intake = intakes.find(({ logPath }) => logPath === followOptions.path)
      return intake === undefined ? followLog(followOptions) : intake.follow(followOptions)
    },
    listensOn: intakes.map(({ listensOn }) => listensOn).filter((place) => place !== undefined),
    ended: ended.signal,
    close,
  }
}

function sourcesOf({ log = [], listenSocketlog }: SourceOptions, standardInput: Readable): IntakeSource[] {
  return [
    ...(listenSocketlog === undefined ? [] : [{ kind: 'socketlog', ...listenSocketlog } as const]),
    ...(log.includes(STANDARD_INPUT) ? [{ kind: 'stdin', stream: standardInput } as const] : []),
  ]
}

function warnOfStrangers(source: IntakeSource, { logger }: Pick<RunAgentOptions, 'logger'>): void {
  if (source.kind !== 'socketlog' || isLoopbackHost(source.host)) return
  logger.warn(
    { host: source.host, port: source.port },
    'socketlog knows no password: whoever reaches this port can put addresses on your list. Let a firewall admit your honeypots alone',
  )
}
