// npm run torture -- [--minutes N] [--seed S]: see CONTRIBUTING.md.
import { parseArgs } from 'node:util'
import { torture } from './bench.ts'
import { hurtAtRandom } from './hurt-at-random.ts'
import { isGood, renderResult } from './torture-result.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string' } },
})
const minutes = Number(values.minutes)
const seed = Number(values.seed ?? Math.trunc(Math.random() * 2 ** 31))
if (!(minutes > 0) || !Number.isInteger(seed)) throw new Error('--minutes is above 0, --seed a whole number')

process.stdout.write(`${minutes} minutes, seed ${seed}\n`)
const result = await torture(seed, (bench) => hurtAtRandom(bench, minutes * 60_000))
process.stdout.write(renderResult(result))
if (!isGood(result)) {
  process.stdout.write(`to repeat: npm run torture -- --minutes ${minutes} --seed ${seed}\n`)
  process.exitCode = 1
}
