import { describe, expect, it } from 'vitest'
import { parseMetricsAddress, renderMetricsAddress } from './metrics-address.ts'

describe('metrics_listen', () => {
  it.each([
    ['9464', { host: '127.0.0.1', port: 9464 }],
    ['0', { host: '127.0.0.1', port: 0 }],
    ['0.0.0.0:9464', { host: '0.0.0.0', port: 9464 }],
    ['localhost:65535', { host: 'localhost', port: 65_535 }],
    ['[::1]:9464', { host: '::1', port: 9464 }],
  ])('%s is an address', (text, address) => {
    expect(parseMetricsAddress(text)).toEqual(address)
    expect(parseMetricsAddress(renderMetricsAddress(address))).toEqual(address)
  })

  it.each([
    '',
    ':',
    ':9464',
    'localhost',
    'localhost:',
    '65536',
    '::1:9464',
    '-1',
    '1e3',
    'a b:1',
    'http://a:1',
  ])('%j is none', (text) => {
    expect(parseMetricsAddress(text)).toBeUndefined()
  })
})
