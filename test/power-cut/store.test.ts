import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { checkTally } from '../support/check-tally.ts'
import { openInThread } from './open-in-thread.ts'
import { testPowerCuts } from './test-power-cuts.ts'

testPowerCuts('a service loses no report that it acknowledged, and counts none twice,', {
  driver: 'store',
  randomCuts: 90,
  async check({ root, marks }) {
    const directory = join(root, 'data')
    mkdirSync(directory, { recursive: true })
    const store = openInThread(directory)
    try {
      await checkTally(store, new Set(marks.map(Number)))
    } finally {
      store.close()
    }
  },
})
