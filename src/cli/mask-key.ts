/** As many as the list of keys shows. */
const SHOWN_END = 4
/** So that what is shown of a short one is not most of it. */
const MIN_LENGTH = 4 * SHOWN_END

/** Enough of a key to tell it from others and to notice that it was cut, too little to use it. */
export function maskKey(key: string): string {
  const end = key.length > MIN_LENGTH ? key.slice(-SHOWN_END) : ''
  return `…${end} (${key.length} ${key.length === 1 ? 'character' : 'characters'})`
}
