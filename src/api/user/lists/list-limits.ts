/** Lists an account may have: far more than people make, and few enough that no request takes long. */
export const MAX_LISTS = 1_000
