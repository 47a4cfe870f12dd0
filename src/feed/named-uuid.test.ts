import { expect, it } from 'vitest'
import { namedUuid } from './named-uuid.ts'

it('a name has one UUID of version 5, and another name another one', () => {
  const names = [['a'], ['a', ''], ['', 'a'], ['a,"'], ['a"', '']]
  const uuids = names.map((name) => namedUuid(...name))
  for (const uuid of uuids) expect(uuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  expect(uuids.map((uuid) => [uuid[14], '89ab'.includes(uuid[19] ?? '')])).toEqual(
    names.map(() => ['5', true]),
  )
  expect(new Set(uuids).size).toBe(names.length)
  expect(names.map((name) => namedUuid(...name))).toEqual(uuids)
})
