import { describe, expect, it } from 'vitest'
import type { Address } from '../../ip/index.ts'
import { type Network, parseNetwork } from '../networks.ts'
import { connectedPeers } from './connections.ts'
import { EvidenceBook } from './evidence.ts'
import { judgeEvidence } from './judge-evidence.ts'

const AUTH = [
  'Nov 24 12:00:01 host sshd[812]: Accepted publickey for root from 192.0.2.1 port 50022 ssh2: ED25519 SHA256:x',
  '2026-11-24T12:00:02.1+00:00 host sshd-session[9]: Accepted password for admin from 2001:db8:1:2::3 port 1 ssh2',
  'Nov 24 12:00:03 host sshd[812]: Failed password for root from 192.0.2.9 port 50022 ssh2',
  'Nov 24 12:00:04 host sshd[812]: Invalid user Accepted password for root from 192.0.2.10 port 1 from 192.0.2.9',
  'Nov 24 12:00:05 host other[1]: Accepted password for root from 192.0.2.11 port 1',
]

function access(address: string, { status = 200, user = '-', request = 'GET / HTTP/1.1' } = {}): string {
  return `${address} - ${user} [24/Nov/2026:12:00:00 +0000] "${request}" ${status} 12 "-" "curl"`
}

describe('evidence of who is wanted', () => {
  it('is a login with success, and nothing that an attacker wrote into the log', () => {
    const book = new EvidenceBook()
    for (const line of AUTH) book.addAuthLine(line)
    expect([...book.list()].map(({ address }) => address)).toEqual(['192.0.2.1', '2001:db8:1:2::3'])
  })

  it('is who mostly gets pages, whatever name he sends', () => {
    const book = new EvidenceBook()
    book.addAccessLine(access('192.0.2.1', { user: 'ann' }))
    book.addAccessLine(access('192.0.2.2', { user: 'ann', status: 401 }))
    for (let page = 0; page < 10; page++) book.addAccessLine(access('192.0.2.3'))
    for (let page = 0; page < 10; page++) {
      book.addAccessLine(
        access('192.0.2.4', { status: page % 2 === 0 ? 200 : 404, request: 'GET \\" - bob [x] "' }),
      )
    }
    book.addAccessLine('192.0.2.5 nonsense')
    expect([...book.list()]).toEqual([{ address: '192.0.2.3', kind: 'web-visitor', count: 10 }])
  })

  it('is who is connected', () => {
    const tcp = `  sl  local_address rem_address   st tx_queue rx_queue
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000
   1: 0A000002:0016 010200C0:C000 01 00000000:00000000
`
    const tcp6 = '   0: B80D0120000000000000000001000000:0016 B80D0120020001000000000009000000:C000 01 0'
    expect(connectedPeers(tcp)).toEqual(['192.0.2.1'])
    expect(connectedPeers(tcp6)).toEqual(['2001:db8:1:2::9'])
  })
})

describe('the judgement', () => {
  it('names what would block whom', () => {
    const book = new EvidenceBook()
    for (const line of AUTH) book.addAuthLine(line)
    book.addConnection('198.51.100.7' as Address)
    const decisions = {
      expiresAtMsByHost: new Map([['2001:db8:1:2::/64' as Network, Infinity]]),
      ranges: [{ network: parseNetwork('198.51.100.0/24') as Network, expiresAtMs: Infinity }],
    }
    expect(judgeEvidence(book.list(), decisions)).toEqual([
      { address: '2001:db8:1:2::3', kind: 'login', count: 1, by: '2001:db8:1:2::/64' },
      { address: '198.51.100.7', kind: 'connected', count: 1, by: '198.51.100.0/24' },
    ])
  })
})
