import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findHostNetworks } from './host-networks.ts'
import { loggedInByLogind } from './logged-in.ts'

const ROUTE = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010200C0	0003	0	0	0	00000000	0	0	0
tun0	00000000	00000000	0001	0	0	0	00000080	0	0	0
eth0	000200C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
`
const IPV6_ROUTE = `20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000002 00000000 00000003     eth0
`

describe('what a host must never cut off', () => {
  it('is told by its routes, its name servers and its sessions', async () => {
    const files = await place({
      route: ROUTE,
      ipv6Route: IPV6_ROUTE,
      resolver:
        '# a comment\nnameserver 192.0.2.53\n nameserver fe80::53%eth0\nnameserver none\nsearch example.org\n',
      utmp: Buffer.concat([
        session(7, '203.0.113.9'),
        session(8, '203.0.113.10'),
        session(7, '2001:db8::9'),
        session(7),
        Buffer.alloc(100),
      ]),
    })
    const found = await findHostNetworks(files)
    expect(found.filter(({ reason }) => reason !== 'own-address')).toEqual([
      { network: '192.0.2.1', reason: 'gateway' },
      { network: 'fe80::1', reason: 'gateway' },
      { network: '192.0.2.53', reason: 'resolver' },
      { network: 'fe80::53', reason: 'resolver' },
      { network: '203.0.113.9', reason: 'logged-in' },
      { network: '2001:db8::9', reason: 'logged-in' },
    ])
  })

  it('holds its own addresses', async () => {
    const found = await findHostNetworks(await place({}))
    expect(found).toContainEqual({ network: '127.0.0.1', reason: 'own-address' })
  })

  it('takes addresses of logind, and no names', () => {
    const properties =
      'RemoteHost=203.0.113.9\n\nRemoteHost=\n\nRemoteHost=host.example.org\nRemoteHost=fe80::9%eth0\n'
    expect(loggedInByLogind(properties)).toEqual(['203.0.113.9', 'fe80::9'])
  })
})

/** Files of a host; what is left out is not there. */
async function place(contents: { route?: string; ipv6Route?: string; resolver?: string; utmp?: Buffer }) {
  const folder = await mkdtemp(join(tmpdir(), 'honeyjam-protected-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), content)
  const [route, ipv6Route, resolver, utmp] = ['route', 'ipv6Route', 'resolver', 'utmp'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string]
  return { route, ipv6Route, resolvers: [resolver], utmp }
}

/** One record of utmp(5). */
function session(type: number, address?: string): Buffer {
  const record = Buffer.alloc(384)
  record.writeInt16LE(type, 0)
  if (address?.includes('.')) record.set(address.split('.').map(Number), 348)
  else if (address !== undefined) record.set(Buffer.from('20010db8000000000000000000000009', 'hex'), 348)
  return record
}
