import type { HistoryDetail, ListOrigin } from '../../denylist/index.ts'
import { HoneyjamError } from '../../runtime/index.ts'

/** Reads a column that holds a JSON array of texts. @throws HoneyjamError STORE_CORRUPT */
export function parseTexts(json: string): readonly string[] {
  const value = parseColumn(json)
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw corrupt(json)
}

/** Reads a column that holds a JSON object of counts. @throws HoneyjamError STORE_CORRUPT */
export function parseCounts(json: string): Readonly<Record<string, number>> {
  const value = parseColumn(json)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw corrupt(json)
  if (!Object.values(value).every((item) => typeof item === 'number')) throw corrupt(json)
  return value as Record<string, number>
}

/** Reads a column that holds a JSON array of indexes. @throws HoneyjamError STORE_CORRUPT */
export function parseIndexes(json: string): readonly number[] {
  const value = parseColumn(json)
  if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return value
  throw corrupt(json)
}

/** Reads a column that holds what history keeps of an operation. @throws HoneyjamError STORE_CORRUPT */
export function parseHistoryDetail(json: string): HistoryDetail {
  const value = parseColumn(json)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw corrupt(json)
}

/** Reads a column that holds a JSON array of origins. @throws HoneyjamError STORE_CORRUPT */
export function parseOrigins(json: string): readonly ListOrigin[] {
  const value = parseColumn(json)
  if (Array.isArray(value) && value.every(isOrigin)) return value
  throw corrupt(json)
}

function isOrigin(value: unknown): value is ListOrigin {
  if (typeof value !== 'object' || value === null) return false
  const {
    origin,
    status,
    createdAtMs,
    updatedAtMs,
    expiresAtMs = 0,
  } = value as Partial<Record<string, unknown>>
  const times = [createdAtMs, updatedAtMs, expiresAtMs]
  return (
    typeof origin === 'string' &&
    (status === 'ACTIVE' || status === 'INACTIVE') &&
    times.every((time) => typeof time === 'number')
  )
}

function parseColumn(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw corrupt(json, cause)
  }
}

function corrupt(json: string, cause?: unknown): HoneyjamError {
  return new HoneyjamError(
    'STORE_CORRUPT',
    `the tables hold ${JSON.stringify(json)} where a JSON list or object belongs`,
    {
      cause,
    },
  )
}
