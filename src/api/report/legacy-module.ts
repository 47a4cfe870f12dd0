import { DEFAULT_DATASET, isDataset, isTag, MAX_TAGS, MAX_TTL_SECONDS } from '../../contract/index.ts'

/** What the output module that Cowrie removed in 2024 calls itself. */
const USER_AGENT = 'Cowrie Honeypot ThreatJammer.com output plugin'

/** Whether the request comes from that module. It never retries: a batch that is not answered 202 is lost. */
export function isLegacyModule(userAgent: string | undefined): boolean {
  return userAgent === USER_AGENT
}

/** A body of the module with the labels put right. */
export interface LegacyBody {
  readonly body: unknown
  /** The ttl was zero or negative: the time of every address is over at once, so nothing is to be put on the list. */
  readonly isOver: boolean
}

/**
 * Mends what an operator may have mistyped in `[output_threatjammer]`, so that no batch is lost over a label:
 * an unknown category becomes ABUSE, tags that cannot stand are left out, a ttl beyond the bound is cut.
 * What is no fault of a setting stays as it is and is refused as from any client. See docs/reference/contract-differences.md.
 */
export function mendLegacyBody(body: unknown): LegacyBody {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { body, isOver: false }
  const { type, ttl, tags } = body as Readonly<Record<string, unknown>>
  const isOver = typeof ttl === 'number' && ttl <= 0
  return {
    isOver,
    body: {
      ...body,
      ...(typeof type === 'string' && !isDataset(type) && { type: DEFAULT_DATASET }),
      ...(typeof ttl === 'number' && { ttl: isOver ? 1 : Math.min(ttl, MAX_TTL_SECONDS) }),
      ...(Array.isArray(tags) && { tags: mendTags(tags) }),
    },
  }
}

function mendTags(tags: readonly unknown[]): string[] {
  const texts = tags.filter((tag) => typeof tag === 'string').map((tag) => tag.trim())
  return texts.filter(isTag).slice(0, MAX_TAGS)
}
