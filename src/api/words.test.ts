import { expect, it } from 'vitest'
import { PLANS, SCOPES } from '../accounts/index.ts'
import { MAX_ADDRESSES, MAX_BODY_BYTES, PLAN_WORDS, SCOPE_WORDS, SkipWord } from '../contract/index.ts'
import { SKIP_REASONS } from '../denylist/index.ts'

it('has one word for each scope, plan and reason, on the wire and inside', () => {
  expect(SCOPE_WORDS).toEqual(SCOPES)
  expect(PLAN_WORDS).toEqual(PLANS)
  expect(SkipWord.options).toEqual(SKIP_REASONS)
})

it('lets the longest list of the longest addresses with a time each through', () => {
  const addresses = Array.from(
    { length: MAX_ADDRESSES },
    () => '0000:0000:0000:0000:0000:ffff:255.255.255.255',
  )
  const observed_at = Array.from({ length: MAX_ADDRESSES }, () => 1_700_000_000_000)
  expect(Buffer.byteLength(JSON.stringify({ addresses, observed_at }))).toBeLessThan(MAX_BODY_BYTES)
})
