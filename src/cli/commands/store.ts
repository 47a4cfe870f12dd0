import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import type { StoreOptions } from '../open-store.ts'
import { addStoreOptions, type CommonOptions, dataOption } from '../options.ts'

interface Options extends CommonOptions, StoreOptions {
  readonly data?: string
}

const EXITS = ['ok', 'failure', 'usage'] as const

/** `honeyjam store`: moves and saves what a service keeps. */
export function addStore(program: Command, context: Context): void {
  const store = program
    .command('store')
    .summary('move, save and update what a service keeps')
    .description(
      'Moves what a service keeps from SQLite to PostgreSQL or back, saves it, and brings its form up to date.',
    )
  addExport(store, context)
  addImport(store, context)
  addBackup(store, context)
  addMigrate(store, context)
  addHelpFooter(store, {
    examples: [
      ['honeyjam store export all.gz', 'everything in the default data directory'],
      ['honeyjam store import all.gz --store-file /etc/honeyjam/store', 'into PostgreSQL'],
      ['honeyjam store backup /backup/honeyjam', 'while the service is running'],
    ],
  })
}

function addExport(store: Command, context: Context): void {
  const command = store
    .command('export <file>')
    .summary('write everything a store holds into a file')
    .description(
      'Writes lists, receipts, accounts, hashes of keys and agents into a file. With SQLite the service must be stopped; with PostgreSQL it may go on.',
    )
    .addOption(dataOption())
    .action(async (file: string, options: Options) => {
      const { exportStore } = await import('../manage-store.ts')
      await exportStore(file, requestOf(options, context), context)
    })
  addStoreOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam store export all.gz', 'from the default data directory'],
      ['honeyjam store export all.gz --store-file /etc/honeyjam/store', 'from PostgreSQL'],
    ],
    exitCodes: EXITS,
  })
}

function addImport(store: Command, context: Context): void {
  const command = store
    .command('import <file>')
    .summary('fill an empty store from such a file')
    .description(
      'Fills an empty store from a file of `honeyjam store export`: all of it, or nothing if the file is damaged.',
    )
    .addOption(dataOption())
    .action(async (file: string, options: Options) => {
      const { importStore } = await import('../manage-store.ts')
      await importStore(file, requestOf(options, context), context)
    })
  addStoreOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam store import all.gz --store-file /etc/honeyjam/store', 'into PostgreSQL'],
      ['honeyjam store import all.gz --data /srv/honeyjam', 'into a new data directory'],
    ],
    exitCodes: EXITS,
  })
}

function addBackup(store: Command, context: Context): void {
  const command = store
    .command('backup <directory>')
    .summary('copy the SQLite files of a running service')
    .description(
      'Copies the SQLite files of a data directory as they are at one instant, while the service goes on. PostgreSQL is backed up with its own tools, such as pg_dump.',
    )
    .addOption(dataOption())
    .action(async (directory: string, options: Options) => {
      const { backupStore } = await import('../manage-store.ts')
      await backupStore(directory, requestOf(options, context).data, context)
    })
  addHelpFooter(command, {
    examples: [
      ['honeyjam store backup /backup/honeyjam', 'into a new directory'],
      ['honeyjam store backup /backup/honeyjam --data /srv/honeyjam', 'of another data directory'],
    ],
    exitCodes: EXITS,
  })
}

function addMigrate(store: Command, context: Context): void {
  const command = store
    .command('migrate')
    .summary('bring the form of a store up to date')
    .description(
      'Brings the tables up to date, which every start does as well. An older honeyjam does not open them afterwards.',
    )
    .addOption(dataOption())
    .action(async (options: Options) => {
      const { migrateStore } = await import('../manage-store.ts')
      await migrateStore(requestOf(options, context), context)
    })
  addStoreOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam store migrate --store-file /etc/honeyjam/store', 'before the update'],
      ['honeyjam store migrate', 'the files of the default data directory'],
    ],
    exitCodes: EXITS,
  })
}

function requestOf(options: Options, context: Context): StoreOptions & { readonly data: string } {
  return { ...options, data: options.data ?? context.defaultDataDirectory }
}
