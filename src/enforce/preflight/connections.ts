import { type Address, unpackAddress } from '../../ip/index.ts'

const ESTABLISHED = '01'

/**
 * The other ends of established connections.
 * @param text of `/proc/net/tcp` or `/proc/net/tcp6`: addresses are hexadecimal words in the byte order of the machine
 */
export function connectedPeers(text: string): readonly Address[] {
  return text.split('\n').flatMap((line) => {
    const [, , remote = '', state] = line.trim().split(/\s+/)
    const [hex = ''] = remote.split(':')
    return state === ESTABLISHED && /^([0-9A-F]{8}){1,4}$/.test(hex) ? [addressOf(hex)] : []
  })
}

function addressOf(hex: string): Address {
  const words = (hex.match(/.{8}/g) ?? []).map((word) => swapBytes(Number.parseInt(word, 16)))
  return unpackAddress(Uint32Array.from(words.length === 1 ? [0, 0, 0xffff, ...words] : words), 0)
}

function swapBytes(word: number): number {
  return ((word & 0xff) * 0x1000000 + ((word & 0xff00) << 8) + ((word >>> 8) & 0xff00) + (word >>> 24)) >>> 0
}
