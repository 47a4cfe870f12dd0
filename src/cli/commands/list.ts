import type { Command } from 'commander'
import type { ConnectOptions } from '../connect.ts'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import type { ContentChange } from '../manage-lists.ts'
import { addConnectOptions, type CommonOptions, option, ttlOption } from '../options.ts'

type ListOptions = CommonOptions & ConnectOptions
type Kind = 'deny' | 'allow'

interface CreateOptions extends ListOptions {
  readonly kind: Kind
  readonly holds: string
  readonly description: string
  readonly tags?: string
  readonly ttl?: number
}

const EXITS = ['ok', 'usage', 'refused', 'unreachable'] as const
const KINDS: readonly Kind[] = ['deny', 'allow']
/** Written out, as the schemas behind the contract's door take longer to load than a help text may take. */
const RESOURCES = ['cidr', 'country', 'continent', 'as', 'datacenter', 'useragent']

/** `honeyjam list`: private denylists and allowlists, and the choice of public ones. */
export function addList(program: Command, context: Context): void {
  const list = program
    .command('list')
    .summary('make, fill and delete lists of your own, switch public ones')
    .description(
      'Makes, shows, fills and deletes denylists and allowlists of your own, and switches public ones on and off. A list is named by its name or id.',
    )
  for (const add of [addLs, addShow, addCreate, addAdd, addRemove, addDelete, addOn, addOff])
    add(list, context)
  addHelpFooter(list, {
    examples: [
      ['honeyjam list create Scanners', 'a denylist for networks'],
      ['honeyjam list add Scanners 192.0.2.0/24', 'put a network on it'],
      ['honeyjam list on COMMUNITY_REPORTED_LIST', 'block what others reported, too'],
    ],
  })
}

function addLs(list: Command, context: Context): void {
  const command = list
    .command('ls')
    .summary('show all lists')
    .description('Shows the lists of your own, and the public ones with whether they are switched on.')
    .addOption(option('--kind <kind>', 'only these').choices(KINDS).default(undefined, 'both'))
    .action(async (options: ListOptions & { readonly kind?: Kind }) => {
      const { printLists } = await import('../print-lists.ts')
      await printLists(options, context)
    })
  finish(command, [
    ['honeyjam list ls', 'as a table'],
    ['honeyjam list ls --kind allow --json', 'allowlists, as JSON'],
  ])
}

function addShow(list: Command, context: Context): void {
  const command = list
    .command('show <list>')
    .summary('show a list and what is on it')
    .description('Shows a list and what is on it. What is on a public list is not shown.')
    .addOption(option('--elements', 'print what is on it alone, one a line').default(false))
    .action(async (named: string, options: ListOptions & { readonly elements: boolean }) => {
      const { printList } = await import('../print-lists.ts')
      await printList(named, options, context)
    })
  finish(command, [
    ['honeyjam list show Scanners', 'with its id, kind and tags'],
    ['honeyjam list show Scanners --elements', 'for programs'],
  ])
}

function addCreate(list: Command, context: Context): void {
  const command = list
    .command('create <name>')
    .summary('make a list')
    .description('Makes a list and prints its id. It counts at once; what it holds cannot be changed later.')
    .addOption(
      option('--kind <kind>', 'whether it blocks what is on it, or protects it')
        .choices(KINDS)
        .default('deny'),
    )
    .addOption(option('--holds <what>', 'what is on it').choices(RESOURCES).default('cidr'))
    .addOption(option('--description <text>', 'what it is for').default('', 'none'))
    .addOption(option('--tags <list>', 'labels, separated by commas: capitals, digits and hyphens'))
    .addOption(ttlOption('how long it lasts').default(undefined, 'for ever'))
    .action(async (name: string, options: CreateOptions) => {
      const { createList } = await import('../manage-lists.ts')
      await createList(name, options, context)
    })
  finish(command, [
    ['honeyjam list create Scanners --tags BY-HAND', 'a denylist for networks'],
    ['honeyjam list create Partners --kind allow --holds as', 'networks of these are never blocked'],
  ])
}

function addAdd(list: Command, context: Context): void {
  const command = addContentCommand(
    list
      .command('add <list> [element...]')
      .summary('put elements on a list')
      .description('Puts elements on a list of your own. When one cannot stand, none is taken.'),
    { change: 'append', context },
  )
  finish(command, [
    ['honeyjam list add Scanners 192.0.2.0/24 2001:db8::/32', 'networks, or addresses'],
    ['honeyjam list add Scanners --from networks.txt', 'one a line'],
  ])
}

function addRemove(list: Command, context: Context): void {
  const command = addContentCommand(
    list
      .command('remove <list> [element...]')
      .summary('take elements off a list')
      .description('Takes elements off a list of your own. One that is not on it does no harm.'),
    { change: 'remove', context },
  )
  finish(command, [
    ['honeyjam list remove Scanners 192.0.2.0/24', 'a network'],
    ['honeyjam list remove Scanners --from networks.txt', 'all that stand in a file'],
  ])
}

function addContentCommand(
  command: Command,
  { change, context }: { readonly change: ContentChange; readonly context: Context },
): Command {
  return command
    .addOption(option('--from <file>', 'file with more of them, one a line; - is standard input'))
    .action(async (named: string, elements: string[], options: ListOptions & { readonly from?: string }) => {
      const { changeElements } = await import('../manage-lists.ts')
      await changeElements({ named, change, elements }, options, context)
    })
}

function addDelete(list: Command, context: Context): void {
  const command = list
    .command('delete <list...>')
    .summary('delete lists')
    .description('Deletes lists of your own with all that is on them. It cannot be taken back.')
    .action(async (names: string[], options: ListOptions) => {
      const { deleteLists } = await import('../manage-lists.ts')
      await deleteLists(names, options, context)
    })
  finish(command, [
    ['honeyjam list delete Scanners', 'one list'],
    ['honeyjam list delete Scanners Partners', 'two lists'],
  ])
}

function addOn(list: Command, context: Context): void {
  const command = list
    .command('on <list>')
    .summary('switch a public list on')
    .description('Switches a public list on: what is on it is blocked, or never blocked, for you.')
    .addOption(ttlOption('how long').default(undefined, 'until it is switched off'))
    .action(async (named: string, options: ListOptions & { readonly ttl?: number }) => {
      const { switchList } = await import('../manage-lists.ts')
      await switchList({ named, status: 'ACTIVE' }, options, context)
    })
  finish(command, [
    ['honeyjam list on COMMUNITY_REPORTED_LIST', 'until it is switched off'],
    ['honeyjam list on COMMUNITY_REPORTED_LIST --ttl 86400', 'for a day'],
  ])
}

function addOff(list: Command, context: Context): void {
  const command = list
    .command('off <list>')
    .summary('switch a public list off')
    .description('Switches a public list off: it means nothing to you any more.')
    .action(async (named: string, options: ListOptions) => {
      const { switchList } = await import('../manage-lists.ts')
      await switchList({ named, status: 'INACTIVE' }, options, context)
    })
  finish(command, [
    ['honeyjam list off COMMUNITY_REPORTED_LIST', 'switch it off'],
    ['honeyjam list off COMMUNITY_REPORTED_LIST --json', 'with the outcome as JSON'],
  ])
}

function finish(command: Command, examples: readonly (readonly [line: string, meaning: string])[]): void {
  addConnectOptions(command)
  addHelpFooter(command, { examples, exitCodes: EXITS })
}
