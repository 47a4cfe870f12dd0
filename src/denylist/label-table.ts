import type { EntryLabel } from './ports.ts'

/** Most tags an entry keeps. */
export const MAX_TAGS = 32

/** The label of an address whose history was forgotten. */
export const EMPTY_LABEL: EntryLabel = { dataset: '', tags: [] }

/**
 * Keeps each distinct label once and hands out small numbers for it; a label nobody retains any more is forgotten.
 * Label 0 is {@link EMPTY_LABEL} and always there.
 */
export class LabelTable {
  readonly #labels: (EntryLabel | undefined)[] = [EMPTY_LABEL]
  readonly #uses: number[] = [1]
  readonly #idByText = new Map([[textOf(EMPTY_LABEL), 0]])
  readonly #free: number[] = []

  /** The label's number; to keep it beyond the current step, {@link retain} it. */
  idOf(label: EntryLabel): number {
    const text = textOf(label)
    const known = this.#idByText.get(text)
    if (known !== undefined) return known
    const id = this.#free.pop() ?? this.#labels.length
    this.#labels[id] = label
    this.#uses[id] = 0
    this.#idByText.set(text, id)
    return id
  }

  labelOf(id: number): EntryLabel {
    const label = this.#labels[id]
    if (label === undefined) throw new RangeError(`no label ${id}`)
    return label
  }

  retain(id: number): void {
    this.#uses[id] = (this.#uses[id] ?? 0) + 1
  }

  release(id: number): void {
    if (id === 0) return
    const uses = (this.#uses[id] ?? 0) - 1
    this.#uses[id] = uses
    if (uses > 0) return
    this.#idByText.delete(textOf(this.labelOf(id)))
    this.#labels[id] = undefined
    this.#free.push(id)
  }
}

function textOf(label: EntryLabel): string {
  return `${label.dataset} ${label.tags.join(' ')}`
}

/** United tags, those of the newer sighting first, at most {@link MAX_TAGS}. */
export function uniteTags(newer: readonly string[], older: readonly string[]): readonly string[] {
  return [...new Set([...newer, ...older])].slice(0, MAX_TAGS)
}
