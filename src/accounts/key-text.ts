import { hash, randomInt } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const RANDOM_CHARACTERS = 36
const PATTERN = /^tja_[0-9A-Za-z]{36}$/
const INVITATION_PATTERN = /^tji_[0-9A-Za-z]{36}$/

/** Makes the text of a new key: `tja_` and 36 random characters of base 62 (214 bits; contract, *Key*). */
export function createKeyText(): string {
  return `tja_${randomText()}`
}

/** Makes the text of a new invitation: `tji_`, so that nobody takes it for a key, and as many random characters. */
export function createInvitationText(): string {
  return `tji_${randomText()}`
}

function randomText(): string {
  let text = ''
  for (let i = 0; i < RANDOM_CHARACTERS; i++) text += ALPHABET[randomInt(ALPHABET.length)] ?? ''
  return text
}

/** Whether the text has the form of a key; says nothing about whether there is such a key. */
export function hasKeyForm(text: string): boolean {
  return PATTERN.test(text)
}

/** Whether the text has the form of an invitation; says nothing about whether there is such an invitation. */
export function hasInvitationForm(text: string): boolean {
  return INVITATION_PATTERN.test(text)
}

/**
 * SHA-256 of the whole text of a key or an invitation. A fast hash is enough: a key holds 214 random bits, so nobody can search for it; and looking
 * it up by its hash tells nothing about other keys by the time taken.
 */
export function hashKeyText(text: string): Uint8Array {
  return hash('sha256', text, 'buffer')
}
