/** A fastify route that does nothing, to compare with: node bench/bare-route.ts PORT_FILE */
import { renameSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { fastify } from 'fastify'

const portFile = process.argv[2] ?? ''
const app = fastify()
app.get('/bare/:ip_address', (request) => request.params)
await app.listen({ port: 0, host: '127.0.0.1' })
// renamed, so that nobody reads half of it
writeFileSync(`${portFile}.new`, String((app.server.address() as AddressInfo).port))
renameSync(`${portFile}.new`, portFile)
