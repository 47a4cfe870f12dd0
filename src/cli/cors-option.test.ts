import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { addCorsOption, type CorsOptions } from './cors-option.ts'

function parse(...args: string[]): CorsOptions {
  const command = addCorsOption(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  return command.parse(args, { from: 'user' }).opts<CorsOptions>()
}

describe('--cors-origins', () => {
  it('lets no page in by default', () => {
    expect(parse()).toEqual({})
    expect(parse('--cors-origins', ' ').corsOrigins).toEqual([])
  })

  it('takes origins as browsers send them, separated by commas and spaces', () => {
    const origins = [
      'https://a.example.org',
      'http://127.0.0.1:3000',
      'http://[::1]:8080',
      'https://xn--bcher-kva.example',
    ]
    expect(parse('--cors-origins', origins.join(', ')).corsOrigins).toEqual(origins)
  })

  it.each([
    '*',
    'https://*.example.org',
    'null',
    'example.org',
    'a.example.org:443',
    'ftp://a.example.org',
    'file:///x',
    'https://',
  ])('refuses %s, which is no origin', (text) => {
    expect(() => parse('--cors-origins', `https://b.example.org,${text}`)).toThrow(/no origin|no pattern/)
  })

  it.each([
    ['https://a.example.org/', 'https://a.example.org'],
    ['https://a.example.org:443', 'https://a.example.org'],
    ['HTTPS://A.example.org', 'https://a.example.org'],
    ['https://user@a.example.org', 'https://a.example.org'],
    ['https://a.example.org/path?query', 'https://a.example.org'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
  ])('refuses %s, and says what browsers send', (text, sent) => {
    expect(() => parse('--cors-origins', text)).toThrow(`browsers send ${sent}, write it like that`)
  })
})
