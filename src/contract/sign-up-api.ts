import { z } from 'zod'
import { AccountInfo, AccountName, PlanWord } from './account-api.ts'
import { CreatedKey } from './management-api.ts'
import { TtlSeconds } from './report-api.ts'
import { DEFAULT_INVITATION_TTL_SECONDS, MAX_INVITATION_USES } from './terms/index.ts'
import { WholeNumber } from './whole-number.ts'

const NOT_AN_OBJECT = 'value is not a valid dict'
const EpochMs = z.int()

/** Body of `POST /honeyjam/v1/invitations`. */
export const CreateInvitationRequest = z.object(
  {
    plan: PlanWord.default('FREE'),
    /** How many accounts it may make. */
    uses: WholeNumber.min(1, 'ensure this value is greater than 0')
      .max(MAX_INVITATION_USES, `ensure this value is less than or equal to ${MAX_INVITATION_USES}`)
      .default(1),
    ttl: TtlSeconds.default(DEFAULT_INVITATION_TTL_SECONDS),
  },
  NOT_AN_OBJECT,
)
export type CreateInvitationRequest = z.input<typeof CreateInvitationRequest>

/** An invitation as it is shown: never its text. */
export const InvitationInfo = z.object({
  id: z.int(),
  plan: PlanWord,
  uses: z.int(),
  used: z.int(),
  created_at: EpochMs,
  expiry: EpochMs,
  /** Present once it is revoked. */
  revoked_at: EpochMs.optional(),
})
export type InvitationInfo = z.infer<typeof InvitationInfo>

/** Answer of `GET /honeyjam/v1/invitations`. */
export const InvitationList = z.object({ invitations: z.array(InvitationInfo) })
export type InvitationList = z.infer<typeof InvitationList>

/** Answer of `POST /honeyjam/v1/invitations`: the only time the text is shown. */
export const CreatedInvitation = InvitationInfo.extend({ invitation: z.string() })
export type CreatedInvitation = z.infer<typeof CreatedInvitation>

/** Body of `POST /honeyjam/v1/sign-up`; whether `invitation` may be left out is a setting of the service. */
export const SignUpRequest = z.object(
  { name: AccountName, invitation: z.string('str type expected').optional() },
  NOT_AN_OBJECT,
)

/** Answer of `POST /honeyjam/v1/sign-up`: the account and its first key, whose text is shown this once. */
export const SignedUp = AccountInfo.extend({ key: CreatedKey })
export type SignedUp = z.infer<typeof SignedUp>
