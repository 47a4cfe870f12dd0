import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { missingPrograms } from '../support/programs.ts'

const NO_BROWSER = missingPrograms('chromium')
/** A browser takes seconds to start, on a busy machine many. */
const BROWSER_MS = 60_000

const servers: Server[] = []
const profile = mkdtempSync(join(tmpdir(), 'honeyjam-chromium-'))
let api: ApiPlace
/** Two pages with the same script, from two origins; the service knows of the first. */
let pages: readonly string[]

beforeAll(async () => {
  pages = await Promise.all([serve('8.8.8.8'), serve('8.8.4.4')])
  api = await openApi({ corsOrigins: pages.slice(0, 1) })
})
afterAll(async () => {
  for (const server of servers) server.close()
  rmSync(profile, { recursive: true, force: true })
  await api.close()
})

/** @param address what the page reports */
async function serve(address: string): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(
      `<pre></pre><script>(${pageScript.toString()})(${JSON.stringify([api.url, api.adminKey, address])})</script>`,
    )
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Runs in the browser: reports an address and writes down what the page learns of it. */
function pageScript([url, key, address]: [string, string, string]): void {
  const { document } = globalThis as unknown as {
    document: { querySelector(of: string): { textContent: string } }
  }
  const write = (learnt: unknown) => (document.querySelector('pre').textContent = JSON.stringify(learnt))
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'idempotency-key': address,
  }
  fetch(`${url}/v1/ip`, { method: 'POST', headers, body: JSON.stringify({ addresses: [address] }) }).then(
    (answer) => write([answer.status, answer.headers.has('location'), answer.headers.has('ratelimit')]),
    (error: unknown) => write((error as Error).name),
  )
}

async function visit(page: string): Promise<unknown> {
  const words = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`]
  const { stdout } = await promisify(execFile)('chromium', [
    ...words,
    '--virtual-time-budget=10000',
    '--dump-dom',
    page,
  ])
  return JSON.parse(/<pre>(.*)<\/pre>/.exec(stdout)?.[1] ?? 'null')
}

describe.skipIf(NO_BROWSER !== '')(`Chromium${NO_BROWSER === '' ? '' : ', which is not installed'}`, () => {
  it(
    'reports from a page whose origin is named, and reads what it needs of the answer',
    async () => {
      expect(await visit(pages[0] ?? '')).toEqual([202, true, true])
      expect(api.denylist.status().entries).toBe(1)
    },
    BROWSER_MS,
  )

  it(
    'does not even send the report from a page of another origin',
    async () => {
      expect(await visit(pages[1] ?? '')).toBe('TypeError')
      expect(api.denylist.status().entries).toBe(1)
    },
    BROWSER_MS,
  )
})
