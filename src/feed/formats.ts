import { awsWafFormat } from './aws-waf/index.ts'
import { csvFormat } from './csv/index.ts'
import type { FeedFormat } from './feed-format.ts'
import { jsonFormat } from './json/index.ts'
import { plainFormat } from './plain/index.ts'

/** All formats by the name consumers ask for. */
export const FEED_FORMATS = {
  JSON: jsonFormat,
  CSV: csvFormat,
  'AWS-WAF': awsWafFormat,
  PLAIN: plainFormat,
} satisfies Record<string, FeedFormat>
