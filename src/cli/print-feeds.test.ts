import { describe, expect, it } from 'vitest'
import { FEEDS, findFeed } from '../feed/decisions/index.ts'
import type { Context } from './context.ts'
import type { Output } from './output.ts'
import { printFeeds, renderFeed, renderFeeds } from './print-feeds.ts'

const URL_ = 'https://jam.example.org'

function print(name: string | undefined, { json = false, apiUrl = URL_ } = {}): string[] {
  const lines: string[] = []
  const output = {
    json,
    print: (text: string) => void lines.push(text),
    note: (text: string) => void lines.push(`note: ${text}`),
    printJson: (value: unknown) => void lines.push(JSON.stringify(value)),
  } as unknown as Output
  const context = { output, defaultDataDirectory: '/nowhere' } as unknown as Context
  printFeeds(name, { json, logFormat: 'text', logLevel: 'info', apiUrl }, context)
  return lines
}

describe('the list of feeds', () => {
  it('has each of them with its device, its room and its URL', () => {
    const lines = renderFeeds(URL_).split('\n')
    expect(lines).toHaveLength(FEEDS.length + 2)
    for (const { name } of FEEDS)
      expect(lines.filter((line) => line.endsWith(`${URL_}/feeds/KEY/${name}`))).toHaveLength(1)
    expect(renderFeeds(URL_)).toMatch(/^Palo Alto external dynamic lists +50,000 +https/m)
    expect(renderFeeds(URL_)).toMatch(/^MikroTik RouterOS, in pages +35,000 a page +https/m)
  })

  it('says of one how to fetch it', () => {
    expect(renderFeed(findFeed('fortigate')!, URL_)).toBe(
      [
        'feed               fortigate.txt',
        'for                FortiGate external resources',
        'at most            131,072, 10 MB',
        'key in the path    https://jam.example.org/feeds/KEY/fortigate.txt',
        'user and password  https://jam.example.org/feeds/fortigate.txt, any user name, KEY as the password',
        'header             https://jam.example.org/feeds/fortigate.txt with "Authorization: Bearer KEY"',
        'look at it         curl -u x:KEY https://jam.example.org/feeds/fortigate.txt',
      ].join('\n'),
    )
  })

  it('is JSON for scripts', () => {
    const { feeds } = JSON.parse(print(undefined, { json: true })[0]!) as { feeds: object[] }
    expect(feeds).toHaveLength(FEEDS.length)
    expect(JSON.parse(print('paloalto', { json: true })[0]!)).toEqual({
      name: 'paloalto.txt',
      consumer: 'Palo Alto external dynamic lists',
      url: 'https://jam.example.org/feeds/paloalto.txt',
      url_with_key: 'https://jam.example.org/feeds/KEY/paloalto.txt',
      media_type: 'text/plain; charset=utf-8',
      single_protocol: false,
      max_entries: 50_000,
      max_bytes: null,
      page_entries: null,
    })
  })

  it('says so when no device can reach the address', () => {
    expect(print('plain', { apiUrl: 'http://127.0.0.1:8088' }).at(-1)).toMatch(/^note: .*--api-url/)
    expect(print('plain')).toHaveLength(1)
  })

  it('names those there are when asked for another', () => {
    expect(() => print('paloato')).toThrow(/no feed "paloato"; there are: plain\.txt, .*paloalto\.txt/)
  })
})
