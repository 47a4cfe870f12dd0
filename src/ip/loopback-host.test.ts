import { expect, it } from 'vitest'
import { isLoopbackHost } from './loopback-host.ts'

it.each(['127.0.0.1', '127.9.9.9', '::1', '[::1]', '[::ffff:7f00:1]', 'localhost', 'api.localhost'])(
  '%s is this machine',
  (host) => {
    expect(isLoopbackHost(host)).toBe(true)
  },
)

it.each([
  '0.0.0.0',
  '::',
  '192.168.1.1',
  'example.org',
  'localhost.example.org',
  '127.0.0.1.example.org',
  '',
])('%j can be another machine', (host) => {
  expect(isLoopbackHost(host)).toBe(false)
})
