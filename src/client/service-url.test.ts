import { expect, it } from 'vitest'
import { serviceUrlOf } from './service-url.ts'

it.each([
  ['http://127.0.0.1:8088', 'http://127.0.0.1:8088'],
  [' http://127.0.0.1:8088/ ', 'http://127.0.0.1:8088'],
  ['http://127.0.0.1:8088/v1/ip', 'http://127.0.0.1:8088'],
  ['https://list.example.org/honey/v1/ip/', 'https://list.example.org/honey'],
  ['https://list.example.org/v1/ip?region=1#top', 'https://list.example.org'],
  ['https://list.example.org/other', 'https://list.example.org/other'],
  ['http://me:secret@[::1]:8088/v1/ip', 'http://me:secret@[::1]:8088'],
  ['not a URL/', 'not a URL/'],
])('%s is the service at %s', (given, service) => {
  expect(serviceUrlOf(given)).toBe(service)
})
