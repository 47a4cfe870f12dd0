import { setImmediate as turn } from 'node:timers/promises'
import { type Bouncers, createBouncers, type Handout, type ToldDecision } from '../../src/bouncers/index.ts'
import { packRange, rangeText } from '../../src/ip/index.ts'
import { type BouncerRecord, openBouncerRoster, type Roster } from '../../src/roster/index.ts'
import { type Clock, HoneyjamError, silentLogger } from '../../src/runtime/index.ts'
import { type BouncerKind, type ModelAnswer, ModelBouncer, valueOf } from './bouncer-model.ts'
import { BouncerDisk, type ModelStore } from './bouncer-store-model.ts'
import { type Action, DAY, type Fate, SECOND } from './bouncers-actions.ts'
import { DecisionsHistory, ModelDecisions, siteOf } from './decisions-model.ts'

const START_MS = 1_700_000_000_000
export const MOST_SKEW_MS = 1500
/** Ends are told in whole seconds, looked for every second, and by clocks that differ. */
const TOLERANCE_MS = 2 * SECOND + 2 * MOST_SKEW_MS
/** A bouncer of which nothing ends by itself must not be away for longer, see docs/how-to/use-crowdsec-bouncers.md. */
const KEPT_MS = 3 * DAY
/** As many answers may be lost in a row without anybody noticing, and any number within the time. */
const UNNOTICED = 2
const UNNOTICED_MS = 120_000

/** One of several services on one store. */
class Service {
  readonly #world: World
  readonly #skewMs: number
  #sleepers: (() => void)[] = []
  readonly #clock: Clock = {
    nowMs: () => this.nowMs,
    sleep: (_, signal) =>
      new Promise((resolve) => {
        this.#sleepers.push(resolve)
        signal?.addEventListener('abort', () => resolve())
      }),
  }
  decisions: ModelDecisions
  store: ModelStore
  bouncers: Promise<Bouncers>
  #roster: Promise<Roster<BouncerRecord>>

  constructor(world: World, skewMs: number) {
    this.#world = world
    this.#skewMs = skewMs
    this.decisions = this.#openDecisions()
    this.store = this.#openStore()
    this.#roster = this.#openRoster()
    this.bouncers = this.#open()
  }

  get nowMs(): number {
    return this.#world.nowMs + this.#skewMs
  }

  /** Lets what is written behind be written. */
  async write(): Promise<void> {
    await this.bouncers
    for (const wake of this.#sleepers.splice(0)) wake()
    for (let turns = 0; turns < 5; turns++) await turn()
  }

  async restart(isClean: boolean): Promise<void> {
    if (isClean) await (await this.#roster).close()
    this.store.isDead = true
    this.#sleepers = []
    this.decisions = this.#openDecisions()
    this.decisions.follow()
    this.store = this.#openStore()
    this.#roster = this.#openRoster()
    this.bouncers = this.#open()
  }

  #openStore(): ModelStore {
    return this.#world.disk.open({ isShared: this.#world.isShared })
  }

  #openDecisions(): ModelDecisions {
    return new ModelDecisions(this.#world.history, () => this.nowMs)
  }

  #openRoster(): Promise<Roster<BouncerRecord>> {
    return openBouncerRoster({ store: this.store, clock: this.#clock, logger: silentLogger })
  }

  async #open(): Promise<Bouncers> {
    return createBouncers({
      roster: await this.#roster,
      store: this.store,
      decisions: this.decisions,
      clock: this.#clock,
      limits: { mostPieces: 5, fewestBytes: 1000 },
    })
  }
}

interface Client {
  readonly model: ModelBouncer
  readonly address: string
  readonly connections: Map<Service, object>
  isStarting: boolean
  /** Everything it may hold is known to have been told up to here. */
  lastArrivedMs: number
  lost: number
  firstLostMs: number
}

