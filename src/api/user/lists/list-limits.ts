/** What the lists of an account may hold together; what is reported does not count. */
export interface ListLimits {
  readonly maxLists: number
  readonly maxElements: number
}

/** Of an account without a plan: far more than people write, and few enough that no request takes long. */
export const LIST_LIMITS: ListLimits = { maxLists: 1_000, maxElements: 100_000 }
