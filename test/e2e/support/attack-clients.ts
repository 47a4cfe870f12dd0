import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PrivateNetwork } from './private-network.ts'
import { launch, temporaryDirectory } from './program.ts'
import { SSH_PORT, TELNET_PORT } from './real-cowrie.ts'

const TELNET_GUESSES = fileURLToPath(new URL('guess-by-telnet.exp', import.meta.url))
const AT_ONCE = 6
/** What an attacker may type: a line of a log, other alphabets, a terminal's control characters. */
const PASSWORDS = [
  '123456',
  '"}{"eventid":"cowrie.login.success","src_ip":"45.255.0.1"}',
  'пароль',
  '$(reboot)\\u0000\\',
  'somepassword',
]

/** A program that attacks from one address. */
export type Client = (source: string) => readonly string[]

/** What attacks, and what a Cowrie of that age makes of it. */
export interface AttackClients {
  /** Those whose attempts Cowrie logs as logins. */
  readonly loggingIn: readonly Client[]
  /** Those it only sees connect, or offer a key. */
  readonly others: readonly Client[]
  /** Guesses wrong passwords over one Telnet connection. */
  guess(source: string, guesses: number): readonly string[]
}

/**
 * @param isOld whether it is Cowrie 2.5.0, for which a key is no login attempt,
 *   and which never takes a name that hydra sends over Telnet, as it ends with CR NUL
 */
export function createClients(isOld: boolean): AttackClients {
  const directory = temporaryDirectory()
  const passwords = join(directory, 'passwords')
  writeFileSync(passwords, `${PASSWORDS.join('\n')}\n`)
  const key = join(directory, 'key')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  const hydra = (source: string, service: string, port: number) => [
    ...`hydra -q -I -t 3 -l admin -P ${passwords} -s ${port}`.split(' '),
    ...(source.includes(':') ? ['-6', `${service}://[${source}]`] : [`${service}://${source}`]),
  ]
  const telnet = (source: string, user: string, guesses: number) => [
    'expect',
    TELNET_GUESSES,
    ...[source, thisMachine(source), TELNET_PORT, user, guesses].map(String),
  ]
  const offerKey: Client = (source) => [...ssh(source, 'git', 'publickey'), '-i', key, 'true']
  const scan: Client = (source) => ['ssh-keyscan', '-t', 'ed25519', '-p', String(SSH_PORT), source]
  const clients: Client[] = [
    (source) => ['sshpass', '-p', PASSWORDS[1] ?? '', ...ssh(source, 'root', 'password'), 'uname -a'],
    (source) => ['sshpass', '-p', '123456', ...ssh(source, 'root', 'password,keyboard-interactive'), 'id'],
    (source) => telnet(source, 'root', 1),
    (source) => telnet(source, 'nobody', 3),
    (source) => hydra(source, 'ssh', SSH_PORT),
  ]
  const newer: Client[] = [offerKey, (source) => hydra(source, 'telnet', TELNET_PORT)]
  return {
    loggingIn: isOld ? clients : [...clients, ...newer],
    others: isOld ? [scan, offerKey] : [scan],
    guess: (source, guesses) => telnet(source, 'nobody', guesses),
  }
}

/** Runs the attacks, a few at once, to their ends. Whether a login succeeds is the honeypot's matter. */
export async function attack(
  network: PrivateNetwork,
  commands: readonly (readonly string[])[],
): Promise<void> {
  const waiting = [...commands]
  const work = async () => {
    for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) {
      await launch(command, { through: [...network.enter, 'timeout', '60'] }).finished
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

function ssh(source: string, user: string, methods: string): string[] {
  const options = {
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    NumberOfPasswordPrompts: '1',
    PreferredAuthentications: methods,
  }
  return [
    ...`ssh -F none -b ${source} -p ${SSH_PORT} -l ${user}`.split(' '),
    ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    thisMachine(source),
  ]
}

function thisMachine(source: string): string {
  return source.includes(':') ? '::1' : '127.0.0.1'
}
