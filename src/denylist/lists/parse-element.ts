import { classifyRange, isNeverSource, isTooWideToList, packRange, rangeText } from '../../ip/index.ts'
import { CONTINENT_CODES, COUNTRY_CODES } from './country-codes.ts'
import type { ResourceType } from './list-rows.ts'

/** An element in canonical text, or why the text cannot stand on the list. */
export type ParsedElement =
  | { readonly kind: 'element'; readonly element: string }
  | { readonly kind: 'fault'; readonly detail: string }

export interface ElementRules {
  readonly resourceType: ResourceType
  /** What it is wanted for: what may not be put on a list may still be taken off it. */
  readonly purpose: 'deny' | 'allow' | 'remove'
  /** Whether private, loopback, link-local, shared, documentation and reserved ranges may be denied. */
  readonly acceptPrivate: boolean
}

const LARGEST_ASN = 4_294_967_295
/** Characters of a user agent, and of the id of a datacenter. */
const MAX_USER_AGENT_LENGTH = 512
const MAX_DATACENTER_LENGTH = 64

/**
 * Parses what somebody wants on a list. None takes a range that is wider than any that is given to somebody, a denylist none
 * that holds an address which cannot be blocked.
 */
export function parseElement(text: string, rules: ElementRules): ParsedElement {
  return PARSERS[rules.resourceType](text.trim(), rules)
}

const PARSERS: Readonly<Record<ResourceType, (text: string, rules: ElementRules) => ParsedElement>> = {
  CIDR: parseCidr,
  COUNTRY: (text) => oneOf(COUNTRY_CODES, text, 'a country code (ISO 3166-1 alpha-2)'),
  CONTINENT: (text) => oneOf(CONTINENT_CODES, text, `a continent: ${[...CONTINENT_CODES].join(', ')}`),
  AS: parseAsn,
  DATACENTER: (text) =>
    matching(/^[A-Z0-9_]+$/, text, {
      what: 'the id of a datacenter: capital letters, digits and underscores',
      maxLength: MAX_DATACENTER_LENGTH,
    }),
  USERAGENT: (text) =>
    matching(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, text, {
      what: 'a user agent: printable characters',
      maxLength: MAX_USER_AGENT_LENGTH,
    }),
}

function parseCidr(text: string, { purpose, acceptPrivate }: ElementRules): ParsedElement {
  const range = packRange(text)
  if (range === undefined) return fault('value is not a valid IPv4 or IPv6 network')
  const canonical = rangeText(range)
  if (purpose === 'remove') return { kind: 'element', element: canonical }
  if (isTooWideToList(range)) return fault('the network is wider than /8 (IPv4) or /19 (IPv6)')
  if (purpose === 'allow') return { kind: 'element', element: canonical }
  const addressClass = classifyRange(range)
  if (isNeverSource(addressClass))
    return fault(`the network holds addresses that are never a source (${addressClass})`)
  if (addressClass !== 'public' && !acceptPrivate) {
    return fault(`the network holds addresses that are not public (${addressClass})`)
  }
  return { kind: 'element', element: canonical }
}

/** `64500` or `AS64500`. */
function parseAsn(text: string): ParsedElement {
  const digits = /^(?:AS)?([0-9]{1,10})$/i.exec(text)?.[1]
  const number = Number(digits ?? 0)
  if (number < 1 || number > LARGEST_ASN) return fault('value is not the number of an autonomous system')
  return { kind: 'element', element: String(number) }
}

function oneOf(codes: ReadonlySet<string>, text: string, what: string): ParsedElement {
  const element = text.toUpperCase()
  return codes.has(element) ? { kind: 'element', element } : fault(`value is not ${what}`)
}

function matching(
  pattern: RegExp,
  text: string,
  { what, maxLength }: { readonly what: string; readonly maxLength: number },
): ParsedElement {
  if (text.length > maxLength) return fault(`ensure this value has at most ${maxLength} characters`)
  return pattern.test(text) ? { kind: 'element', element: text } : fault(`value is not ${what}`)
}

function fault(detail: string): ParsedElement {
  return { kind: 'fault', detail }
}
