import { EntrySum, packRange, rangeContains } from '../../src/ip/index.ts'

type Held = [endMs: number | null, origin: unknown]

type Line =
  | ['o', number: number, origin: unknown]
  | ['a' | 'n', network: string, endMs: number | null, origin: number]
  | ['d', network: string]
  | ['c']

/** Reads the lines of answers by the rules of docs/reference/decisions.md, and nothing else. */
export class DecisionsReader {
  revision = ''
  /** By kind of line and network. */
  held: Record<string, Held> = {}

  read(text: string): void {
    const lines = text.split('\n')
    if (lines.pop() !== '') throw new Error('the last line is cut off')
    const [first, ...rest] = lines.map((line) => JSON.parse(line) as unknown)
    const end = rest.pop() as { end: true; revision: string; at: number; lines: number; checksum?: string }
    if (!end.end || end.lines !== lines.length - 1) throw new Error('the answer is not whole')
    if ((first as { since: string | null }).since === null) this.held = {}
    const origins = new Map<number, unknown>()
    for (const line of rest as Line[]) this.#take(line, origins)
    this.revision = end.revision
    if (end.checksum !== undefined && end.checksum !== this.checksumAt(end.at))
      throw new Error('another checksum')
  }

  checksumAt(nowMs: number): string {
    const sum = new EntrySum()
    for (const [key, [endMs]] of Object.entries(this.held)) {
      const [kind, network = ''] = key.split(' ')
      const range = packRange(network)!
      if (endMs === null || endMs > nowMs)
        sum.add({ ...range, offset: 0 }, kind === 'a' ? 0 : 1, endMs ?? Infinity)
    }
    return String(sum)
  }

  #take(line: Line, origins: Map<number, unknown>): void {
    if (line[0] === 'o') origins.set(line[1], line[2])
    else if (line[0] === 'c') this.#drop((key) => key.startsWith('n '))
    else if (line[0] === 'd') {
      const dropped = packRange(line[1])!
      this.#drop(
        (key, network) => key.startsWith('a ') && rangeContains(dropped, packRange(network)!.words, 0),
      )
    } else this.held[`${line[0]} ${line[1]}`] = [line[2], origins.get(line[3])]
  }

  #drop(isDropped: (key: string, network: string) => boolean): void {
    this.held = Object.fromEntries(
      Object.entries(this.held).filter(([key]) => !isDropped(key, key.split(' ')[1]!)),
    )
  }
}
