import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FEEDS } from '../../src/feed/decisions/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { missingPrograms } from '../support/programs.ts'

/** The name of a list, which a user may choose. */
const HOSTILE = '"; } #$(id) é,=1+1|<script>\'`'
const SINGLES = ['9.0.0.1', '9.0.0.2', '9.0.9.9', '2a00:1:0:1::1']
const NETWORKS = ['9.0.0.0/24', '9.1.0.0/23', '9.1.0.0/25', '2a00:2::/48', '2a00:2:0:7::/64']
const DAY_SECONDS = 86_400

let api: ApiPlace
let key: string
let folder: string

beforeAll(async () => {
  api = await openApi()
  key = await api.makeKey('read')
  folder = mkdtempSync(join(tmpdir(), 'honeyjam-feeds-'))
  const ban = (addresses: readonly string[], ttl: number) =>
    api.ask('POST', '/honeyjam/v1/ban', { body: { addresses, ttl } })
  await ban(SINGLES, 2 * DAY_SECONDS)
  await ban(['9.0.0.3'], 315_360_000)
  const root = '/v1/denylist/private'
  const list = { name: HOSTILE, resource_type: 'CIDR', description: '', tags: [] }
  const { json: id } = await api.ask('POST', root, { body: { payload: list } })
  await api.ask('PUT', `${root}/${String(id)}/content`, { body: { append: NETWORKS } })
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await api.close()
})

const NO_CURL = missingPrograms('curl')
const without = (...programs: readonly string[]) => NO_CURL !== '' || missingPrograms(...programs) !== ''

describe.skipIf(NO_CURL !== '')('curl', () => {
  it('gets the same with the key in the path, as a password and in a header, compressed or not', async () => {
    const header = `authorization: Bearer ${key}`
    const files = [
      await fetchFeed('plain.txt'),
      await curl('a.txt', '-u', `firewall:${key}`, `${api.url}/feeds/plain.txt`),
      await curl('b.txt', '-H', header, '--compressed', `${api.url}/feeds/plain.txt`),
      await curl('c.txt', '--anyauth', '-u', `x:${key}`, '--compressed', `${api.url}/feeds/plain.txt`),
    ]
    const texts = files.map((file) => readFileSync(file, 'utf8'))
    expect(new Set(texts).size).toBe(1)
    expect(texts[0]).toMatch(/\n9\.0\.0\.1\n/)
  })

  it('keeps its copy while nothing changes', async () => {
    const tag = join(folder, 'etag')
    const url = `${api.url}/feeds/${key}/plain.txt`
    const ask = () => run('curl', '-s', '--etag-save', tag, '--etag-compare', tag, '-w', '%{http_code}', url)
    writeFileSync(tag, '')
    expect((await ask()).stdout).toMatch(/\n200$/)
    expect((await ask()).stdout).toBe('304')
  })

  it.each(FEEDS.map(({ name }) => name))('sees the length of %s by HEAD', async (name) => {
    const { status, stdout } = await run('curl', '-sfI', `${api.url}/feeds/${key}/${name}`)
    expect(status).toBe(0)
    const length = readFileSync(await fetchFeed(name)).length
    expect(stdout.toLowerCase()).toContain(`content-length: ${length}\r\n`)
  })
})

describe('feeds, read by the programs they are for', () => {
  it.skipIf(without('nft', 'unshare'))('nft takes the script, twice, and holds what it says', async () => {
    const file = await fetchFeed('nftables.nft?name=my-list')
    const { status, stdout, stderr } = await inNamespace(
      `nft -c -f ${file} && nft -f ${file} && nft -f ${file} && nft list ruleset`,
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('table inet honeyjam_my_list')
    expect(stdout).toContain('9.0.9.9 timeout 2d')
    expect(stdout).toContain('9.1.0.0/23')
    expect(stdout).toContain('2a00:1:0:1::/64 timeout 2d')
  })

  it.skipIf(without('nft', 'unshare'))('nft takes an empty one, and lets everybody in again', async () => {
    const file = await fetchFeed('nftables.nft')
    const empty = await curl('empty.nft', `${api.url}/feeds/${api.otherKey}/nftables.nft`)
    const { status, stdout } = await inNamespace(`nft -f ${file} && nft -f ${empty} && nft list ruleset`)
    expect(status).toBe(0)
    expect(stdout).toContain('set deny4')
    expect(stdout).not.toContain('elements')
  })

  it.skipIf(without('ipset', 'unshare'))('ipset takes the file, twice, and holds what it says', async () => {
    const file = await fetchFeed('ipset.txt?name=fifteen-letters')
    const { status, stdout, stderr } = await inNamespace(
      `ipset restore -exist -file ${file} && ipset restore -exist -file ${file} && ipset save`,
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const added = stdout.split('\n').filter((line) => line.startsWith('add '))
    expect(added).toHaveLength(SINGLES.length + 1 + NETWORKS.length)
    expect(stdout).toContain('add honeyjam-fifteen-letters-4 9.0.0.0/24 timeout 0')
  })

  it.skipIf(without('haproxy'))('HAProxy takes the map', async () => {
    const map = await fetchFeed('haproxy.map')
    const config = fileWith(
      'haproxy.cfg',
      `defaults\n  mode http\n  timeout client 1s\n  timeout server 1s\n  timeout connect 1s\nfrontend f\n  bind 127.0.0.1:1\n  http-request deny if { src,map_ip(${map}) -m found }\n`,
    )
    const { status, stderr } = await run('haproxy', '-c', '-f', config)
    expect({ status, stderr: stderr.replaceAll(/^\[NOTICE\].*\n/gm, '') }).toMatchObject({ status: 0 })
  })

  it.skipIf(without('nginx'))('nginx takes both files', async () => {
    const [geo, deny] = [await fetchFeed('nginx-geo.conf'), await fetchFeed('nginx-deny.conf')]
    const config = fileWith(
      'nginx.conf',
      `pid /dev/null;\nerror_log stderr;\nevents {}\nhttp {\n  access_log off;\n  geo $denied { default 0; include ${geo}; }\n  server { listen 127.0.0.1:1; include ${deny}; }\n}\n`,
    )
    const { status, stderr } = await run('nginx', '-t', '-p', folder, '-c', config)
    expect({ status, stderr }).toMatchObject({ status: 0 })
  })
})

/** Fetches a feed with the key in the path, and says where it is. */
async function fetchFeed(name: string): Promise<string> {
  return await curl(name.replaceAll(/\W/g, '-'), `${api.url}/feeds/${key}/${name}`)
}

async function curl(name: string, ...args: readonly string[]): Promise<string> {
  const file = join(folder, name)
  const { status, stderr } = await run('curl', '-sSf', '-o', file, ...args)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return file
}

function fileWith(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

async function inNamespace(script: string) {
  return await run('unshare', '--user', '--map-root-user', '--net', 'sh', '-c', script)
}

/** The service runs in this process, so nothing may hold it up. */
async function run(program: string, ...args: readonly string[]) {
  const path = `${process.env['PATH']}:/usr/sbin:/sbin`
  return await new Promise<{ status: number; stdout: string; stderr: string }>((resolve) => {
    execFile(program, args, { env: { ...process.env, PATH: path } }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
    })
  })
}
