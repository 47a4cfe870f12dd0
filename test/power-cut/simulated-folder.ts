import type { Luck } from './luck.ts'
import { SimulatedFile } from './simulated-file.ts'

export type SimulatedNode = SimulatedFile | SimulatedFolder
type Names = Map<string, SimulatedNode>
type Change =
  | { readonly kind: 'add'; readonly name: string; readonly node: SimulatedNode }
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }

/** A directory. Its names are no part of the files: to sync a file does not sync the name it has (POSIX, fsync). */
export class SimulatedFolder {
  #names: Names = new Map()
  #synced: Names = new Map()
  #changes: Change[] = []

  get(name: string): SimulatedNode | undefined {
    return this.#names.get(name)
  }

  change(change: Change): void {
    apply(change, this.#names)
    this.#changes.push(change)
  }

  sync(): void {
    this.#synced = new Map(this.#names)
    this.#changes = []
  }

  /** Every path below that leads to a file, as programs see it now. */
  files(below = ''): [path: string, file: SimulatedFile][] {
    return filesIn(this.#names, below, (folder, path) => folder.files(path))
  }

  /** The same after a power cut. Changes of different names may have reached the disk in any order. */
  filesAfterCut(luck: Luck, below = ''): [path: string, file: SimulatedFile][] {
    const names = new Map(this.#synced)
    const lost = new Set<string>()
    for (const change of this.#changes) {
      const touched = change.kind === 'rename' ? [change.from, change.to] : [change.name]
      if (touched.some((name) => lost.has(name)) || !luck.keeps()) for (const name of touched) lost.add(name)
      else apply(change, names)
    }
    return filesIn(names, below, (folder, path) => folder.filesAfterCut(luck, path))
  }
}

function apply(change: Change, names: Names): void {
  if (change.kind === 'add') names.set(change.name, change.node)
  else if (change.kind === 'remove') names.delete(change.name)
  else {
    const node = names.get(change.from)
    if (node === undefined) throw new Error(`renamed and not there: ${change.from}`)
    names.delete(change.from)
    names.set(change.to, node)
  }
}

function filesIn(
  names: Names,
  below: string,
  list: (folder: SimulatedFolder, path: string) => [string, SimulatedFile][],
): [path: string, file: SimulatedFile][] {
  return [...names].flatMap(([name, node]): [string, SimulatedFile][] => {
    const path = below === '' ? name : `${below}/${name}`
    return node instanceof SimulatedFile ? [[path, node]] : list(node, path)
  })
}
