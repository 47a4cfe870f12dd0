import type { JobFigures } from './jobs.ts'
import type { OpenStore, Plan } from './plan.ts'
import { count, errorsText, latencies, printFigure, printHead } from './print.ts'
import { runBareRoute, runService, startLoad } from './run-service.ts'

const SENDERS = 16
const SECONDS = 5
const BAR_TIMES = 1.5
const PATHS = ['/bare/', '/v1/assess/ip/', '/honeyjam/v1/check/'] as const

/** Look-ups of an idle service beside a fastify route that does nothing; the rounds take turns, the best of each counts. */
export async function measureLookUps(plan: Plan, openStore: OpenStore): Promise<void> {
  const { directory, store } = await openStore()
  printHead(
    `${store.name}, look-ups in ${count(plan.entries)} entries, ${SENDERS} clients, best of ${plan.rounds}`,
  )
  await store.fill(plan.entries)
  const service = await runService({ directory, store, nodeOptions: plan.nodeOptions })
  const bare = await runBareRoute(plan.scratch)
  const loads = { service: startLoad(service), bare: startLoad({ ...service, url: bare.url }) }
  try {
    const best = new Map<string, JobFigures>()
    for (let round = 0; round < plan.rounds; round++) {
      for (const path of PATHS) {
        const load = path === '/bare/' ? loads.bare : loads.service
        const seconds = Math.min(SECONDS, plan.seconds)
        const figures = await load.run({
          kind: 'look-ups',
          path,
          senders: SENDERS,
          seconds,
          known: plan.entries,
        })
        if (figures.perSecond > (best.get(path)?.perSecond ?? 0)) best.set(path, figures)
      }
    }
    const bareRate = best.get('/bare/')?.perSecond ?? 0
    for (const [path, figures] of best) {
      const times = bareRate / figures.perSecond
      const figure = `${count(figures.perSecond)}/s, ${latencies(figures)}, ${errorsText(figures)}`
      if (path === '/bare/') printFigure('a bare fastify route', figure)
      else
        printFigure(`GET ${path}X`, `${figure}, ${times.toFixed(2)} times a bare route`, {
          isMet: times <= BAR_TIMES,
          text: `at most ${BAR_TIMES}`,
        })
    }
  } finally {
    await Promise.all([loads.service.stop(), loads.bare.stop()])
    await Promise.all([service.stop(), bare.stop()])
  }
}
