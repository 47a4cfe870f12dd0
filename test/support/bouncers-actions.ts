import fc from 'fast-check'
import { BOUNCER_KINDS } from './bouncer-model.ts'

/** Services on one store. */
export const PROCESSES = 2
export const SECOND = 1000
const HOUR = 3_600_000
export const DAY = 24 * HOUR

const HOSTS = ['8.8.8.0/32', '8.8.8.1/32', '8.8.8.2/32', '9.9.9.9/32']
const SITE_PARTS = [
  '2a00:1::/64',
  '2a00:1::1/128',
  '2a00:1::/128',
  '2a00:1:0:1::/64',
  '2a00:1::/56',
  '2a00:1::/48',
  '2a00:2::/64',
  '2a00:2::5/128',
]
const NETWORKS = ['8.8.8.0/24', '8.8.8.0/30', '8.8.8.1/32', '2a00:1::/64', '2a00:1::/40', '2a00:1::/128']

export type Fate = 'arrives' | 'lost' | 'cut'

export type Action =
  | { readonly do: 'host'; readonly host: string; readonly forMs: number }
  | { readonly do: 'site'; readonly parts: readonly string[]; readonly forMs: readonly number[] }
  | { readonly do: 'networks'; readonly networks: readonly string[]; readonly forMs: readonly number[] }
  | { readonly do: 'other account' }
  | { readonly do: 'pass'; readonly milliseconds: number }
  | { readonly do: 'pull'; readonly bouncer: number; readonly process: number; readonly fate: Fate }
  | { readonly do: 'reconnect' | 'restart bouncer' | 'kill bouncer'; readonly bouncer: number }
  | { readonly do: 'follow' | 'forget' | 'restart' | 'kill' | 'write'; readonly process: number }
  | { readonly do: 'fail'; readonly process: number; readonly how: 'fails' | 'fails once written' }

const process_ = fc.nat(PROCESSES - 1)
const bouncer = fc.nat(BOUNCER_KINDS.length - 1)
/** 0: not to be blocked. */
const forMs = fc.constantFrom(0, 0, 500, 3 * SECOND, 60 * SECOND, HOUR, 20 * HOUR, 3 * DAY, Infinity)
const manyForMs = fc.array(forMs, { minLength: 8, maxLength: 8 })

export const actions: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('host' as const), host: fc.constantFrom(...HOSTS), forMs }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('site' as const),
      parts: fc.uniqueArray(fc.constantFrom(...SITE_PARTS), { minLength: 1, maxLength: 4 }),
      forMs: manyForMs,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('networks' as const),
      networks: fc.uniqueArray(fc.constantFrom(...NETWORKS), { maxLength: 4 }),
      forMs: manyForMs,
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      milliseconds: fc.constantFrom(
        1,
        999,
        10 * SECOND,
        61 * SECOND,
        400 * SECOND,
        5 * HOUR,
        13 * HOUR,
        2 * DAY,
      ),
    }),
  },
  {
    weight: 24,
    arbitrary: fc.record({
      do: fc.constant('pull' as const),
      bouncer,
      process: process_,
      fate: fc.constantFrom<Fate>('arrives', 'arrives', 'arrives', 'lost', 'cut'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('reconnect' as const, 'restart bouncer' as const, 'kill bouncer' as const),
      bouncer,
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('follow' as const, 'follow' as const, 'forget' as const, 'write' as const),
      process: process_,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'kill' as const), process: process_ }),
  },
  fc.constant({ do: 'other account' as const }),
  fc.record({
    do: fc.constant('fail' as const),
    process: process_,
    how: fc.constantFrom('fails' as const, 'fails once written' as const),
  }),
)
