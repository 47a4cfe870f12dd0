import type { EntryLabel } from '../../denylist/index.ts'
import { HoneyjamError } from '../../runtime/index.ts'
import { parseTexts } from './json-column.ts'

/** Reads each distinct label once. */
export class LabelReader {
  readonly labels: EntryLabel[] = []
  readonly #indexByText = new Map<string, number>()

  /** @param text the dataset, a line end, and the tags as JSON, which holds no line end */
  indexOf(text: string): number {
    const known = this.#indexByText.get(text)
    if (known !== undefined) return known
    const lineEnd = text.lastIndexOf('\n')
    if (lineEnd < 0)
      throw new HoneyjamError('STORE_CORRUPT', `a reported entry has the label ${JSON.stringify(text)}`)
    this.#indexByText.set(text, this.labels.length)
    return (
      this.labels.push({ dataset: text.slice(0, lineEnd), tags: parseTexts(text.slice(lineEnd + 1)) }) - 1
    )
  }
}
