import { afterEach, describe, expect, it } from 'vitest'
import { CreatedInvitation, InvitationInfo, InvitationList, SignedUp } from '../../src/contract/index.ts'
import type { Range } from '../../src/ip/index.ts'
import { type ApiPlace, type Ask, openApi } from '../support/api-place.ts'
import { ownContract } from '../support/held-answers.ts'

const INVITATIONS = '/honeyjam/v1/invitations'
const SIGN_UP = '/honeyjam/v1/sign-up'
const HOUR_MS = 3_600_000

let api: ApiPlace
afterEach(() => api.close())

async function invite(body: object = {}): Promise<CreatedInvitation> {
  const answer = await api.ask('POST', INVITATIONS, { body })
  expect(answer.status).toBe(201)
  expect(ownContract.faultsOf('POST', INVITATIONS, answer)).toEqual([])
  return CreatedInvitation.parse(answer.json)
}

async function signUp(body: object, ask: Ask = {}) {
  const answer = await api.ask('POST', SIGN_UP, { key: undefined, body, ...ask })
  expect(ownContract.faultsOf('POST', SIGN_UP, answer)).toEqual([])
  return answer
}

const refused = (status: number, slug: string) => ({ status, json: { type: `/docs/errors/${slug}` } })
const used = async () =>
  InvitationList.parse((await api.ask('GET', INVITATIONS)).json).invitations.map((each) => each.used)

describe('signing up', () => {
  it('is not there when it is off, whatever is sent', async () => {
    api = await openApi()
    const { invitation } = await invite()
    for (const body of [{ name: 'guest' }, { name: 'guest', invitation }, {}])
      expect(await signUp(body)).toMatchObject(refused(404, 'resource-not-found'))
    expect(await used()).toEqual([0])
  })

  it('makes an account on an invitation, with its plan and a key that may do all but administer', async () => {
    api = await openApi({ signUp: 'invited' })
    const { invitation } = await invite({ plan: 'BASIC' })
    const answer = await signUp({ name: 'guest', invitation })
    expect(answer.status).toBe(201)
    const { key, ...account } = SignedUp.parse(answer.json)
    expect(account).toMatchObject({ name: 'guest', plan: 'BASIC', created_at: api.clock.nowMs() })
    expect(key).toMatchObject({ name: 'first', scopes: ['report', 'read', 'manage', 'enforce'] })
    expect(key).not.toHaveProperty('current')
    const asGuest = { key: key.key }
    expect((await api.ask('GET', '/honeyjam/v1/keys', asGuest)).status).toBe(200)
    expect((await api.ask('GET', '/honeyjam/v1/accounts', asGuest)).status).toBe(403)
    const admin = { ...asGuest, body: { name: 'more', scopes: ['admin'] } }
    expect((await api.ask('POST', '/honeyjam/v1/keys', admin)).status).toBe(403)
    expect(await signUp({ name: 'second', invitation })).toMatchObject(refused(403, 'invitation-not-valid'))
  })

  it('refuses whoever has no valid invitation, and takes no use for a name that is taken', async () => {
    api = await openApi({ signUp: 'invited' })
    expect(await signUp({ name: 'guest' })).toMatchObject({
      status: 422,
      json: { detail: [{ loc: ['body', 'invitation'] }] },
    })
    const [first, revoked, short] = [await invite(), await invite(), await invite({ ttl: 60 })]
    expect((await api.ask('DELETE', `${INVITATIONS}/${revoked.id}`)).status).toBe(204)
    await api.clock.advance(60_000)
    for (const invitation of ['', 'x', `tji_${'Z'.repeat(36)}`, revoked.invitation, short.invitation])
      expect(await signUp({ name: 'guest', invitation })).toMatchObject(refused(403, 'invitation-not-valid'))
    const { invitation } = first
    expect(await signUp({ name: 'other', invitation })).toMatchObject(refused(409, 'account-name-taken'))
    expect(await signUp({ name: 'Not A Name', invitation })).toMatchObject({ status: 422 })
    expect(await used()).toEqual([0, 0, 0])
    expect((await signUp({ name: 'guest', invitation })).status).toBe(201)
  })

  it('is for everybody when it is open, with the plan FREE, and an invitation still gives its own', async () => {
    api = await openApi({ signUp: 'open' })
    expect(await signUp({ name: 'guest' })).toMatchObject({ status: 201, json: { plan: 'FREE' } })
    expect(await signUp({ name: 'guest' })).toMatchObject(refused(409, 'account-name-taken'))
    const { invitation } = await invite({ plan: 'PRO' })
    expect(await signUp({ name: 'pro', invitation })).toMatchObject({ status: 201, json: { plan: 'PRO' } })
    const wrong = { name: 'third', invitation: 'x' }
    expect(await signUp(wrong)).toMatchObject(refused(403, 'invitation-not-valid'))
  })

  it('is bounded for each client that a trusted proxy names, wrong invitations with the rest', async () => {
    api = await openApi({ signUp: 'open', trustedProxies: ['127.0.0.0/8' as Range] })
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
    for (let count = 0; count < 10; count++) {
      const body = count % 2 === 0 ? { name: `guest-${count}` } : { name: 'none', invitation: 'x' }
      expect((await signUp(body, from(`2001:db8::${count + 1}`))).status).toBe(count % 2 === 0 ? 201 : 403)
    }
    const tooMany = await signUp({ name: 'late' }, from('2001:db8::ffff'))
    expect(tooMany).toMatchObject(refused(429, 'too-many-sign-ups'))
    expect(tooMany.headers['retry-after']).toBe('3600')
    expect((await signUp({ name: 'neighbour' }, from('2001:db8:0:1::1'))).status).toBe(201)
    await api.clock.advance(HOUR_MS)
    expect((await signUp({ name: 'late' }, from('2001:db8::ffff'))).status).toBe(201)
  })
})

