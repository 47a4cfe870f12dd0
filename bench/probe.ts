/**
 * Lets a service tell its memory and the delays of its event loop from inside: node --import bench/probe.ts ...
 * Asked over its channel; it changes nothing else.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate, setTimeout as wait } from 'node:timers/promises'
import type { Sample } from './service/sample.ts'

const RESOLUTION_MS = 2
const SETTLE_MS = 10 * RESOLUTION_MS

const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
delays.enable()

/** One collection leaves the memory of arrays that it found unused to the next turn of the event loop. */
const COLLECTIONS = 3

process.on('message', () => void tell())

async function tell(): Promise<void> {
  const beforeCollection = {
    loopP99Ms: milliseconds(delays.percentile(99)),
    loopWorstMs: milliseconds(delays.max),
  }
  const { user, system } = process.cpuUsage()
  const main = process.threadCpuUsage()
  for (let collection = 0; collection < COLLECTIONS; collection++) {
    globalThis.gc?.()
    await setImmediate()
  }
  // the delay of the collections is noted after them
  await wait(SETTLE_MS)
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
  const sample: Sample = {
    ...beforeCollection,
    rssBytes: rss,
    heapBytes: heapUsed,
    arrayBufferBytes: arrayBuffers,
    cpuSeconds: (user + system) / 1e6,
    mainCpuSeconds: (main.user + main.system) / 1e6,
  }
  delays.reset()
  process.send?.(sample)
}
function milliseconds(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
}

// the service must end when it is told to, whoever still listens
process.channel?.unref()
