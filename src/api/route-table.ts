/** Knows which methods each path has, to answer the others with 405. */
export class RouteTable {
  readonly #routes: { readonly method: string; readonly segments: readonly string[] }[] = []

  /** @param url with `:name` for a segment that may be anything */
  add(method: string | readonly string[], url: string): void {
    for (const each of [method].flat()) this.#routes.push({ method: each, segments: segmentsOf(url) })
  }

  /** All of them as `GET /v1/list/:id`. */
  get all(): readonly string[] {
    return this.#routes.map(({ method, segments }) => `${method} ${segments.join('/')}`)
  }

  /** @returns the methods of a path (as in the request line, with query), sorted; none when there is nothing */
  methodsAt(url: string): readonly string[] {
    const segments = segmentsOf(url.split(/[?#]/, 1)[0] ?? '')
    const methods = this.#routes
      .filter((route) => matches(route.segments, segments))
      .map(({ method }) => method)
    return [...new Set(methods)].toSorted()
  }
}

/** One slash at the end does not matter. */
function segmentsOf(path: string): readonly string[] {
  return path.replace(/(.)\/$/, '$1').split('/')
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.length !== segments.length) return false
  return pattern.every((part, index) =>
    part.startsWith(':') ? segments[index] !== '' : part === segments[index],
  )
}
