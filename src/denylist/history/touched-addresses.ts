import { packRange, WORDS_PER_ADDRESS } from '../../ip/index.ts'
import type { Operation } from '../operation.ts'
import type { HistoryDetail, HistoryOperation } from './ports.ts'

const WHOLE_ADDRESS_BITS = 128

/** The single addresses an operation names, packed; networks and "all" are told by {@link historyOperation}. */
export function touchedAddresses(operation: Operation): Uint32Array {
  if (operation.kind === 'allow' || operation.kind === 'disallow') return singlesOf(operation.ranges)
  if ('addresses' in operation && operation.addresses !== 'all') return operation.addresses
  return new Uint32Array(0)
}

/** What history keeps of an operation; `undefined` when it concerns no address. */
export function historyOperation(operation: Operation, position: number): HistoryOperation | undefined {
  const detail = detailOf(operation)
  if (detail === undefined) return undefined
  const { accountId, kind, receivedAtMs, keyId, receiptId } = operation
  return { accountId, position, kind, receivedAtMs, keyId, receiptId, detail }
}

/** Whether it may concern addresses that it does not name one by one. */
export function isWide({ isAll, ranges, append, remove, listId }: HistoryDetail): boolean {
  return (
    isAll === true ||
    ranges !== undefined ||
    append !== undefined ||
    remove !== undefined ||
    listId !== undefined
  )
}

function detailOf(operation: Operation): HistoryDetail | undefined {
  switch (operation.kind) {
    case 'report': {
      const { ttlSeconds, dataset, tags, observedAtMs, receivedAtMs } = operation
      const isToldOnce = typeof observedAtMs === 'number' && observedAtMs !== receivedAtMs
      return { ttlSeconds, dataset, tags, ...(isToldOnce && { observedAtMs }) }
    }
    case 'unban':
      return {}
    case 'remove':
      return operation.addresses === 'all' ? { isAll: true } : {}
    case 'allow': {
      const { dataset, tags, ttlSeconds } = operation
      return {
        dataset,
        tags,
        ...(ttlSeconds !== undefined && { ttlSeconds }),
        ...networksOf(operation.ranges),
      }
    }
    case 'disallow':
      return networksOf(operation.ranges)
    case 'list-content': {
      const { listId, append, remove, expiresAtMs } = operation
      const ranges = { append: append.filter(isRange), remove: remove.filter(isRange) }
      if (ranges.append.length + ranges.remove.length === 0) return undefined
      return { listId, ...ranges, ...(expiresAtMs !== undefined && { expiresAtMs }) }
    }
    case 'list-empty':
    case 'list-delete':
      return { listId: operation.listId }
    default:
      return undefined
  }
}

function singlesOf(ranges: readonly string[]): Uint32Array {
  const singles = ranges.map(packRange).filter((range) => range?.prefixLength === WHOLE_ADDRESS_BITS)
  const words = new Uint32Array(WORDS_PER_ADDRESS * singles.length)
  for (const [index, range] of singles.entries()) if (range) words.set(range.words, WORDS_PER_ADDRESS * index)
  return words
}

function networksOf(ranges: readonly string[]): { readonly ranges?: readonly string[] } {
  const networks = ranges.filter((range) => (packRange(range)?.prefixLength ?? 0) < WHOLE_ADDRESS_BITS)
  return networks.length === 0 ? {} : { ranges: networks }
}

function isRange(element: string): boolean {
  return element.includes('/') && packRange(element) !== undefined
}
