import { describe, expect, it } from 'vitest'
import { unpackAddress } from '../ip/index.ts'
import { type SelectedAddresses, selectAddresses } from './select-addresses.ts'

const nowMs = 1_700_000_000_000
const strict = { acceptPrivate: false, nowMs }

function texts({ addresses }: SelectedAddresses): string[] {
  return Array.from({ length: addresses.length / 4 }, (_, index) => unpackAddress(addresses, 4 * index))
}

describe('selecting the addresses of a request', () => {
  it('takes each address once, in canonical form, and counts the repeats', () => {
    const selected = selectAddresses(['8.8.8.8', '::ffff:8.8.8.8', '2A00:1450::1', '8.8.8.8'], strict)
    expect(texts(selected)).toEqual(['8.8.8.8', '2a00:1450::1'])
    expect(selected.folded).toBe(2)
  })

  it('leaves out and counts what does not parse and what is nobody’s on the Internet', () => {
    const selected = selectAddresses(
      ['8.8.8.8', 'x', '010.1.1.1', '10.0.0.1', '192.0.2.1', '224.0.0.1', ''],
      strict,
    )
    expect(texts(selected)).toEqual(['8.8.8.8'])
    expect(selected.skipped).toEqual({ unparsable: 3, private: 2, 'never-a-source': 1 })
  })

  it('takes private ones when accepted, but never what no packet can come from', () => {
    const selected = selectAddresses(['127.0.0.1', '192.0.2.1', '::', '255.255.255.255'], {
      ...strict,
      acceptPrivate: true,
    })
    expect(texts(selected)).toEqual(['127.0.0.1', '192.0.2.1'])
    expect(selected.skipped).toEqual({ 'never-a-source': 2 })
  })

  it('keeps the newest time of a repeated address, and no time of the future', () => {
    const selected = selectAddresses(['8.8.8.8', 'x', '9.9.9.9', '8.8.8.8'], {
      ...strict,
      observedAtMs: [1000, 5000, nowMs + 1, 2000],
    })
    expect([...(selected.observedAtMs as Float64Array)]).toEqual([2000, nowMs])
    expect(selectAddresses(['8.8.8.8'], { ...strict, observedAtMs: nowMs + 5 }).observedAtMs).toBe(nowMs)
  })
})
