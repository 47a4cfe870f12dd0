import type { AccountLists } from '../account-lists.ts'
import { changeContent, emptyList } from './apply-content.ts'
import { createList, deleteList, updateList } from './apply-list.ts'
import { changeOrigin } from './apply-origin.ts'
import { releasePublicList, selectPublicList } from './apply-selection.ts'
import type { ListOperation } from './list-operation.ts'
import type { ListRun } from './list-run.ts'

/** Puts one operation on lists into effect; what it cannot do is counted in `effect.skipped`. */
export function applyListOperation(lists: AccountLists, operation: ListOperation, run: ListRun): void {
  switch (operation.kind) {
    case 'list-create':
      return createList(lists.private, operation, run)
    case 'list-update':
      return updateList(lists.private, operation, run)
    case 'list-delete':
      return deleteList(lists.private, operation, run)
    case 'list-content':
      return changeContent(lists, operation, run)
    case 'list-empty':
      return emptyList(lists, operation, run)
    case 'list-origin':
      return changeOrigin(lists.private, operation, run)
    case 'public-list-select':
      return selectPublicList(lists.private, operation, run)
    case 'public-list-release':
      return releasePublicList(lists.private, operation, run)
  }
}
