import { untilMerged } from './measure-reports.ts'
import type { OpenStore, Plan } from './plan.ts'
import { count, printFigure, printHead } from './print.ts'
import { runService, startLoad } from './run-service.ts'

const BAR_BYTES = 64
const ADDRESSES = 1000
const SENDERS = 4
const TTL_SECONDS = 86_400

/** What an entry takes in the memory of the service: the same process before and after they came in. */
export async function measureMemory(plan: Plan, openStore: OpenStore): Promise<void> {
  const { directory, store } = await openStore()
  printHead(`${store.name}, memory of an entry`)
  const service = await runService({ directory, store })
  const load = startLoad(service)
  try {
    const job = { kind: 'reports', addresses: ADDRESSES, senders: SENDERS, ttlSeconds: TTL_SECONDS } as const
    // so that what is compiled and cached once is there before
    const warm = await load.run({ ...job, seconds: 2, firstNew: 0 })
    await untilMerged(store)
    const before = await service.sample()
    const filled = await load.run({ ...job, seconds: plan.seconds, firstNew: warm.nextNew })
    await untilMerged(store)
    const after = await service.sample()
    const entries = filled.nextNew - warm.nextNew
    const objects =
      (after.heapBytes + after.arrayBufferBytes - before.heapBytes - before.arrayBufferBytes) / entries
    printFigure(`heap and arrays, bytes an entry (${count(entries)} of them)`, objects.toFixed(1), {
      isMet: objects < BAR_BYTES,
      text: `below ${BAR_BYTES}`,
    })
    const resident = (after.rssBytes - before.rssBytes) / entries
    printFigure(
      'resident, with the caches of the store, bytes an entry',
      `${resident.toFixed(1)} (${count(after.rssBytes / 1e6)} MB in all)`,
    )
  } finally {
    await load.stop()
    await service.stop()
  }
}
