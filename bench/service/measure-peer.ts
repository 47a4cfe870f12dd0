import { type CrowdSec, hasCrowdSec, startCrowdSec } from './crowdsec.ts'
import type { JobFigures } from './jobs.ts'
import type { OpenStore, Plan } from './plan.ts'
import { count, printFigure, printHead } from './print.ts'
import { runService, startLoad } from './run-service.ts'

const LARGE = { addresses: 1000, requests: 20 }
const SINGLES = 200
const SECONDS = 5
/** Of look-ups; more makes CrowdSec no faster. */
const CLIENTS = 10
const TTL_SECONDS = 86_400

/** CrowdSec's local API and ours, with the same requests: one report at a time, since it answers 500 to several at once. */
export async function measurePeer(plan: Plan, openStore: OpenStore): Promise<void> {
  printHead('beside the local API of CrowdSec, on SQLite')
  if (!(await hasCrowdSec())) return printFigure('left out', "Debian's package crowdsec is not installed")
  const { directory, store } = await openStore()
  const service = await runService({ directory, store })
  const crowdSec = await startCrowdSec(plan.scratch)
  const load = startLoad(service)
  const report = (addresses: number, firstNew: number) =>
    load.run({ kind: 'reports', addresses, senders: 1, seconds: SECONDS, firstNew, ttlSeconds: TTL_SECONDS })
  try {
    const peer = await measureCrowdSec(crowdSec)
    const large = await report(LARGE.addresses, 0)
    const single = await report(1, large.nextNew)
    const known = single.nextNew
    const path = '/honeyjam/v1/check/'
    const looked = await load.run({ kind: 'look-ups', path, senders: CLIENTS, seconds: SECONDS, known })
    printBeside('addresses/s, reports of 1000, one at a time', 1000 * large.perSecond, peer.addresses)
    printBeside('reports of one address a second, one at a time', single.perSecond, peer.singles)
    const entries = `${count(known)} and ${count(LARGE.addresses * LARGE.requests + SINGLES)} entries`
    printBeside(`look-ups a second, ${CLIENTS} clients, ${entries}`, looked.perSecond, peer.lookUps)
    const failed = [large, single, looked].filter(({ errors }) => Object.keys(errors).length > 0)
    if (failed.length > 0) printFigure('errors of ours', failed.map(errorWords).join('; '))
  } finally {
    await load.stop()
    await Promise.all([service.stop(), crowdSec.stop()])
  }
}

async function measureCrowdSec(crowdSec: CrowdSec) {
  let first = 0
  const large = await perSecond(LARGE.requests, async () => {
    await crowdSec.report(first, LARGE.addresses)
    first += LARGE.addresses
  })
  const singles = await perSecond(SINGLES, () => crowdSec.report(first++, 1))
  const endMs = performance.now() + 1000 * SECONDS
  let lookUps = 0
  const look = async () => {
    while (performance.now() < endMs) {
      await crowdSec.lookUp(Math.floor(2 * first * Math.random()))
      lookUps++
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, look))
  return { addresses: LARGE.addresses * large, singles, lookUps: lookUps / SECONDS }
}

async function perSecond(times: number, act: () => Promise<void>): Promise<number> {
  const startMs = performance.now()
  for (let i = 0; i < times; i++) await act()
  return (1000 * times) / (performance.now() - startMs)
}

function printBeside(what: string, ours: number, theirs: number): void {
  printFigure(what, `${count(ours)}; CrowdSec ${count(theirs)}: ${(ours / theirs).toFixed(1)} times as many`)
}

function errorWords({ errors }: JobFigures): string {
  return JSON.stringify(errors)
}
