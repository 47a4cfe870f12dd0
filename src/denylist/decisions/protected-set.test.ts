import { describe, expect, it } from 'vitest'
import { classifyPacked, isNeverSource, packRange, Shield } from '../../ip/index.ts'
import { specialRanges } from './protected-set.ts'

const SAMPLES = [
  '0.1.2.3', '8.8.8.8', '9.255.255.255', '10.0.0.0', '10.255.255.255', '11.0.0.0', '100.64.0.1', '127.0.0.1', '169.254.1.1',
  '172.15.255.255', '172.16.0.0', '172.32.0.0', '192.0.0.1', '192.0.0.9', '192.0.0.10', '192.0.0.11', '192.0.2.7', '192.168.3.4',
  '198.18.0.1', '203.0.113.7', '223.255.255.255', '224.0.0.1', '240.0.0.1', '255.255.255.255', '::', '::1', '::2', '64:ff9b::1',
  '1fff::1', '2000::', '2001::1', '2001:1::1', '2001:1::4', '2001:3::7', '2001:db8::1', '2001:200::1', '2002::1', '2a00:1450::1',
  '3fff:0fff::1', '3fff:1000::1', '3fff:ffff::', '4000::', 'fc00::1', 'fe80::1', 'ff02::1',
] // biome-ignore format: a table

const wordsOf = (text: string) => packRange(text)!.words

describe('the protected ranges', () => {
  it.each(SAMPLES)('hold %s when its class says so', (text) => {
    const addressClass = classifyPacked(wordsOf(text), 0)
    expect(new Shield(specialRanges('skip').ranges).covers(wordsOf(text), 0)).toBe(addressClass !== 'public')
    expect(new Shield(specialRanges('accept').ranges).covers(wordsOf(text), 0)).toBe(
      isNeverSource(addressClass) || addressClass === 'loopback',
    )
  })

  it('are named by what they are', () => {
    expect(specialRanges('skip').version).toBe(specialRanges('skip').version)
    expect(specialRanges('skip').version).not.toBe(specialRanges('accept').version)
  })
})