describe('invitations', () => {
  it('are for one account with the plan FREE within a week unless more is said, and show their text once', async () => {
    api = await openApi()
    const answer = await api.ask('POST', INVITATIONS)
    const { invitation, ...info } = CreatedInvitation.parse(answer.json)
    const now = api.clock.nowMs()
    const week = 7 * 24 * HOUR_MS
    expect(info).toEqual({ id: 1, plan: 'FREE', uses: 1, used: 0, created_at: now, expiry: now + week })
    expect(invitation).toMatch(/^tji_[0-9A-Za-z]{36}$/)
    const list = await api.ask('GET', INVITATIONS)
    expect(InvitationList.parse(list.json).invitations).toEqual([info])
    expect(list.text).not.toContain(invitation)
  })

  it('are revoked, and keep the first time', async () => {
    api = await openApi()
    const { id } = await invite()
    const revokedAtMs = api.clock.nowMs()
    expect((await api.ask('DELETE', `${INVITATIONS}/${id}`)).status).toBe(204)
    await api.clock.advance(1000)
    expect((await api.ask('DELETE', `${INVITATIONS}/${id}`)).status).toBe(204)
    const [info] = InvitationList.parse((await api.ask('GET', INVITATIONS)).json).invitations
    expect(InvitationInfo.parse(info).revoked_at).toBe(revokedAtMs)
    for (const unknown of ['2', '999999999999999'])
      expect(await api.ask('DELETE', `${INVITATIONS}/${unknown}`)).toMatchObject(
        refused(404, 'invitation-not-found'),
      )
    expect((await api.ask('DELETE', `${INVITATIONS}/x`)).status).toBe(422)
  })

  it.each([{ plan: 'GOLD' }, { uses: 0 }, { uses: 10_001 }, { uses: 1.5 }, { ttl: 0 }])(
    'are not made from %j',
    async (body) => {
      api = await openApi()
      expect((await api.ask('POST', INVITATIONS, { body })).status).toBe(422)
    },
  )
})
