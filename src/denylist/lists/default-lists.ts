import { createHash } from 'node:crypto'
import type { ListType, PrivateListRow } from './list-rows.ts'

/**
 * The lists every account has; they can be emptied, but neither changed nor deleted. `reported` is what the Report API fills:
 * the reported list itself, read through this one and emptied with it. `allow` is where false positives and
 * `honeyjam allow` end: the allowlist itself.
 */
export type DefaultLists = Readonly<Record<'reported' | 'deny' | 'allow', DefaultList>>

/** A default list nobody has touched yet. */
export type DefaultList = Omit<PrivateListRow, 'appliedPosition'>

/** The names of the deny lists are those of Threat Jammer; it named no default allowlist. */
const DETAILS = {
  reported: {
    listType: 'DENY',
    name: 'External sources reported CIDRs',
    description: 'Addresses that agents and other sources reported through the Report API.',
  },
  deny: {
    listType: 'DENY',
    name: 'Default denylist',
    description: 'Addresses and networks denied by hand.',
  },
  allow: {
    listType: 'ALLOW',
    name: 'Default allowlist',
    description: 'Addresses and networks that are never blocked, false positives among them.',
  },
} as const satisfies Record<keyof DefaultLists, Pick<PrivateListRow, 'listType' | 'name' | 'description'>>

/** The default lists of an account; always the same. */
export function defaultListsOf(accountId: number): DefaultLists {
  return {
    reported: defaultList(accountId, DETAILS.reported),
    deny: defaultList(accountId, DETAILS.deny),
    allow: defaultList(accountId, DETAILS.allow),
  }
}

function defaultList(
  accountId: number,
  {
    listType,
    name,
    description,
  }: { readonly listType: ListType; readonly name: string; readonly description: string },
): DefaultList {
  return {
    accountId,
    listId: derivedId(`account ${accountId} list ${name}`),
    listType,
    resourceType: 'CIDR',
    name,
    description,
    tags: [],
    createdAtMs: 0,
    updatedAtMs: 0,
    origins: [],
  }
}

/** The UUID (version 8, RFC 9562 section 5.8) that follows from a text. */
export function derivedId(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
