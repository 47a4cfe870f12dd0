import { type Address, parseAddress, unpackAddress, WORDS_PER_ADDRESS } from '../ip/index.ts'

/** One record of utmp(5) on Linux, the same on 32 and 64 bits. */
const RECORD_BYTES = 384
const TYPE_OFFSET = 0
const ADDRESS_OFFSET = 348
const USER_PROCESS = 7

/**
 * Where users are logged in from, by the records of utmp(5).
 * @param records content of `/run/utmp`; a record that was cut off is left out
 */
export function loggedInByUtmp(records: Buffer): readonly Address[] {
  const found: Address[] = []
  for (let at = 0; at + RECORD_BYTES <= records.length; at += RECORD_BYTES) {
    if (records.readInt16LE(at + TYPE_OFFSET) !== USER_PROCESS) continue
    const address = addressAt(records, at + ADDRESS_OFFSET)
    if (address !== undefined) found.push(address)
  }
  return found
}

/**
 * Where sessions come from, by systemd-logind: `RemoteHost=` of `loginctl show-session`, which may be a host name (then it
 * tells no address).
 */
export function loggedInByLogind(properties: string): readonly Address[] {
  return properties.split('\n').flatMap((line) => {
    const [, host] = /^RemoteHost=([^\s%]+)/.exec(line) ?? []
    const address = host === undefined ? undefined : parseAddress(host)
    return address === undefined ? [] : [address]
  })
}

/** An IPv4 address stands in the first four bytes, the others are zero then. */
function addressAt(records: Buffer, offset: number): Address | undefined {
  const words = Uint32Array.from({ length: WORDS_PER_ADDRESS }, (_, word) =>
    records.readUInt32BE(offset + 4 * word),
  )
  const [first = 0, ...others] = words
  if (others.some((word) => word !== 0)) return unpackAddress(words, 0)
  return first === 0 ? undefined : unpackAddress(Uint32Array.of(0, 0, 0xffff, first), 0)
}
