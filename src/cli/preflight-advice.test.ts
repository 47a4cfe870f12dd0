import { expect, it } from 'vitest'
import { preflightAdvice } from './preflight-advice.ts'

const words = { commandName: 'honeyjam', isAdministrator: false, fixed: [], remaining: [] }

it('has nothing to say where nobody would be blocked', () => {
  expect(preflightAdvice(words)).toEqual([])
})

it('says with which words nobody is blocked', () => {
  expect(preflightAdvice({ ...words, fixed: ['192.0.2.0/24', '2001:db8::/48'] })).toEqual([
    'With these nobody who is wanted here is blocked:',
    '  honeyjam enforce nftables --protect 192.0.2.0/24 --protect 2001:db8::/48',
  ])
})

it('names who remains, in words that can be copied', () => {
  const remaining = ['9.0.0.1', '9.0.0.2']
  expect(preflightAdvice({ ...words, fixed: ['192.0.2.0/24'], remaining })).toEqual([
    '2 addresses would be blocked here. To spare them on this host:',
    '  honeyjam enforce nftables --protect 192.0.2.0/24 --protect 9.0.0.1 --protect 9.0.0.2',
    'To keep them off all firewalls of the account (the key needs the scope manage):',
    '  honeyjam allow 9.0.0.1 9.0.0.2',
  ])
})

it('tells an administrator how to protect them everywhere, and writes no endless line', () => {
  const remaining = Array.from({ length: 60 }, (_, index) => `9.0.0.${index}`)
  const advice = preflightAdvice({ ...words, isAdministrator: true, remaining })
  expect(advice[3]).toMatch(/^ {2}honeyjam protect add 9\.0\.0\.0 .*9\.0\.0\.49$/)
  expect(advice.at(-1)).toBe('10 more are in the list above.')
})
