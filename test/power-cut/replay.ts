import { basename, dirname, relative } from 'node:path'
import { bytesIn, type SystemCall } from './parse-trace.ts'
import { SimulatedFile } from './simulated-file.ts'
import { SimulatedFolder, type SimulatedNode } from './simulated-folder.ts'

/** What {@link Replay} understands; a recording holds these calls and no others. */
export const TRACED_CALLS =
  'openat,close,write,writev,pwrite64,pwritev,ftruncate,fallocate,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,mkdir,mkdirat'

interface OpenFile {
  readonly node: SimulatedNode
  readonly isAppending: boolean
  offset: number
}

/** What a call came to. */
export type Effect =
  | { readonly kind: 'none' | 'change' | 'sync' }
  | { readonly kind: 'mark'; readonly text: string }

const NONE: Effect = { kind: 'none' }
const CHANGE: Effect = { kind: 'change' }

/** Repeats the calls of a recording on a simulated disk. */
export class Replay {
  /** Its content is all there is on the disk. */
  readonly disk = new SimulatedFolder()
  readonly #root: string
  readonly #marks: string
  readonly #open = new Map<string, OpenFile | 'marks'>()

  /**
   * @param root the directory that stands for the disk, empty at first; what is elsewhere does not count
   * @param marks the file outside of it into which the recorded program tells where it stands
   */
  constructor(root: string, marks: string) {
    this.#root = root
    this.#marks = marks
  }

  /** @throws Error the call is not one that can be repeated */
  apply(call: SystemCall): Effect {
    if (call.result < 0) return NONE
    const { name } = call
    if (name === 'openat') return this.#openFile(call)
    // its number may be that of a socket next
    if (name === 'close') this.#open.delete(call.arguments[0]!)
    if (this.isSync(call)) return this.#sync(call)
    if (name.includes('write')) return this.#write(call)
    if (name === 'ftruncate') return this.#truncate(call)
    const paths = call.arguments.filter((part) => part.startsWith('"')).map((part) => this.#inside(part))
    return paths.length === 0 || paths.includes(undefined) ? NONE : this.#changeNames(call, paths as string[])
  }

  /** Whether it makes something of the disk durable. */
  isSync({ name, arguments: [descriptor = ''], result }: SystemCall): boolean {
    const isOpen = typeof this.#open.get(descriptor) === 'object'
    return isOpen && result === 0 && (name === 'fsync' || name === 'fdatasync')
  }

  #openFile({ arguments: [, path = '', flags = ''], result, atMs }: SystemCall): Effect {
    this.#open.delete(String(result))
    if (bytesIn(path).toString() === this.#marks) this.#open.set(String(result), 'marks')
    const inside = this.#inside(path)
    if (inside === undefined) return NONE
    const known = this.#find(inside)
    const node = known ?? new SimulatedFile()
    if (known === undefined) this.#folderOf(inside).change({ kind: 'add', name: basename(inside), node })
    const isCut = flags.includes('O_TRUNC') && node instanceof SimulatedFile && node.content.length > 0
    if (isCut) node.change({ kind: 'truncate', size: 0 }, atMs)
    this.#open.set(String(result), { node, isAppending: flags.includes('O_APPEND'), offset: 0 })
    return isCut || known === undefined ? CHANGE : NONE
  }

  #write({ name, arguments: parts, result, atMs }: SystemCall): Effect {
    const open = this.#open.get(parts[0]!)
    if (open === undefined) return NONE
    const bytes = bytesIn(parts.slice(1).join(', ')).subarray(0, result)
    if (open === 'marks') return { kind: 'mark', text: bytes.toString().trimEnd() }
    const file = fileOf(open)
    const isPlaced = name.startsWith('p')
    const own = open.isAppending ? file.content.length : open.offset
    const offset = isPlaced ? Number(parts.at(-1)) : own
    file.change({ kind: 'write', offset, bytes }, atMs)
    if (!isPlaced) open.offset = offset + bytes.length
    return CHANGE
  }

  #truncate({ arguments: [descriptor = '', size], atMs }: SystemCall): Effect {
    const open = this.#open.get(descriptor)
    if (open === undefined || open === 'marks') return NONE
    fileOf(open).change({ kind: 'truncate', size: Number(size) }, atMs)
    return CHANGE
  }

  #sync({ arguments: [descriptor = ''] }: SystemCall): Effect {
    const open = this.#open.get(descriptor)
    if (typeof open === 'object') open.node.sync()
    return { kind: 'sync' }
  }

  #changeNames({ name }: SystemCall, [path = '', to]: readonly string[]): Effect {
    const folder = this.#folderOf(path)
    const from = basename(path)
    if (name.startsWith('mkdir')) folder.change({ kind: 'add', name: from, node: new SimulatedFolder() })
    else if (name.startsWith('unlink')) folder.change({ kind: 'remove', name: from })
    else if (name.startsWith('rename') && to !== undefined && this.#folderOf(to) === folder) {
      folder.change({ kind: 'rename', from, to: basename(to) })
    } else throw new Error(`cannot repeat ${name} of ${path}`)
    return CHANGE
  }

  #inside(quoted: string): string | undefined {
    const path = relative(this.#root, bytesIn(quoted).toString())
    return path.startsWith('..') || path.startsWith('/') ? undefined : path
  }

  #find(path: string): SimulatedNode | undefined {
    if (path === '' || path === '.') return this.disk
    const parent = this.#find(dirname(path))
    return parent instanceof SimulatedFolder ? parent.get(basename(path)) : undefined
  }

  #folderOf(path: string): SimulatedFolder {
    const folder = this.#find(dirname(path))
    if (folder instanceof SimulatedFolder) return folder
    throw new Error(`no directory holds ${path}`)
  }
}

function fileOf({ node }: OpenFile): SimulatedFile {
  if (node instanceof SimulatedFile) return node
  throw new Error('a directory was written to')
}
