import { expect, it } from 'vitest'
import { renderKeys } from './manage-keys.ts'

it('the list of keys shows all networks that a key is bound to, whole', () => {
  const key = { id: 2, name: 'firewall', hint: 'x7Qa', scopes: ['read' as const], created_at: 0 }
  const networks = ['192.0.2.7/32', '2001:db8::/32', '198.51.100.0/24']
  const text = renderKeys([{ ...key, networks }], 0)
  expect(text.split('\n')[1]).toBe(
    ' 2  firewall  …x7Qa  read    192.0.2.7/32,2001:db8::/32,198.51.100.0/24  1970-01-01 00:00:00  never          valid',
  )
})
