import { HoneyjamError } from '../runtime/index.ts'
import type { Operation, PackedAddresses } from './operation.ts'

/** First byte of a record; a later form gets another number and this one stays readable. */
const FORM = 1
const PREFIX_BYTES = 5
const ADDRESS_BYTES = 16
const TIME_BYTES = 8

/** Those that this version knows how to put into effect. */
const KINDS: Readonly<Record<Operation['kind'], true>> = {
  report: true,
  unban: true,
  remove: true,
  allow: true,
  disallow: true,
  'list-create': true,
  'list-update': true,
  'list-delete': true,
  'list-content': true,
  'list-empty': true,
  'list-origin': true,
  'public-list-select': true,
  'public-list-release': true,
}

/** What stands in a record as JSON: the operation, with how many addresses and times follow in binary. */
type Header = Record<string, unknown> & {
  readonly kind?: string
  readonly addresses?: number | 'all'
  readonly observedAtMs?: number | 'each'
}

/**
 * Turns an operation into one journal record: form (1 byte), header length (4, little endian), header (JSON, UTF-8),
 * 16 bytes an address (four little-endian words), 8 bytes a time of observation (float64, little endian).
 */
export function encodeOperation(operation: Operation): Uint8Array {
  const addresses =
    'addresses' in operation && operation.addresses !== 'all' ? operation.addresses : undefined
  const times =
    operation.kind === 'report' && typeof operation.observedAtMs !== 'number'
      ? operation.observedAtMs
      : undefined
  const header = Buffer.from(
    JSON.stringify({
      ...operation,
      ...(addresses === undefined ? {} : { addresses: addresses.length / 4 }),
      ...(times === undefined ? {} : { observedAtMs: 'each' }),
    }),
  )
  const record = Buffer.alloc(
    PREFIX_BYTES + header.length + 4 * (addresses?.length ?? 0) + TIME_BYTES * (times?.length ?? 0),
  )
  record.writeUInt8(FORM, 0)
  record.writeUInt32LE(header.length, 1)
  header.copy(record, PREFIX_BYTES)
  let at = PREFIX_BYTES + header.length
  for (const word of addresses ?? []) at = record.writeUInt32LE(word, at)
  for (const time of times ?? []) at = record.writeDoubleLE(time, at)
  return record
}

/**
 * The reverse of {@link encodeOperation}.
 * @throws HoneyjamError STORE_CORRUPT when the record is not whole or of a form this version does not know
 * @throws HoneyjamError STORE_NEWER it is of a kind that only a newer version knows: left out, it would make these lists other ones
 */
export function decodeOperation(body: Uint8Array): Operation {
  const record = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (record.length < PREFIX_BYTES || record.readUInt8(0) !== FORM) throw corrupt('unknown form')
  const binaryAt = PREFIX_BYTES + record.readUInt32LE(1)
  if (binaryAt > record.length) throw corrupt('header cut off')
  const header = parseHeader(record.toString('utf8', PREFIX_BYTES, binaryAt))
  const { kind = '' } = header
  if (!Object.hasOwn(KINDS, kind))
    throw new HoneyjamError(
      'STORE_NEWER',
      `the journal holds an operation of the kind ${JSON.stringify(kind)}, which this honeyjam does not know`,
    )
  if (typeof header.addresses !== 'number') return header as unknown as Operation
  const count = header.addresses
  const timesAt = binaryAt + ADDRESS_BYTES * count
  const hasTimes = header.observedAtMs === 'each'
  if (record.length !== timesAt + (hasTimes ? TIME_BYTES * count : 0)) throw corrupt('addresses cut off')
  return {
    ...header,
    addresses: readWords(record, binaryAt, 4 * count),
    ...(hasTimes ? { observedAtMs: readTimes(record, timesAt, count) } : {}),
  } as unknown as Operation
}

function parseHeader(text: string): Header {
  try {
    return JSON.parse(text) as Header
  } catch (cause) {
    throw corrupt('header is not JSON', cause)
  }
}

function readWords(record: Buffer, at: number, count: number): PackedAddresses {
  const words = new Uint32Array(count)
  for (let i = 0; i < count; i++) words[i] = record.readUInt32LE(at + 4 * i)
  return words
}

function readTimes(record: Buffer, at: number, count: number): Float64Array {
  const times = new Float64Array(count)
  for (let i = 0; i < count; i++) times[i] = record.readDoubleLE(at + TIME_BYTES * i)
  return times
}

function corrupt(what: string, cause?: unknown): HoneyjamError {
  return new HoneyjamError('STORE_CORRUPT', `journal record cannot be read: ${what}`, { cause })
}
