import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { addProxyOptions, type ProxyOptions } from './proxy-options.ts'

function parse(...args: string[]): ProxyOptions {
  const command = addProxyOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  return command.parse(args, { from: 'user' }).opts<ProxyOptions>()
}

describe('--trusted-proxies', () => {
  it('trusts nobody by default', () => {
    expect(parse()).toEqual({ proxyHeader: 'x-forwarded-for' })
    expect(parse('--trusted-proxies', ' ').trustedProxies).toEqual([])
  })

  it('takes addresses and ranges of both kinds, separated by commas and spaces', () => {
    const text = '127.0.0.1, 10.0.0.9/8,2001:DB8::1 fd00::/8'
    const ranges = ['127.0.0.1/32', '10.0.0.0/8', '2001:db8::1/128', 'fd00::/8']
    expect(parse('--trusted-proxies', text).trustedProxies).toEqual(ranges)
  })

  it.each(['proxy.example.org', '10.0.0.0/33', '10.0.0.1:80', '0.0.0.0/0', '::/0'])('refuses %s', (text) => {
    expect(() => parse('--trusted-proxies', `127.0.0.1,${text}`)).toThrow(/invalid/)
  })
})
