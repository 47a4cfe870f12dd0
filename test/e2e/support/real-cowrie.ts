import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { PrivateNetwork } from './private-network.ts'
import { launch, type Running, temporaryDirectory, waitFor } from './program.ts'

export const SSH_PORT = 2222
export const TELNET_PORT = 2223
const PYTHON = process.env['HONEYJAM_TEST_COWRIE_PYTHON'] ?? 'python3'
const STARTED_BEFORE_MIDNIGHT_SECONDS = 15
const DAY_SECONDS = 86_400
const PATIENCE_MS = 60_000

/** A Cowrie that was installed from a checkout. */
export interface RealCowrie {
  readonly root: string
  readonly log: string
  /** Whether it still has the module that reports by itself. */
  readonly hasModule: boolean
  /** The log and what was rotated away from it. */
  logFiles(): string[]
  /** The source of each event in these files whose `eventid` matches, by jq. */
  sources(eventid: string): string[]
  /** Starts it; resolves once it accepts connections. */
  start(): Promise<Running>
}

/**
 * Copies a checkout without what it was used for and adds a `cowrie.cfg`; all else stays as shipped.
 * Its clock is ahead: at the first start midnight (UTC) is seconds away, so that its log rotates soon.
 */
export function installCowrie(checkout: string, network: PrivateNetwork, configuration: string): RealCowrie {
  const root = join(temporaryDirectory(), 'cowrie')
  const left = [join(checkout, '.git'), join(checkout, 'var'), join(checkout, 'etc', 'cowrie.cfg')]
  cpSync(checkout, root, { recursive: true, filter: (path) => !left.includes(path) })
  for (const directory of ['log/cowrie', 'lib/cowrie/tty', 'lib/cowrie/downloads', 'run']) {
    mkdirSync(join(root, 'var', directory), { recursive: true })
  }
  mkdirSync(join(root, 'etc'), { recursive: true })
  writeFileSync(join(root, 'etc', 'cowrie.cfg'), configuration)
  const logs = join(root, 'var', 'log', 'cowrie')
  const logFiles = () =>
    readdirSync(logs)
      .filter((name) => name.startsWith('cowrie.json'))
      .map((name) => join(logs, name))
  const midnightInSeconds = DAY_SECONDS - ((Date.now() / 1000) % DAY_SECONDS)
  const clock = clockAheadBy(Math.floor(midnightInSeconds) - STARTED_BEFORE_MIDNIGHT_SECONDS)
  return {
    root,
    log: join(logs, 'cowrie.json'),
    hasModule: existsSync(join(root, 'src', 'cowrie', 'output', 'threatjammer.py')),
    logFiles,
    sources: (eventid) => sourcesIn(logFiles(), eventid),
    start: () => startCowrie(root, network, clock),
  }
}

/** The environment in which a program's clock is ahead. The program `faketime` itself would stand between it and its signals. */
function clockAheadBy(seconds: number): Record<string, string> {
  const library = execFileSync('faketime', ['-f', '+0s', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' })
  return { LD_PRELOAD: library.trim(), FAKETIME: `+${seconds}s`, FAKETIME_DONT_FAKE_MONOTONIC: '1' }
}

async function startCowrie(
  root: string,
  network: PrivateNetwork,
  clock: Readonly<Record<string, string>>,
): Promise<Running> {
  const twistd = ['-c', 'from twisted.scripts.twistd import run; run()']
  const cowrie = launch([PYTHON, ...twistd, ...'-n --umask=0022 --pidfile= --logfile=- cowrie'.split(' ')], {
    through: network.enterUnprivileged,
    workingDirectory: root,
    environment: {
      PYTHONPATH: [process.env['PYTHONPATH'], join(root, 'src')].filter(Boolean).join(':'),
      ...clock,
    },
  })
  const isReady = () => ['SSH', 'Telnet'].every((name) => cowrie.stdout().includes(`Ready to accept ${name}`))
  await waitFor(
    'Cowrie',
    () => {
      const { exitCode } = cowrie.child
      if (exitCode !== null) throw new Error(`${basename(root)} ended with ${exitCode}: ${cowrie.stderr()}`)
      return isReady()
    },
    PATIENCE_MS,
  )
  return cowrie
}

/** Nothing of honeyjam reads here. A log that was cut while Cowrie writes has NUL bytes where its old content was. */
function sourcesIn(files: readonly string[], eventid: string): string[] {
  const script = `cat "$@" | tr -d '\\000' | jq -r --arg eventid '${eventid}' \
    'select(.eventid | test($eventid)) | .src_ip | ltrimstr("::ffff:")'`
  const printed = execFileSync('sh', ['-c', script, 'sh', ...files], { encoding: 'utf8' })
  return printed.split('\n').filter(Boolean)
}
