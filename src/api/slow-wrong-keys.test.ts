import { expect, it } from 'vitest'
import { parseAddress } from '../ip/index.ts'
import { createLogger } from '../runtime/index.ts'
import { createWrongKeys, refuseWrongKeysOf, WRONG_KEY_LIMITS } from './slow-wrong-keys.ts'

/** Refuses wrong keys of an address, at a time that stands still unless it is moved. */
function openPlace() {
  const lines: unknown[] = []
  const write = (line: string) => void lines.push(JSON.parse(line))
  const time = { nowMs: 0 }
  const clock = { nowMs: () => time.nowMs, sleep: () => Promise.resolve() }
  const logger = createLogger({ format: 'json', level: 'info', destination: { write } })
  const wrongKeys = createWrongKeys()
  const refuse = refuseWrongKeysOf(wrongKeys, { clock, logger })
  const refuseMany = (address: string, count: number) =>
    Array.from({ length: count }, () => refuse('the key is not valid', parseAddress(address))).at(-1)
  return { lines, time, wrongKeys, refuseMany }
}

it('warns once each time that an address is closed, with the address', () => {
  const { lines, time, refuseMany } = openPlace()
  refuseMany('192.0.2.1', WRONG_KEY_LIMITS.allowed)
  expect(lines).toEqual([])
  refuseMany('192.0.2.1', 50)
  expect(lines).toMatchObject([{ level: 40, client: '192.0.2.1', seconds: 60 }])
  time.nowMs = 60_000
  refuseMany('192.0.2.1', 50)
  expect(lines).toMatchObject([{}, { client: '192.0.2.1', seconds: 120 }])
})

it('takes the addresses of an IPv6 /64 for one, and those nobody knows for another', () => {
  const { wrongKeys, refuseMany } = openPlace()
  refuseMany('2001:db8:0:1::1', WRONG_KEY_LIMITS.allowed)
  expect(refuseMany('2001:db8:0:1:ffff::2', 1)).toMatchObject({ status: 429 })
  expect(refuseMany('2001:db8:0:2::1', 1)).toMatchObject({ status: 401 })
  expect(refuseMany('unknown', 1)).toMatchObject({ status: 401 })
  expect(refuseMany('::ffff:192.0.2.1', 1)).toMatchObject({ status: 401 })
  refuseMany('192.0.2.1', 1)
  expect(wrongKeys.size).toBe(4)
})

it('says beside the wait what is wrong with the key', () => {
  const { refuseMany } = openPlace()
  expect(refuseMany('192.0.2.1', WRONG_KEY_LIMITS.allowed + 1)).toMatchObject({
    body: {
      title: 'Too Many Wrong Keys',
      detail:
        'the key is not valid. too many wrong keys came from 192.0.2.1, so they are answered 429 for 60 more seconds; a valid key works at once',
      type: '/docs/errors/too-many-wrong-keys',
    },
  })
})
