/** Takes every request and answers 202 at once, so that a sender is measured and no service: node bench/sink.ts PORT_FILE */
import { renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const portFile = process.argv[2] ?? ''
const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => response.writeHead(202).end())
})
server.listen(0, '127.0.0.1', () => {
  // renamed, so that nobody reads half of it
  writeFileSync(`${portFile}.new`, String((server.address() as AddressInfo).port))
  renameSync(`${portFile}.new`, portFile)
})
