/** Reads a Cowrie log as `report --once` does and counts its login events: node bench/read-log.ts LOG */
import { readLog } from '../src/cowrie/index.ts'

let lines = 0
let logins = 0
for await (const batch of readLog({ paths: process.argv.slice(2), groups: ['cowrie.login'] })) {
  lines += batch.lines
  logins += batch.events.length
}
console.log(`${lines} lines, ${logins} login events`)
