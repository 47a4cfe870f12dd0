import type { Command } from 'commander'
import { integerBetween, option } from './options.ts'

const MOST_DAYS = 3650
const MOST_PER_KEY = 1_000_000

/** How long a service keeps what is not a list. */
export interface RetentionOptions {
  readonly historyDays: number
  readonly activityDays: number
  readonly activityPerKey: number
}

/** Adds what says how long a service keeps things. */
export function addRetentionOptions(command: Command): Command {
  const heading = 'How long things are kept:'
  return command
    .addOption(
      option('--history-days <days>', 'ended entries, and what was reported of each address')
        .default(90)
        .argParser(integerBetween(1, MOST_DAYS))
        .helpGroup(heading),
    )
    .addOption(
      option('--activity-days <days>', 'requests of keys, as shown by GET /v1/token/activity')
        .default(30)
        .argParser(integerBetween(1, MOST_DAYS))
        .helpGroup(heading),
    )
    .addOption(
      option('--activity-per-key <number>', 'of each key the newest so many requests')
        .default(10_000)
        .argParser(integerBetween(1, MOST_PER_KEY))
        .helpGroup(heading),
    )
}
