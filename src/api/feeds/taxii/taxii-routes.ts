import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify'
import { MAX_BODY_BYTES, TAXII_PATH, TaxiiQuery } from '../../../contract/index.ts'
import type { DecisionOrigin } from '../../../denylist/index.ts'
import { stixTime } from '../../../feed/stix/index.ts'
import { admissionOf } from '../../authenticate.ts'
import { checkQuery } from '../../query.ts'
import { refuse } from '../../refusal.ts'
import type { FeedShelf } from '../feed-shelf.ts'
import { feedUuidOf } from '../send-feed.ts'
import { acceptsTaxii, TAXII_TYPE } from './accept-taxii.ts'
import { manifestRecordOf, TaxiiObjects } from './taxii-objects.ts'
import { type TaxiiPage, taxiiPage } from './taxii-page.ts'

const ROOT = `${TAXII_PATH}/honeyjam`
const ALIAS = 'decisions'
/** Objects written in one go. */
const STEP_OBJECTS = 256

interface CollectionParams {
  readonly id: string
  readonly object_id?: string
}
type CollectionRequest = FastifyRequest<{ Params: CollectionParams }>

export interface TaxiiParts {
  readonly shelf: FeedShelf
  readonly listedAtMs: (accountId: number, origin: DecisionOrigin) => number
}

/** A TAXII 2.1 server with one collection for each account, its decisions as STIX 2.1; see docs/decisions/0024-taxii.md. */
export function addTaxiiRoutes(
  app: FastifyInstance,
  parts: TaxiiParts,
  options: RouteShorthandOptions,
): void {
  const get = (path: string, answer: (request: CollectionRequest) => object | Promise<Envelope>) =>
    app.get<{ Params: CollectionParams }>(path, options, async (request, reply) => {
      if (!acceptsTaxii(request.headers.accept)) throw refuse('not-acceptable', `this is ${TAXII_TYPE}`)
      void reply.header('cache-control', 'private, no-cache').type(TAXII_TYPE)
      return send(reply, await answer(request))
    })
  get(TAXII_PATH, () => ({
    title: 'honeyjam',
    description: 'What is to be blocked.',
    default: `${ROOT}/`,
    api_roots: [`${ROOT}/`],
  }))
  get(ROOT, () => ({
    title: 'honeyjam',
    description: 'What the account of the key is to block.',
    versions: [TAXII_TYPE],
    max_content_length: MAX_BODY_BYTES,
  }))
  get(`${ROOT}/collections`, (request) => ({ collections: [collectionOf(request)] }))
  const one = `${ROOT}/collections/:id`
  get(one, (request) => requireCollection(request))
  get(`${one}/objects`, async (request) => objectsOf(await pageOf(parts, request)))
  get(`${one}/manifest`, async (request) => {
    const page = await pageOf(parts, request)
    return { ...objectsOf(page), objects: page.objects.map(manifestRecordOf) }
  })
  get(`${one}/objects/:object_id`, async (request) => objectsOf(await requireObject(parts, request)))
  get(`${one}/objects/:object_id/versions`, async (request) => {
    const page = await requireObject(parts, request)
    return {
      ...objectsOf(page),
      key: 'versions',
      objects: page.objects.map(({ object }) => object['modified']),
    }
  })
}

/** Objects, or what is said of them, with the time of the first and of the last. */
interface Envelope extends Pick<TaxiiPage, 'next'> {
  /** Under which name they stand. */
  readonly key: 'objects' | 'versions'
  readonly objects: readonly unknown[]
  readonly firstAddedAtMs: number | undefined
  readonly lastAddedAtMs: number | undefined
}

function objectsOf({ objects, next }: TaxiiPage): Envelope {
  return {
    key: 'objects',
    objects: objects.map(({ object }) => object),
    next,
    firstAddedAtMs: objects[0]?.addedAtMs,
    lastAddedAtMs: objects.at(-1)?.addedAtMs,
  }
}

function send(reply: FastifyReply, answer: object | Envelope): FastifyReply {
  // of a text the framework would write the media type in words of its own, which clients do not know
  if (!('objects' in answer)) return reply.send(Buffer.from(JSON.stringify(answer)))
  const { firstAddedAtMs, lastAddedAtMs } = answer
  if (firstAddedAtMs !== undefined) void reply.header('x-taxii-date-added-first', stixTime(firstAddedAtMs))
  if (lastAddedAtMs !== undefined) void reply.header('x-taxii-date-added-last', stixTime(lastAddedAtMs))
  return reply.send(Readable.from(textOf(answer), { objectMode: false }))
}

/** TAXII 2.1 section 3.7: without objects it is an empty object. */
async function* textOf({ objects, next, key }: Envelope): AsyncGenerator<string> {
  if (objects.length === 0) {
    yield '{}'
    return
  }
  yield `{"more":${next !== undefined},${next === undefined ? '' : `"next":${JSON.stringify(next)},`}"${key}":[`
  for (let from = 0; from < objects.length; from += STEP_OBJECTS) {
    const some = objects.slice(from, from + STEP_OBJECTS).map((object) => JSON.stringify(object))
    yield `${from === 0 ? '' : ','}${some.join(',')}`
    await turn()
  }
  yield ']}'
}

async function pageOf(
  { shelf, listedAtMs }: TaxiiParts,
  request: CollectionRequest,
  change: Partial<TaxiiQuery> = {},
): Promise<TaxiiPage> {
  const { id: uuid } = requireCollection(request)
  const { accountId, accountCreatedAtMs: createdAtMs } = admissionOf(request).grant
  const objects = new TaxiiObjects({ uuid, createdAtMs }, (origin) => listedAtMs(accountId, origin))
  return await taxiiPage(shelf.collection(accountId), objects, {
    ...checkQuery(request, TaxiiQuery),
    ...change,
  })
}

/** @throws Refusal 404 */
async function requireObject(parts: TaxiiParts, request: CollectionRequest): Promise<TaxiiPage> {
  const { object_id: id = '' } = request.params
  const page = await pageOf(parts, request, { 'match[id]': [id], next: undefined, limit: 1 })
  if (page.objects.length === 0) throw refuse('resource-not-found', 'the collection has no such object')
  return { ...page, next: undefined }
}

/** By its id or its alias. @throws Refusal 404 */
function requireCollection(request: CollectionRequest): { readonly id: string } {
  const collection = collectionOf(request)
  const { id } = request.params
  if (id === collection.id || id === ALIAS) return collection
  throw refuse('resource-not-found', 'the key has no such collection')
}

function collectionOf(request: FastifyRequest) {
  return {
    id: feedUuidOf(request),
    title: 'Decisions',
    description: 'An indicator for each network that the account is to block.',
    alias: ALIAS,
    can_read: true,
    can_write: false,
    media_types: ['application/stix+json;version=2.1'],
  }
}
