import { describe, expect, it } from 'vitest'
import { proxyOf } from './service-proxy.ts'

const URL_HTTPS = new URL('https://list.example.org/v1/ip')

describe('the proxy of a service', () => {
  it.each([
    [{ https_proxy: 'http://p:3128', http_proxy: 'http://q:1' }, 'https_proxy', 'p:3128'],
    [{ HTTPS_PROXY: 'http://p:3128' }, 'HTTPS_PROXY', 'p:3128'],
    [{ http_proxy: 'http://q:1' }, 'http_proxy', 'q:1'],
    [{ http_proxy: 'http://q:1', no_proxy: 'other.org,list.example.org:8443' }, 'http_proxy', 'q:1'],
    [{ http_proxy: 'http://q:1', no_proxy: '*.list.example.org' }, 'http_proxy', 'q:1'],
  ])('is taken from %j', (environment, variable, host) => {
    expect(proxyOf(URL_HTTPS, environment)).toMatchObject({ variable, url: { host } })
  })

  it.each(['list.example.org', '.example.org', 'example.org', '*.example.org', '*', 'list.example.org:443'])(
    'is none for a host that NO_PROXY has as %s',
    (no_proxy) => {
      expect(proxyOf(URL_HTTPS, { https_proxy: 'http://p:3128', no_proxy })).toBeUndefined()
    },
  )

  it.each(['http://127.0.0.1:8088', 'http://[::1]:8088', 'http://localhost'])('is none for %s', (url) => {
    expect(proxyOf(new URL(url), { http_proxy: 'http://q:1' })).toBeUndefined()
  })
})