/** Services, bouncers and what is to be blocked; what must not be is thrown. */
export class World {
  nowMs = START_MS
  /** Of the newest operation that a service knew of when it took back a value. */
  readonly #takenBackAt = new Map<string, number>()
  /** What was not taken back since it was told. */
  readonly #told = new Set<string>()
  readonly history = new DecisionsHistory()
  readonly disk = new BouncerDisk()
  readonly isShared: boolean
  readonly services: readonly Service[]
  readonly clients: readonly Client[]

  constructor(skewsMs: readonly number[], kinds: readonly BouncerKind[], addresses: readonly string[]) {
    this.isShared = skewsMs.length > 1
    this.services = skewsMs.map((skewMs) => new Service(this, skewMs))
    this.clients = kinds.map((kind, index) => ({
      model: new ModelBouncer(kind),
      address: addresses[index] ?? '',
      connections: new Map(),
      isStarting: true,
      lastArrivedMs: START_MS,
      lost: 0,
      firstLostMs: 0,
    }))
  }

  async run(action: Action): Promise<void> {
    switch (action.do) {
      case 'host':
        return this.history.setHost(action.host, this.#endMs(action.forMs))
      case 'site':
        return this.#setSites(action)
      case 'networks':
        return this.history.setNetworks(this.#ends(action.networks, action.forMs))
      case 'other account':
        return this.history.doNothing()
      case 'pass':
        this.nowMs += action.milliseconds
        return
      case 'pull':
        return this.#pull(action)
      case 'reconnect':
        this.clients[action.bouncer]!.connections.clear()
        return
      case 'restart bouncer':
      case 'kill bouncer':
        return this.#restartClient(action)
      default:
        return this.#disturb(action)
    }
  }

  async #disturb(action: Extract<Action, { process: number }>): Promise<void> {
    const service = this.#serviceAt(action.process)
    if (action.do === 'follow') service.decisions.follow()
    if (action.do === 'forget') service.decisions.forgetTouched()
    if (action.do === 'write') await service.write()
    if (action.do === 'fail') service.store.nextPiece = action.how
    if (action.do !== 'restart' && action.do !== 'kill') return
    await service.restart(action.do === 'restart')
    for (const client of this.clients) client.connections.delete(service)
  }

  #serviceAt(process: number): Service {
    return this.services[process % this.services.length] as Service
  }

