/** The load, in a process of its own: node bench/load.ts URL KEY_FILE. Takes jobs over its channel, one at a time. */
import { readFileSync } from 'node:fs'
import type { Job } from './service/jobs.ts'
import { runJob } from './service/run-job.ts'

const [url = '', keyFile = ''] = process.argv.slice(2)
const key = readFileSync(keyFile, 'utf8').trim()

process.on('message', (job: Job) => {
  runJob(job, { url, key }).then(
    (figures) => process.send?.(figures),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
