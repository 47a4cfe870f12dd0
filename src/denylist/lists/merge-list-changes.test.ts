import { describe, expect, it } from 'vitest'
import { type ListChanges, NO_LIST_CHANGES, type PrivateListRow } from './list-rows.ts'
import { mergeListChanges } from './merge-list-changes.ts'

const key = { accountId: 1, listId: 'a' }
const list: PrivateListRow = {
  ...key,
  listType: 'DENY',
  resourceType: 'AS',
  name: '',
  description: '',
  tags: [],
  createdAtMs: 1,
  updatedAtMs: 1,
  origins: [],
  appliedPosition: 1,
}
const element = { ...key, element: '1', createdAtMs: 1, appliedPosition: 1 }
const selection = {
  ...key,
  status: 'ACTIVE',
  createdAtMs: 1,
  updatedAtMs: 1,
  origins: [],
  appliedPosition: 1,
} as const

function merge(...changes: readonly Partial<ListChanges>[]): Partial<ListChanges> {
  const merged = mergeListChanges(changes.map((change) => ({ ...NO_LIST_CHANGES, ...change })))
  const entries = Object.entries(merged) as [string, readonly unknown[]][]
  return Object.fromEntries(entries.filter(([, rows]) => rows.length > 0))
}

describe('several changes of lists', () => {
  it('leave the last state of each, once', () => {
    const newer = { ...list, name: 'newer' }
    expect(merge({ lists: [list] }, { lists: [newer] })).toEqual({ lists: [newer] })
    const removedElements = [{ ...key, element: '1' }]
    expect(merge({ elements: [element] }, { removedElements })).toEqual({ removedElements })
    expect(merge({ removedElements }, { elements: [element] })).toEqual({ elements: [element] })
    expect(merge({ removedElements, elements: [element] })).toEqual({ elements: [element] })
    expect(merge({ removedSelections: [key] }, { selections: [selection] })).toEqual({
      selections: [selection],
    })
  })

  it('leave nothing of a deleted list, and all of another', () => {
    const other = { ...element, accountId: 2 }
    const removedElements = [{ ...key, element: '2' }]
    expect(
      merge({ lists: [list], elements: [element, other] }, { removedElements }, { removedLists: [key] }),
    ).toEqual({ removedLists: [key], elements: [other] })
  })
})
