import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { DECISION_FORMATS, type FeedDecision } from '../../src/feed/decisions/index.ts'
import { parseRange, type Range } from '../../src/ip/index.ts'
import { missingPrograms } from '../support/programs.ts'

const NOW_MS = Date.UTC(2026, 10, 24, 12)
const HOSTILE = '"; }\n#$(id) é\u001b[31m,=1+1|<script>'

/** Networks of every kind: in one another, with near and far ends, for ever, with origins that users wrote. */
const DECISIONS: readonly FeedDecision[] = [
  decision('192.0.2.1', NOW_MS + 1),
  decision('192.0.2.2', NOW_MS + 315_360_000_000),
  decision('192.0.2.0/24', Infinity, HOSTILE),
  decision('198.51.100.0/23', NOW_MS + 3_600_000, '=SUM(A1)'),
  decision('2001:db8::1', NOW_MS + 3_600_000, ''),
  decision('2001:db8:1:2::/64', NOW_MS + 7_200_000),
  decision('2001:db8:1::/48', NOW_MS + 3_600_000),
]

describe('feeds of decisions, read by the programs they are for', () => {
  it.skipIf(missingPrograms('nft', 'unshare') !== '')(
    'nft takes the script, twice, and holds what it says',
    () => {
      const file = feedFile('nftables')
      const { status, stdout, stderr } = inNamespace(
        `nft -c -f ${file} && nft -f ${file} && nft -f ${file} && nft list ruleset`,
      )
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(stdout).toContain('table inet honeyjam_my_list')
      expect(stdout).toContain('192.0.2.0/24')
      expect(stdout).toContain('2001:db8:1:2::/64 timeout 2h')
    },
  )

  it.skipIf(missingPrograms('ipset', 'unshare') !== '')(
    'ipset takes the file, twice, and holds what it says',
    () => {
      const file = feedFile('ipset')
      const { status, stdout, stderr } = inNamespace(
        `ipset restore -exist -file ${file} && ipset restore -exist -file ${file} && ipset save`,
      )
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      const added = stdout.split('\n').filter((line) => line.startsWith('add '))
      expect(added).toHaveLength(DECISIONS.length)
      expect(stdout).toContain('add honeyjam-my-list-4 192.0.2.0/24 timeout 0')
    },
  )

  it.skipIf(missingPrograms('haproxy') !== '')('HAProxy takes the map', () => {
    const map = feedFile('haproxy')
    const config = fileWith(
      'haproxy.cfg',
      `defaults\n  mode http\n  timeout client 1s\n  timeout server 1s\n  timeout connect 1s\nfrontend f\n  bind 127.0.0.1:1\n  http-request deny if { src,map_ip(${map}) -m found }\n`,
    )
    const { status, stderr } = run('haproxy', '-c', '-f', config)
    expect({ status, stderr: stderr.replaceAll(/^\[NOTICE\].*\n/gm, '') }).toMatchObject({ status: 0 })
  })

  it.skipIf(missingPrograms('nginx') !== '')('nginx takes both files', () => {
    const config = fileWith(
      'nginx.conf',
      `pid /dev/null;\nerror_log stderr;\nevents {}\nhttp {\n  access_log off;\n  geo $denied { default 0; include ${feedFile('nginx-geo')}; }\n  server { listen 127.0.0.1:1; include ${feedFile('nginx-deny')}; }\n}\n`,
    )
    const { status, stderr } = run('nginx', '-t', '-p', tmpdir(), '-c', config)
    expect({ status, stderr }).toMatchObject({ status: 0 })
  })
})

function decision(text: string, expiresAtMs: number, origin = 'ABUSE'): FeedDecision {
  return { network: parseRange(text) as Range, expiresAtMs, origin }
}

function feedFile(format: keyof typeof DECISION_FORMATS): string {
  const options = { name: 'my-list', revision: 'abc-1-0', nowMs: NOW_MS, count: DECISIONS.length, leftOut: 0 }
  return fileWith(`${format}.txt`, [...DECISION_FORMATS[format].render(DECISIONS, options)].join(''))
}

function fileWith(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'honeyjam-feed-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

function inNamespace(script: string) {
  return run('unshare', '--user', '--map-root-user', '--net', 'sh', '-c', script)
}

function run(program: string, ...args: string[]) {
  const path = `${process.env['PATH']}:/usr/sbin:/sbin`
  return spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, PATH: path } })
}
