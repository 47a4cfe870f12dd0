import { createHash } from 'node:crypto'

/** Of this program: names of ours are in it. Made once at random. */
const NAMESPACE = Buffer.from('6f1d2a3ec0b44d0f9a577a0d4c3a8e21', 'hex')

/** The UUID of a name (RFC 9562 section 5.5, version 5): the same for the same name, in every process. */
export function namedUuid(...name: readonly string[]): string {
  const hash = createHash('sha1').update(NAMESPACE).update(JSON.stringify(name)).digest().subarray(0, 16)
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  const hex = hash.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
