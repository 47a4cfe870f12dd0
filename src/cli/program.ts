import { Command, type Help, type Option } from 'commander'
import { addAccount } from './commands/account.ts'
import { addAllow, addDisallow } from './commands/allow.ts'
import { addAllowlist } from './commands/allowlist.ts'
import { addBan, addUnban } from './commands/ban.ts'
import { addCheck } from './commands/check.ts'
import { addConfig } from './commands/config.ts'
import { addDecisions } from './commands/decisions.ts'
import { addDenylist } from './commands/denylist.ts'
import { addDoctor } from './commands/doctor.ts'
import { addEnforce } from './commands/enforce.ts'
import { addFeeds } from './commands/feeds.ts'
import { addHistory } from './commands/history.ts'
import { addInvite } from './commands/invite.ts'
import { addKey } from './commands/key.ts'
import { addList } from './commands/list.ts'
import { addProtect } from './commands/protect.ts'
import { addReport } from './commands/report.ts'
import { addSensors } from './commands/sensors.ts'
import { addServe } from './commands/serve.ts'
import { addStatus } from './commands/status.ts'
import { addStore } from './commands/store.ts'
import { addUp } from './commands/up.ts'
import type { Context } from './context.ts'
import { addHelpFooter } from './help.ts'
import { addCommonOptions, splitEnvironmentLists } from './options.ts'

const DESCRIPTION =
  'From the first touch of an attacker to a rule in every firewall: honeyjam reads the log of a Cowrie honeypot and keeps a private denylist that firewalls read.'

/** Joins the commands; each loads what it needs only when it runs. */
export function createProgram(context: Context): Command {
  const program = new Command('honeyjam')
    .description(DESCRIPTION)
    .version(context.version, '--version', 'print the version')
    .helpOption('--help', 'print help')
    .configureHelp({ optionDescription: describeOption })
    .exitOverride()
  configureErrors(program, context)
  addHelpFooter(program, {
    examples: [
      ['honeyjam up', 'serve the denylist and report what the Cowrie of this machine sees'],
      ['honeyjam up --demo', 'see it work on a recorded attack, without a honeypot'],
      ['honeyjam denylist --format plain', 'print the addresses to block, one a line'],
    ],
  })

  program.commandsGroup('Run:')
  for (const add of [addUp, addServe, addReport, addEnforce, addStatus]) add(program, context)
  program.commandsGroup('Look and change:')
  for (const add of [
    addBan,
    addUnban,
    addAllow,
    addDisallow,
    addCheck,
    addDenylist,
    addDecisions,
    addFeeds,
    addAllowlist,
    addProtect,
  ]) {
    add(program, context)
  }
  addList(program, context)
  addHistory(program, context)
  addSensors(program, context)
  program.commandsGroup('Manage:')
  for (const add of [addAccount, addInvite, addKey, addStore, addConfig, addDoctor]) add(program, context)
  program.helpCommand('help [command]', 'print help of a command')

  for (const command of leafCommands(program)) addCommonOptions(command)
  return program.hook('preAction', (_, command) => {
    splitEnvironmentLists(command)
    context.output.json = command.opts<{ json: boolean }>().json
  })
}

/** All commands that do something themselves, at any depth. */
export function leafCommands(command: Command): readonly Command[] {
  if (command.commands.length === 0) return [command]
  return command.commands.flatMap(leafCommands)
}

/** Commander prints choices as JSON and the variable beside each option; the footer says how variables are named. */
function describeOption(this: Help, option: Option): string {
  const facts: string[] = []
  if (option.argChoices !== undefined) facts.push(option.argChoices.join(' | '))
  const takesValue = option.required || option.optional
  if (takesValue && option.defaultValueDescription !== undefined) {
    facts.push(`default: ${option.defaultValueDescription}`)
  } else if (takesValue && option.defaultValue !== undefined) {
    facts.push(`default: ${String(option.defaultValue)}`)
  }
  return facts.length === 0 ? option.description : `${option.description} (${facts.join('; ')})`
}

function configureErrors(program: Command, { output }: Context): void {
  program.configureOutput({
    writeErr: (text) => output.note(text.trimEnd()),
    outputError: (text, write) => {
      const message = text.replace(/^error: /, '').trimEnd()
      if (output.json) write(JSON.stringify({ error: { code: 'USAGE', message } }))
      else write(`honeyjam: ${message}\n  The command line is not valid: see --help. [USAGE]`)
    },
  })
}
