import { REPORT_PATHS } from '../contract/terms/index.ts'

/**
 * The address of a service, as people have it at hand: its own, or that of its Report API. What stands behind the path
 * is left out. Where a Report API has another path, the service is taken to be below it.
 * @returns without a slash at its end; a text that is no URL only trimmed, for whoever connects to complain of
 */
export function serviceUrlOf(apiUrl: string): string {
  const url = URL.parse(apiUrl)
  if (url === null) return apiUrl.trim()
  url.search = ''
  url.hash = ''
  const path = withoutLastSlashes(url.pathname)
  url.pathname = path.endsWith(REPORT_PATHS.report) ? path.slice(0, -REPORT_PATHS.report.length) : path
  return withoutLastSlashes(url.href)
}

function withoutLastSlashes(text: string): string {
  return text.replace(/\/+$/, '')
}
