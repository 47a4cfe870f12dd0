import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { CowrieEvent } from '../cowrie/index.ts'
import { packRange } from '../ip/index.ts'
import { type SightingRules, sightingOf, trackedGroups } from './sighting.ts'

const NOW_MS = Date.UTC(2026, 10, 24, 12)
const RULES: SightingRules = { trackLogin: true, trackSession: false, acceptsPrivate: false, excluded: [] }

function event(fields: Partial<CowrieEvent> = {}): CowrieEvent {
  return {
    eventid: 'cowrie.login.failed',
    src_ip: '8.8.8.8',
    timestampMs: NOW_MS - 1000,
    ...fields,
  }
}

function judge(fields: Partial<CowrieEvent>, rules: Partial<SightingRules> = {}) {
  return sightingOf(event(fields), { ...RULES, ...rules }, NOW_MS)
}

describe('which events are tracked', () => {
  it.each(['cowrie.login.failed', 'cowrie.login.success', 'cowrie.login.anything'])(
    '%s is a login',
    (eventid) => {
      expect(judge({ eventid })).toMatchObject({ kind: 'sighting', sighting: { kind: 'login' } })
      expect(judge({ eventid }, { trackLogin: false })).toMatchObject({ reason: 'not-tracked' })
    },
  )

  it.each(['cowrie.session.connect', 'cowrie.session.closed', 'cowrie.session.file_download'])(
    '%s is a session, when sessions are tracked',
    (eventid) => {
      expect(judge({ eventid })).toMatchObject({ kind: 'skipped', reason: 'not-tracked' })
      expect(judge({ eventid }, { trackSession: true })).toMatchObject({ sighting: { kind: 'session' } })
    },
  )

  it.each([
    'cowrie.session.file_download.failed',
    'cowrie.login',
    'cowrie.login.a.b',
    'cowrie.command.input',
    'xcowrie.login.failed',
    'login.failed',
    '',
  ])('%j is neither', (eventid) => {
    expect(judge({ eventid }, { trackSession: true })).toMatchObject({ reason: 'not-tracked' })
  })

  it('tells the reader of the log which groups to look for', () => {
    expect(trackedGroups(RULES)).toEqual(['cowrie.login'])
    expect(trackedGroups({ ...RULES, trackSession: true })).toEqual(['cowrie.login', 'cowrie.session'])
    expect(trackedGroups({ ...RULES, trackLogin: false })).toEqual([])
  })
})

describe('which addresses count', () => {
  it('takes the canonical form, an IPv4-mapped one as IPv4', () => {
    expect(judge({ src_ip: '::ffff:8.8.8.8' })).toMatchObject({ sighting: { address: '8.8.8.8' } })
    expect(judge({ src_ip: '2606:4700:0:0::1111' })).toMatchObject({
      sighting: { address: '2606:4700::1111' },
    })
  })

  it.each([
    [undefined, 'no-address'],
    ['', 'no-address'],
    ['example.org', 'unparsable'],
    ['8.8.8.08', 'unparsable'],
    ['8.8.8.8:22', 'unparsable'],
    ['fe80::1%eth0', 'unparsable'],
    ['127.0.0.1', 'private'],
    ['10.1.2.3', 'private'],
    ['100.64.0.1', 'private'],
    ['192.0.2.1', 'private'],
    ['fd00::1', 'private'],
    ['fe80::1', 'private'],
    ['240.0.0.1', 'private'],
    ['0.0.0.0', 'never-a-source'],
    ['224.0.0.1', 'never-a-source'],
    ['255.255.255.255', 'never-a-source'],
    ['ff02::1', 'never-a-source'],
    ['::', 'never-a-source'],
  ])('skips %j: %s', (src_ip, reason) => {
    expect(judge({ src_ip })).toMatchObject({ kind: 'skipped', reason })
  })

  it('takes private addresses when told, but never what cannot be a source', () => {
    const rules = { acceptsPrivate: true }
    expect(judge({ src_ip: '10.1.2.3' }, rules)).toMatchObject({ sighting: { address: '10.1.2.3' } })
    expect(judge({ src_ip: '192.0.2.1' }, rules)).toMatchObject({ kind: 'sighting' })
    expect(judge({ src_ip: '224.0.0.1' }, rules)).toMatchObject({ reason: 'never-a-source' })
  })

  it('skips what is excluded, single addresses and ranges', () => {
    const excluded = ['8.8.8.8', '2606:4700::/32'].map((text) => packRange(text)!)
    expect(judge({ src_ip: '8.8.8.8' }, { excluded })).toMatchObject({
      reason: 'excluded',
      address: '8.8.8.8',
    })
    expect(judge({ src_ip: '2606:4700::1' }, { excluded })).toMatchObject({ reason: 'excluded' })
    expect(judge({ src_ip: '8.8.8.9' }, { excluded })).toMatchObject({ kind: 'sighting' })
  })
})

describe('when an address was seen', () => {
  it('is the time of the event', () => {
    expect(judge({ timestampMs: 5 })).toMatchObject({ sighting: { observedAtMs: 5 } })
  })

  it('is now for an event without a time', () => {
    expect(judge({ timestampMs: undefined })).toMatchObject({ sighting: { observedAtMs: NOW_MS } })
  })

  it('is never before 1970, which a service may refuse', () => {
    expect(judge({ timestampMs: -62_135_596_800_000 })).toMatchObject({ sighting: { observedAtMs: 0 } })
  })

  it('is now for an event from the future', () => {
    expect(judge({ timestampMs: NOW_MS + 1 })).toMatchObject({ sighting: { observedAtMs: NOW_MS } })
  })
})

test('whatever stands in an event, it is judged without a throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.option(fc.string(), { nil: undefined }), (eventid, src_ip) => {
      expect(judge({ eventid, src_ip }).kind).toMatch(/^(sighting|skipped)$/)
    }),
  )
})
