/** A share of the attackers is new, so that each must be reported once exactly; the others come again. */
const NEW = 0.6
/** Of ten lines about four are such as Cowrie writes besides those that count. */
const NOISE = 0.4
const MAPPED = 0.1
/** Every third attacker comes over IPv6. */
const IPV6_EVERY = 3

/** Makes lines as Cowrie writes them and knows who must be on the list at the end. */
export class AttackLines {
  readonly linesByAddress = new Map<string, number>()
  readonly #random: () => number
  readonly #known: string[] = []
  lines = 0

  constructor(random: () => number) {
    this.#random = random
  }

  /** One line with its end. */
  next(): string {
    this.lines += 1
    return `${JSON.stringify(this.#random() < NOISE ? this.#noise() : this.#login())}\n`
  }

  #login(): object {
    const address = this.#attacker()
    this.linesByAddress.set(address, (this.linesByAddress.get(address) ?? 0) + 1)
    const eventid = this.#random() < 0.1 ? 'cowrie.login.success' : 'cowrie.login.failed'
    return event(eventid, this.#spelling(address), { username: 'root', password: this.#password() })
  }

  #attacker(): string {
    const isNew = this.#known.length === 0 || this.#random() < NEW
    if (!isNew) return this.#known[Math.floor(this.#random() * this.#known.length)]!
    const address = sourceNumber(this.linesByAddress.size)
    // the even ones never come again
    if (this.linesByAddress.size % 2 === 1) this.#known.push(address)
    return address
  }

  /** A honeypot that listens on both kinds of addresses logs IPv4 ones mapped into IPv6. */
  #spelling(address: string): string {
    return !address.includes(':') && this.#random() < MAPPED ? `::ffff:${address}` : address
  }

  /** What attackers type must not count, whatever it looks like. */
  #password(): string {
    const dice = this.#random()
    if (dice < 0.8) return '123456'
    if (dice < 0.9) return JSON.stringify(event('cowrie.login.failed', this.#bystander(), {}))
    return 'пароль ☃ '.repeat(Math.floor(this.#random() * 60))
  }

  #noise(): object {
    const eventid = this.#random() < 0.5 ? 'cowrie.session.connect' : 'cowrie.session.closed'
    return event(eventid, this.#bystander(), { duration: '1.3' })
  }

  #bystander(): string {
    return addressNumber(44, Math.floor(this.#random() * 65_536))
  }
}

/** In the form in which the list gives it. */
function sourceNumber(index: number): string {
  if (index % IPV6_EVERY !== 0) return addressNumber(45, index)
  const [high, low] = [(index + 1) >> 16, (index + 1) & 0xffff].map((group) => group.toString(16))
  return high === '0' ? `2a03:1000::${low}` : `2a03:1000::${high}:${low}`
}

function addressNumber(first: number, index: number): string {
  return `${first}.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`
}

function event(eventid: string, address: string, rest: Readonly<Record<string, string>>): object {
  return {
    session: 'c854c392c5a2',
    protocol: 'ssh',
    src_ip: address,
    src_port: 40_000,
    dst_ip: '203.0.113.1',
    dst_port: 2222,
    ...rest,
    eventid,
    sensor: 'torture',
    uuid: '0b7a3f0e-0000-4000-8000-000000000000',
    timestamp: new Date().toISOString().replace('Z', '000Z'),
    message: `${eventid} of ${address}`,
  }
}
