import { type Address, parseAddress } from '../../ip/index.ts'

/** What speaks for an address: somebody who is wanted here. */
export type EvidenceKind =
  /** logged in with success, by the SSH server's log or wtmp */
  | 'login'
  /** got pages, and mostly pages: at least {@link FEWEST_PAGES}, at most one in ten refused */
  | 'web-visitor'
  /** is connected now, to or from this host */
  | 'connected'

export interface Evidence {
  readonly address: Address
  readonly kind: EvidenceKind
  /** How often it was seen. */
  readonly count: number
}

const ACCEPTED = /\bsshd(?:-session)?(?:\[\d+\])?: Accepted \S+ for \S+ from (\S+) port \d+/
/**
 * Common and combined log format of nginx and Apache: host, identity, user, time, request, status. The user says nothing: nginx
 * writes whatever name a client sends, right or wrong.
 */
const ACCESS = /^(\S+) \S+ [^[\]"]+ \[[^\]]+\] "(?:[^"\\]|\\.)*" (\d{3}) /
const FEWEST_PAGES = 10
const MOST_REFUSED_SHARE = 0.1

/** Counts what speaks for addresses; memory grows with the number of addresses alone. */
export class EvidenceBook {
  readonly #logins = new Map<Address, number>()
  readonly #visits = new Map<Address, { served: number; refused: number }>()
  readonly #connected = new Map<Address, number>()

  /** A line of sshd's log, as in auth.log or of `journalctl -u ssh`; other lines say nothing. */
  addAuthLine(line: string): void {
    count(this.#logins, ACCEPTED.exec(line)?.[1])
  }

  /** A line of a web server's access log; other lines say nothing. */
  addAccessLine(line: string): void {
    const [, host = '', status = ''] = ACCESS.exec(line) ?? []
    const address = parseAddress(host)
    if (address === undefined) return
    const isServed = status < '400'
    const visit = this.#visits.get(address) ?? { served: 0, refused: 0 }
    if (isServed) visit.served++
    else visit.refused++
    this.#visits.set(address, visit)
  }

  addLogin(address: Address): void {
    count(this.#logins, address)
  }

  addConnection(address: Address): void {
    count(this.#connected, address)
  }

  /** What speaks for addresses, the strongest kind first. */
  *list(): Iterable<Evidence> {
    yield* each(this.#logins, 'login')
    yield* each(this.#connected, 'connected')
    for (const [address, { served, refused }] of this.#visits) {
      const isVisitor = served >= FEWEST_PAGES && refused <= MOST_REFUSED_SHARE * (served + refused)
      if (isVisitor) yield { address, kind: 'web-visitor', count: served }
    }
  }
}

function count(counts: Map<Address, number>, text: string | undefined): void {
  const address = text === undefined ? undefined : parseAddress(text)
  if (address !== undefined) counts.set(address, (counts.get(address) ?? 0) + 1)
}

function* each(counts: ReadonlyMap<Address, number>, kind: EvidenceKind): Iterable<Evidence> {
  for (const [address, times] of counts) yield { address, kind, count: times }
}
