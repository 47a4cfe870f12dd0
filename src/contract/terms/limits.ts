/** Bytes of a request body; larger ones are answered 413. */
export const MAX_BODY_BYTES = 1_048_576

/** Addresses (or ranges) in one request; more are answered 413. */
export const MAX_ADDRESSES = 10_000

/** Seconds an address stays when the request does not say. */
export const DEFAULT_TTL_SECONDS = 86_400

/** Ten years of 365 days. */
export const MAX_TTL_SECONDS = 315_360_000

/** Tags of one report, counted after trimming and without empty ones. */
export const MAX_TAGS = 32

/** Characters of one tag. */
export const MAX_TAG_LENGTH = 64

/** Characters of an `Idempotency-Key`. */
export const MAX_IDEMPOTENCY_KEY_LENGTH = 255

/** Characters of the name of an account. */
export const MAX_ACCOUNT_NAME_LENGTH = 64

/** Characters of the name of a key. */
export const MAX_KEY_NAME_LENGTH = 100

/** Keys of an account that are valid, or were made within a day. */
export const MAX_KEYS = 2_000

/** Networks that a key may be bound to. */
export const MAX_KEY_NETWORKS = 32

/** Accounts that one invitation may make. */
export const MAX_INVITATION_USES = 10_000

/** Seconds that an invitation is valid, when the request does not say: a week. */
export const DEFAULT_INVITATION_TTL_SECONDS = 604_800

/** Seconds that a key stays valid after it was replaced, when the request does not say. */
export const DEFAULT_OVERLAP_SECONDS = 86_400

/** Characters of the id an agent gives itself. */
export const MAX_AGENT_ID_LENGTH = 64

/** Characters of the name of an agent's host. */
export const MAX_SENSOR_NAME_LENGTH = 255

/** Characters of the version of an agent. */
export const MAX_VERSION_LENGTH = 64

/** Characters of the error in a heartbeat. */
export const MAX_LAST_ERROR_LENGTH = 500

/** Networks that an enforcer names of those it spares. */
export const MAX_SPARED_NETWORKS = 64

/** The last instant that a `Date` can hold, in epoch milliseconds (ECMA-262, *Time Values*). */
export const MAX_INSTANT_MS = 8_640_000_000_000_000

/** Characters of the name of a list. */
export const MAX_LIST_NAME_LENGTH = 200

/** Characters of the description of a list. */
export const MAX_LIST_DESCRIPTION_LENGTH = 2_000

/** Characters of an origin (OpenAPI of the User API 1.2.27). */
export const MAX_ORIGIN_LENGTH = 2_083
