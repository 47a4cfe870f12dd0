import type { Address } from '../../ip/index.ts'
import type { Denylist, Entry } from '../denylist.ts'
import type { ListType } from '../lists/list-rows.ts'
import type { ScoreFactor, ScoreFinding } from './score-factor.ts'

export type Risk = 'UNKNOWN' | 'LOW' | 'MEDIUM' | 'HIGH'

/** What is thought of an address. */
export interface Assessment {
  /** 0 (allowed) to 99 (denied). */
  readonly score: number
  readonly risk: Risk
  /** A sentence for people: which factor decided. */
  readonly reason: string
  /** Lists of which kind hold it: those that decided, or none. */
  readonly allowedBy: ListMatches
  readonly deniedBy: ListMatches
  /** Its entry on the reported list. */
  readonly entry: Entry | undefined
  /** What the factors say; none when a list decided. */
  readonly findings: readonly ScoreFinding[]
}

/** Which lists hold an address. */
export interface ListMatches {
  readonly private: boolean
  readonly public: boolean
}

export interface AssessOptions {
  readonly denylist: Denylist
  readonly factors: readonly ScoreFactor[]
  readonly accountId: number
  readonly nowMs: number
}

const NOWHERE: ListMatches = { private: false, public: false }
const HIGHEST_SCORE = 99
/** Lowest scores that are MEDIUM and HIGH. */
const MEDIUM_SCORE = 35
const HIGH_SCORE = 69
/**
 * Of an address nothing is known of: more than that of an allowed one, and many clients of Threat Jammer take 0 for a
 * failed request.
 */
const UNKNOWN_SCORE = 1

/**
 * An allowlist of the account ends it, then a denylist does; otherwise the factor with the highest score decides
 * (documents of Threat Jammer, *How the score is calculated*).
 */
export function assessAddress(address: Address, options: AssessOptions): Assessment {
  const { denylist, factors, accountId, nowMs } = options
  const undecided = { allowedBy: NOWHERE, deniedBy: NOWHERE, entry: undefined, findings: [] }
  const allowedBy = matchesOf(address, 'ALLOW', options)
  if (isAny(allowedBy)) {
    return {
      ...undecided,
      score: 0,
      risk: 'LOW',
      reason: 'Found in one or more allowlists of the user.',
      allowedBy,
    }
  }
  const entry = denylist.findEntry(accountId, address, nowMs)
  const deniedBy = matchesOf(address, 'DENY', options)
  if (entry !== undefined || isAny(deniedBy)) {
    const reason = 'Found in one or more denylists of the user.'
    return { ...undecided, score: HIGHEST_SCORE, risk: 'HIGH', reason, deniedBy, entry }
  }
  const findings = factors.flatMap((factor) => factor.findingOf(accountId, address, nowMs) ?? [])
  const [highest] = findings.toSorted((left, right) => right.score - left.score)
  if (highest === undefined) {
    const reason = 'Not found in any list or dataset.'
    return { ...undecided, score: UNKNOWN_SCORE, risk: 'UNKNOWN', reason }
  }
  return { ...undecided, score: highest.score, risk: riskOf(highest.score), reason: highest.reason, findings }
}

/** The name of a score. */
function riskOf(score: number): Risk {
  if (score >= HIGH_SCORE) return 'HIGH'
  return score >= MEDIUM_SCORE ? 'MEDIUM' : 'LOW'
}

function matchesOf(
  address: Address,
  listType: ListType,
  { denylist: { lists }, accountId, nowMs }: AssessOptions,
): ListMatches {
  return {
    private: lists.matchPrivate(accountId, { listType, address }, nowMs).length > 0,
    public: lists.matchPublic(accountId, { listType, address }, nowMs).length > 0,
  }
}

function isAny(matches: ListMatches): boolean {
  return matches.private || matches.public
}
