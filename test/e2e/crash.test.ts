import { setTimeout as wait } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { randomFrom } from '../support/random.ts'
import { createCowrie, publicAddress } from './support/cowrie.ts'
import { buildProgram, start, temporaryDirectory, waitFor } from './support/program.ts'
import { startService, type TestService } from './support/service.ts'

beforeAll(buildProgram)

const ROUNDS = 4
const SEED = Math.trunc(Math.random() * 2 ** 31)

describe(`kill -9 under load (seed ${SEED})`, () => {
  const random = randomFrom(SEED)

  it('an agent and a service lose no line of the log and count none twice', async () => {
    const data = temporaryDirectory()
    let service = await startService([], { data })
    const port = Number(new URL(service.url).port)
    const cowrie = createCowrie({ flush_seconds: 1, flush_addresses: 50 })
    const words = ['report', '--data', data, '--requests-per-minute', '6000', '--log-level', 'warn']
    const startAgent = () => start(words, { workingDirectory: cowrie.root })

    let agent = startAgent()
    let written = 0
    for (let round = 0; round < ROUNDS * 2; round += 1) {
      for (let burst = 0; burst < 10; burst += 1) {
        cowrie.attack(...Array.from({ length: 40 }, (_, index) => publicAddress(written + index)))
        written += 40
        await wait(random() * 60)
      }
      if (round % 2 === 0) {
        agent.kill('SIGKILL')
        await agent.finished
        agent = startAgent()
      } else {
        service.running.kill('SIGKILL')
        await service.running.finished
        service = await startService([], { data, port })
      }
    }
    const reportsByAddress = await waitFor(
      `${written} addresses\n${agent.stderr()}`,
      async () => {
        const counts = await countReports(service)
        return counts.size >= written && counts
      },
      30_000,
    )
    expect(reportsByAddress.size).toBe(written)
    expect([...reportsByAddress].filter(([, reports]) => reports !== 1)).toEqual([])
  }, 60_000)
})

async function countReports(service: TestService): Promise<Map<string, number>> {
  const listed = await service.listed()
  return new Map(
    listed.map(({ self, total_reports: reports }) => [self.slice(self.lastIndexOf('/') + 1), reports]),
  )
}
