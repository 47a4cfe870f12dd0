import type { Entry } from '../denylist/index.ts'

/** A piece for each entry, with `separator` between, and an empty one for each `undefined`. */
export function* renderEach(
  entries: Iterable<Entry | undefined>,
  textOf: (entry: Entry) => string,
  separator = '',
): Generator<string> {
  let before = ''
  for (const entry of entries) {
    if (entry === undefined) {
      yield ''
      continue
    }
    yield before + textOf(entry)
    before = separator
  }
}
