import { z } from 'zod'
import { permitted } from './query-values.ts'
import { TtlSeconds } from './report-api.ts'
import {
  MAX_INSTANT_MS,
  MAX_LIST_DESCRIPTION_LENGTH,
  MAX_LIST_NAME_LENGTH,
  MAX_ORIGIN_LENGTH,
  MAX_TTL_SECONDS,
} from './terms/index.ts'
import { TagList, TextsOrNone } from './text-lists.ts'
import { WholeNumber } from './whole-number.ts'

const NOT_AN_OBJECT = 'value is not a valid dict'
const NOT_TEXT = 'str type expected'

/** What a list can hold. */
export const RESOURCE_WORDS = ['CIDR', 'COUNTRY', 'CONTINENT', 'AS', 'DATACENTER', 'USERAGENT'] as const
export type ResourceWord = (typeof RESOURCE_WORDS)[number]

/** The texts of Threat Jammer name two of them otherwise than its schema. */
const OTHER_SPELLINGS: Readonly<Record<string, ResourceWord>> = {
  DATACENTER_ID: 'DATACENTER',
  'USER AGENT': 'USERAGENT',
}

const ResourceType = z
  .preprocess(
    (value) => (typeof value === 'string' ? (OTHER_SPELLINGS[value] ?? value) : value),
    z.enum(RESOURCE_WORDS, permitted(RESOURCE_WORDS)),
  )
  .meta({ enum: RESOURCE_WORDS })

/** The part of a path that names a kind of list. */
export const ResourceTypePath = z
  .enum(['cidr', 'country', 'continent', 'as', 'datacenter', 'useragent'], {
    error: permitted(RESOURCE_WORDS.map((word) => word.toLowerCase())),
  })
  .transform((text) => text.toUpperCase() as ResourceWord)

const Name = z
  .string(NOT_TEXT)
  .trim()
  .max(MAX_LIST_NAME_LENGTH, `ensure this value has at most ${MAX_LIST_NAME_LENGTH} characters`)
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, 'value holds characters that cannot be printed, or none at all')

/** May be empty and have several lines. */
const Description = z
  .string(NOT_TEXT)
  .max(MAX_LIST_DESCRIPTION_LENGTH, `ensure this value has at most ${MAX_LIST_DESCRIPTION_LENGTH} characters`)
  .regex(/^(?:[^\p{C}]|[\n\r\t])*$/u, 'value holds characters that cannot be printed')

/** Whether it lies in the past is not checked here: that has an answer of its own. `null`: never. */
const Lifetime = {
  /** Seconds. */
  ttl: WholeNumber.max(
    MAX_TTL_SECONDS,
    `ensure this value is less than or equal to ${MAX_TTL_SECONDS}`,
  ).nullish(),
  /** When it ends, in seconds (or milliseconds) since 1970; with `ttl` as well, that counts. */
  expiry: WholeNumber.max(
    MAX_INSTANT_MS,
    `ensure this value is less than or equal to ${MAX_INSTANT_MS}`,
  ).nullish(),
}

/** Body of `POST /v1/denylist/private` and `/v1/allowlist/private`, alone or as `payload`. */
export const CreateListRequest = z.object(
  { name: Name, description: Description, resource_type: ResourceType, tags: TagList, ...Lifetime },
  NOT_AN_OBJECT,
)

/** Body of `PUT .../private/ID`, alone or as `payload`; what is left out stays. */
export const UpdateListRequest = z.object(
  { name: Name.optional(), description: Description.optional(), tags: TagList.optional(), ...Lifetime },
  NOT_AN_OBJECT,
)

/** Body of `PUT .../private/ID/content`. */
export const ListContentRequest = z.object(
  { append: TextsOrNone.optional(), remove: TextsOrNone.optional() },
  NOT_AN_OBJECT,
)

const ORIGIN_STATUSES = ['ACTIVE', 'INACTIVE', 'DELETED'] as const

/** Body of `PUT .../ID/origin`. Whether `origin` is one has an answer of its own. */
export const ListOriginRequest = z.object(
  {
    origin: z
      .string(NOT_TEXT)
      .min(1, 'ensure this value has at least 1 character')
      .max(MAX_ORIGIN_LENGTH, `ensure this value has at most ${MAX_ORIGIN_LENGTH} characters`),
    status: z.enum(ORIGIN_STATUSES, permitted(ORIGIN_STATUSES)),
    ttl: TtlSeconds.nullish(),
  },
  NOT_AN_OBJECT,
)

const SELECTION_STATUSES = ['ACTIVE', 'INACTIVE'] as const

/** Body of `PUT .../public/ID`. */
export const SelectListRequest = z.object(
  { status: z.enum(SELECTION_STATUSES, permitted(SELECTION_STATUSES)), ...Lifetime },
  NOT_AN_OBJECT,
)

/** Seconds since 1970, unlike all other times of the API. */
const EpochSeconds = z.int()

const OriginInfo = z.object({
  self: z.string(),
  origin: z.string(),
  status: z.enum(['INACTIVE', 'ACTIVE', 'EXPIRED']),
  created_at: EpochSeconds,
  updated_at: EpochSeconds,
})

const OriginList = z.object({ self: z.string(), lists: z.array(OriginInfo) })

const ListInfo = {
  self: z.string(),
  name: z.string(),
  description: z.string(),
  resource_type: z.enum(RESOURCE_WORDS),
  list_type: z.enum(['ALLOW', 'DENY']),
  tags: z.array(z.string()),
  created_at: EpochSeconds,
  updated_at: EpochSeconds,
  /** Seconds that are left; without it the list does not end. */
  ttl: z.int().optional(),
  /** When it ends. */
  expiry: EpochSeconds.optional(),
  origins: OriginList.optional(),
}

/** A private list (`PrivateAclGroupListOutput` in the OpenAPI). */
export const PrivateListInfo = z.object({ ...ListInfo, content: z.string() })
export type PrivateListInfo = z.infer<typeof PrivateListInfo>

/** A public list (`PublicAclGroupListOutput` in the OpenAPI). */
export const PublicListInfo = z.object({ ...ListInfo, status: z.enum(['INACTIVE', 'ACTIVE', 'EXPIRED']) })
export type PublicListInfo = z.infer<typeof PublicListInfo>

/** Lists that hold an address, as paths (`AclListCollectionOutput` in the OpenAPI). */
export const ListsOfAddress = z.object({
  self: z.string(),
  cidrs: z.array(z.string()),
  asns: z.array(z.string()),
  countries: z.array(z.string()),
  continents: z.array(z.string()),
  datacenters: z.array(z.string()),
  reported: z.array(z.string()).optional(),
})
export type ListsOfAddress = z.infer<typeof ListsOfAddress>

/** A page of what is on a list (`PrivateAclListCollectionOutput` in the OpenAPI). */
export const ListContent = z.object({
  self: z.string(),
  cidrs: z.array(z.string()).optional(),
  asns: z.array(z.int()).optional(),
  countries: z.array(z.string()).optional(),
  continents: z.array(z.string()).optional(),
  datacenters: z.array(z.string()).optional(),
  user_agents: z.array(z.string()).optional(),
})
export type ListContent = z.infer<typeof ListContent>
