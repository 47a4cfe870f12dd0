import { describe, expect, it } from 'vitest'
import { checkRequest, ReportRequest } from '../../contract/index.ts'
import { isLegacyModule, mendLegacyBody } from './legacy-module.ts'

const addresses = ['192.0.2.1']

describe("a body of Cowrie's removed module", () => {
  it('stays as it is when nothing is wrong with it', () => {
    const body = { addresses, type: 'ABUSE', ttl: 86_400, tags: ['COWRIE', 'LOGIN', 'SESSION'] }
    expect(mendLegacyBody(body)).toEqual({ body, isOver: false })
    expect(mendLegacyBody({ addresses })).toEqual({ body: { addresses }, isOver: false })
  })

  it('gets a dataset there is', () => {
    expect(mendLegacyBody({ addresses, type: 'weird' }).body).toEqual({ addresses, type: 'ABUSE' })
    expect(mendLegacyBody({ addresses, type: 'TOR' }).body).toEqual({ addresses, type: 'TOR' })
  })

  it.each([0, -1, -86_400])('is over at once with the ttl %d', (ttl) => {
    expect(mendLegacyBody({ addresses, ttl })).toEqual({ body: { addresses, ttl: 1 }, isOver: true })
  })

  it('gets a ttl within the bounds', () => {
    expect(mendLegacyBody({ addresses, ttl: 1e12 })).toEqual({
      body: { addresses, ttl: 315_360_000 },
      isOver: false,
    })
  })

  it('loses tags that cannot stand', () => {
    const tags = ['COWRIE', ' LOGIN ', '', 'my_tag', 'lower', 'A-B', ...Array.from({ length: 40 }, () => 'X')]
    const { body } = mendLegacyBody({ addresses, tags })
    expect(body).toMatchObject({ tags: expect.arrayContaining(['COWRIE', 'LOGIN', 'A-B']) as unknown })
    expect(checkRequest(ReportRequest, body, 'body')).toMatchObject({ kind: 'valid' })
  })

  it.each([
    { addresses: 'x' },
    { addresses, ttl: '5' },
    { addresses, ttl: 1.5 },
    { addresses, type: 7 },
    null,
    [],
    'x',
  ])('is refused as from any client when it is not what the module sends: %j', (body) => {
    expect(checkRequest(ReportRequest, mendLegacyBody(body).body, 'body').kind).toBe('invalid')
  })

  it('is told by its exact name', () => {
    expect(isLegacyModule('Cowrie Honeypot ThreatJammer.com output plugin')).toBe(true)
    expect(isLegacyModule('cowrie honeypot threatjammer.com output plugin')).toBe(false)
    expect(isLegacyModule('Cowrie Honeypot ThreatJammer.com output plugin 2')).toBe(false)
    expect(isLegacyModule(undefined)).toBe(false)
  })
})