  #restartClient(action: Extract<Action, { bouncer: number }>): void {
    const client = this.clients[action.bouncer]!
    client.connections.clear()
    client.isStarting = true
    // killed, nftables keeps what it has; all others begin by emptying what they find
    if (action.do === 'kill bouncer' && client.model.kind === 'nftables') return
    client.model.clear()
    client.lastArrivedMs = this.nowMs
  }

  #setSites({ parts, forMs: eachForMs }: Extract<Action, { do: 'site' }>): void {
    for (const site of new Set(parts.map(siteOf))) {
      const inside = parts.filter((part) => siteOf(part) === site)
      const isMember = (part: string) => part.endsWith('/128')
      const subjects = inside.filter((part) => !isMember(part))
      this.history.setSite(
        site,
        this.#ends(subjects, eachForMs),
        this.#ends(inside.filter(isMember), eachForMs),
      )
    }
  }

  async #pull({ bouncer: index, process, fate }: Extract<Action, { do: 'pull' }>): Promise<void> {
    const client = this.clients[index]!
    const service = this.#serviceAt(process)
    // nothing but a start helps a bouncer that was away for so long and forgets nothing by itself
    if (client.model.kind === 'pf' && this.nowMs - client.lastArrivedMs > KEPT_MS) {
      this.#restartClient({ do: 'restart bouncer', bouncer: index })
    }
    const connection = client.connections.get(service) ?? {}
    client.connections.set(service, connection)
    const caller = {
      accountId: 1,
      keyId: 1,
      name: client.model.name,
      address: client.address,
      version: '1',
      connection,
    }
    let handout: Handout
    try {
      handout = await (await service.bouncers).pull(caller, client.isStarting)
    } catch (error) {
      if (!(error instanceof HoneyjamError)) throw error
      client.connections.delete(service)
      // it may have told something to others
      this.#takenBackAt.clear()
      return
    }
    const answer = {
      new: Array.from(handout.blocked(service.nowMs), toldOf),
      deleted: Array.from(handout.deleted(service.nowMs), toldOf),
    }
    this.#noteTakenBack(answer, service.decisions.position)
    const becomes = this.#fateOf(client, fate)
    if (becomes !== 'cut') handout.delivered()
    handout.release()
    if (becomes !== 'arrives') {
      client.connections.delete(service)
      return
    }
    client.model.take(answer, this.nowMs)
    Object.assign(client, { isStarting: false, lost: 0, lastArrivedMs: this.nowMs })
    this.#check(client, service)
  }

  /** What is lost without anybody noticing is bounded, see `arrival.ts`. */
  #fateOf(client: Client, fate: Fate): Fate {
    if (fate !== 'lost') return fate
    if (client.lost === 0) client.firstLostMs = this.nowMs
    if (client.lost >= UNNOTICED && this.nowMs - client.firstLostMs >= UNNOTICED_MS) return 'arrives'
    client.lost++
    return fate
  }

  /** A service that is behind does not bring back what another one has taken back. */
  #noteTakenBack({ new: added, deleted }: ModelAnswer, position: number): void {
    const isAdded = new Set(added.map(({ value }) => value))
    for (const value of isAdded) {
      if (position < (this.#takenBackAt.get(value) ?? 0)) throw new Error(`${value} came back`)
      this.#takenBackAt.delete(value)
      this.#told.add(value)
    }
    const ends = this.history.endsAt(position)
    for (const { value } of deleted) {
      // what ends by itself may have some time left by another clock
      const isReleased = (ends.get(rangeText(packRange(value)!)) ?? 0) === 0
      if (isAdded.has(value) || !this.#told.delete(value)) continue
      if (isReleased) this.#takenBackAt.set(value, position)
    }
  }

  /** What it holds is what is to be blocked, as far as the newest service that told anything knows. */
  #check({ model }: Client, service: Service): void {
    const { position } = service.decisions
    if (this.services.some(({ decisions }) => decisions.position > position)) return
    const wanted = this.#wantedAt(model, position)
    const held = model.heldAt(this.nowMs)
    const seen = JSON.stringify({ held: [...held], wanted: [...wanted], nowMs: this.nowMs })
    for (const [key, endMs] of held) {
      const wantedEndMs = wanted.get(key) ?? 0
      if (wantedEndMs <= this.nowMs - TOLERANCE_MS) throw new Error(`${key} is held: ${seen}`)
      if (model.kind === 'pf') continue
      const latestMs = Math.min(wantedEndMs, this.nowMs + DAY) + TOLERANCE_MS
      if (endMs > latestMs) throw new Error(`${key} is held for too long: ${seen}`)
    }
    for (const [key, endMs] of wanted)
      if (endMs > this.nowMs + TOLERANCE_MS && !held.has(key)) throw new Error(`${key} is not held: ${seen}`)
  }

  #wantedAt(model: ModelBouncer, position: number): ReadonlyMap<string, number> {
    const wanted = new Map<string, number>()
    for (const [network, endMs] of this.history.endsAt(position)) {
      const key = model.keyOf(valueOf(packRange(network)!))
      wanted.set(key, Math.max(endMs, wanted.get(key) ?? 0))
    }
    return wanted
  }

  #ends(networks: readonly string[], eachForMs: readonly number[]): ReadonlyMap<string, number> {
    return new Map(
      networks.map((network, index) => [rangeText(packRange(network)!), this.#endMs(eachForMs[index]!)]),
    )
  }

  #endMs(milliseconds: number): number {
    return milliseconds === 0 ? 0 : this.nowMs + milliseconds
  }
}

function toldOf({ range, seconds }: ToldDecision) {
  return { value: valueOf(range), seconds }
}
