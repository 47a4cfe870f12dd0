import type { ServerResponse } from 'node:http'
import { finished } from 'node:stream'
import type { FastifyRequest, onResponseHookHandler } from 'fastify'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { MANAGEMENT_PATHS } from '../contract/index.ts'
import type { Receipt } from '../denylist/index.ts'

/** Seconds; what the service answers from memory, what waits for stable storage, and what is late. */
const DURATION_BUCKETS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5]
/** Route and method of requests for what is not there: what strangers ask for is no label. */
const UNKNOWN = 'unknown'

type RouteNames = 'method' | 'route'

/** The children of one route, made once. */
interface RouteMetrics {
  readonly answers: Map<number, Counter.Internal>
  readonly durations: Histogram.Internal<RouteNames> | undefined
}

/** What the service counts of itself; labels are route patterns and fixed words only. See docs/reference/metrics.md. */
export class ServiceMetrics {
  readonly #registry = new Registry()
  readonly #routes = new Map<string, RouteMetrics>()
  readonly #requests = new Counter({
    name: 'honeyjam_service_requests_total',
    help: 'Requests answered, by route pattern.',
    labelNames: ['method', 'route', 'status'],
    registers: [this.#registry],
  })
  readonly #durations = new Histogram<RouteNames>({
    name: 'honeyjam_service_request_duration_seconds',
    help: 'From the arrival of a request to the end of its answer; without streams.',
    labelNames: ['method', 'route'],
    buckets: DURATION_BUCKETS,
    registers: [this.#registry],
  })
  readonly #refused = new Counter({
    name: 'honeyjam_service_refused_total',
    help: 'Requests refused with 401 (no valid key), 403 or 429 (too many).',
    labelNames: ['status'],
    registers: [this.#registry],
  })
  readonly #operations = new Counter({
    name: 'honeyjam_service_operations_total',
    help: 'Reports and other operations on stable storage, by kind; repeated ones count once.',
    labelNames: ['kind'],
    registers: [this.#registry],
  })
  readonly #addresses = new Counter({
    name: 'honeyjam_service_addresses_total',
    help: 'What these held, by what became of it.',
    labelNames: ['kind', 'outcome'],
    registers: [this.#registry],
  })

  readonly #streams = new Gauge({
    name: 'honeyjam_service_streams',
    help: 'Open streams of decisions.',
    registers: [this.#registry],
  })

  /** Counts a request once it is answered, by what was made for its route: a microsecond or two. */
  readonly noteRequest: onResponseHookHandler = (request, reply, done) => {
    const { statusCode } = reply
    const route = this.#routeOf(request)
    const statusClass = Math.floor(statusCode / 100)
    let answers = route.answers.get(statusClass)
    if (answers === undefined) {
      const { method, url } = namesOf(request)
      answers = this.#requests.labels({ method, route: url, status: `${statusClass}xx` })
      route.answers.set(statusClass, answers)
    }
    answers.inc()
    route.durations?.observe(reply.elapsedTime / 1000)
    if (statusCode === 401 || statusCode === 403 || statusCode === 429)
      this.#refused.inc({ status: String(statusCode) })
    done()
  }

  /** Counts an operation that was taken just now. */
  noteReceipt({ kind, taken, folded, skipped }: Receipt): void {
    this.#operations.inc({ kind })
    const left = Object.values(skipped).reduce((sum, count) => sum + count, 0)
    for (const [outcome, count] of Object.entries({ taken, folded, skipped: left }))
      this.#addresses.inc({ kind, outcome }, count)
  }

  /** Counts the answer to a request as an open stream until its connection ends. */
  noteStream(answer: ServerResponse): void {
    this.#streams.inc()
    // also of one that ended before it was counted
    finished(answer, () => this.#streams.dec())
  }

  /** @returns these and what is read at each scrape, in the text form of Prometheus */
  async render(states: Registry): Promise<string> {
    return await Registry.merge([this.#registry, states]).metrics()
  }

  #routeOf(request: FastifyRequest): RouteMetrics {
    const { method, url } = namesOf(request)
    const key = `${method} ${url}`
    let route = this.#routes.get(key)
    if (route === undefined) {
      // a stream lasts as long as its consumer likes
      const isStream = url === MANAGEMENT_PATHS.decisionsStream
      const durations = isStream ? undefined : this.#durations.labels({ method, route: url })
      route = { answers: new Map(), durations }
      this.#routes.set(key, route)
    }
    return route
  }
}

function namesOf(request: FastifyRequest): { readonly method: string; readonly url: string } {
  const url = request.is404 ? undefined : request.routeOptions.url
  return url === undefined ? { method: UNKNOWN, url: UNKNOWN } : { method: request.method, url }
}
