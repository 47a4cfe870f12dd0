import { z } from 'zod'
import { CreatedKey, CreateKeyRequest } from './management-api.ts'
import { MAX_ACCOUNT_NAME_LENGTH, PLAN_WORDS } from './terms/index.ts'

const NOT_AN_OBJECT = 'value is not a valid dict'
const EpochMs = z.int()

export const PlanWord = z.enum(PLAN_WORDS, `value is not a known plan; permitted: ${PLAN_WORDS.join(', ')}`)

/** Letters are small, so that no name looks like another; all characters may stand in a path. */
export const AccountName = z
  .string('str type expected')
  .regex(
    /^[a-z0-9](?:[a-z0-9._@-]*[a-z0-9])?$/,
    'value is not an account name: a-z, 0-9 and . _ @ - between them',
  )
  .max(MAX_ACCOUNT_NAME_LENGTH, `ensure this value has at most ${MAX_ACCOUNT_NAME_LENGTH} characters`)

/** Body of `POST /honeyjam/v1/accounts`. */
export const CreateAccountRequest = z.object(
  {
    name: AccountName,
    plan: PlanWord.default('UNLIMITED'),
    /** Its first key. */
    key: CreateKeyRequest.optional(),
  },
  NOT_AN_OBJECT,
)
export type CreateAccountRequest = z.input<typeof CreateAccountRequest>

/** Body of `PATCH /honeyjam/v1/accounts/NAME`; what is left out stays. */
export const ChangeAccountRequest = z.object(
  { plan: PlanWord.optional(), disabled: z.boolean('value could not be parsed to a boolean').optional() },
  NOT_AN_OBJECT,
)
export type ChangeAccountRequest = z.input<typeof ChangeAccountRequest>

/** An account as it is shown. */
export const AccountInfo = z.object({
  id: z.int(),
  name: z.string(),
  plan: PlanWord,
  created_at: EpochMs,
  /** Present while it is disabled. */
  disabled_at: EpochMs.optional(),
})
export type AccountInfo = z.infer<typeof AccountInfo>

/** Answer of `GET /honeyjam/v1/accounts`. */
export const AccountList = z.object({ accounts: z.array(AccountInfo) })
export type AccountList = z.infer<typeof AccountList>

/** Answer of `POST /honeyjam/v1/accounts`; `key` is there when a first key was wanted, its text this once. */
export const CreatedAccount = AccountInfo.extend({ key: CreatedKey.optional() })
export type CreatedAccount = z.infer<typeof CreatedAccount>
