import { expect, it } from 'vitest'
import { classifyAddress, parseAddress } from '../ip/index.ts'
import { readDemoAttack, renderAttempt, stampLine } from './demo-attack.ts'

const lines = readDemoAttack()

it('holds addresses of the documentation ranges alone, wherever they stand', () => {
  const texts = lines.flatMap(({ text }) => text.match(/(?:\d{1,3}\.){3}\d{1,3}/g) ?? [])
  const addresses = [...texts, ...lines.map(({ attempt }) => attempt?.address ?? '2001:db8::')].map(
    parseAddress,
  )
  const classes = new Set(addresses.map((address) => address && classifyAddress(address)))
  expect(classes).toEqual(new Set(['documentation']))
})

it('holds as many attempts and sources as its description says', () => {
  const attempts = lines.flatMap(({ attempt }) => attempt ?? [])
  expect(lines).toHaveLength(367)
  expect(attempts).toHaveLength(63)
  expect(new Set(attempts.map((attempt) => attempt.address)).size).toBe(49)
})

it('is played as if it happened now, and changes nothing else', () => {
  const nowMs = Date.UTC(2027, 0, 2, 3, 4, 5, 678)
  for (const { text } of lines) {
    const before = JSON.parse(text) as object
    expect(JSON.parse(stampLine(text, nowMs))).toEqual({
      ...before,
      timestamp: '2027-01-02T03:04:05.678000Z',
    })
  }
})

it("shows the attacker's text without letting it do anything", () => {
  const attempt = {
    address: '192.0.2.7',
    username: '\u001b[2Jroot',
    password: '\u202egnirts',
    succeeded: false,
  }
  expect(renderAttempt(attempt, Date.UTC(2027, 0, 2, 3, 4, 5))).toBe(
    '03:04:05  192.0.2.7         refused  \\x1b[2Jroot / \\u{202e}gnirts',
  )
})
