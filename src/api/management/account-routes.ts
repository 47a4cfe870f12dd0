import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from '../../accounts/index.ts'
import {
  type AccountInfo,
  type AccountList,
  ChangeAccountRequest,
  CreateAccountRequest,
  type CreatedAccount,
  MANAGEMENT_PATHS,
} from '../../contract/index.ts'
import type { AdmissionHooks } from '../admission-hooks.ts'
import { admissionOf } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { checkBody, jsonBodyOf } from '../json-body.ts'
import { refuse } from '../refusal.ts'
import { findAccount } from './find-account.ts'
import { createdKeyOf, keyWishOf } from './key-info.ts'

interface AccountRoute {
  readonly Params: { readonly account: string }
}

/** `GET` and `POST /honeyjam/v1/accounts`, `GET` and `PATCH /honeyjam/v1/accounts/NAME`: the accounts of the installation. */
export function addAccountRoutes(
  app: FastifyInstance,
  context: ApiContext,
  administering: AdmissionHooks,
): void {
  const { accounts } = context
  const ofOne = `${MANAGEMENT_PATHS.accounts}/:account`
  app.get(MANAGEMENT_PATHS.accounts, administering, (): AccountList => {
    return { accounts: accounts.listAccounts().map(accountInfoOf) }
  })
  app.post(MANAGEMENT_PATHS.accounts, administering, (request, reply) => {
    return createAccount(context, request, reply)
  })
  app.get<AccountRoute>(ofOne, administering, ({ params }) => {
    return accountInfoOf(findAccount(accounts, params.account))
  })
  app.patch<AccountRoute>(ofOne, administering, (request) => changeAccount(context, request))
}

async function createAccount(
  { accounts, clock }: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<CreatedAccount> {
  const { grant } = admissionOf(request)
  const { name, plan, key } = checkBody(jsonBodyOf(request), CreateAccountRequest)
  const nowMs = clock.nowMs()
  const wish = key === undefined ? {} : { firstKey: keyWishOf(key, grant, nowMs) }
  const created = await accounts.createAccount({ name, plan, nowMs, ...wish })
  if (created === undefined) throw refuse('account-name-taken', `there is an account ${name} already`)
  void reply.code(201)
  const { account, firstKey } = created
  return {
    ...accountInfoOf(account),
    ...(firstKey !== undefined && { key: createdKeyOf(firstKey, grant) }),
  }
}

async function changeAccount(
  context: ApiContext,
  request: FastifyRequest<AccountRoute>,
): Promise<AccountInfo> {
  const { accounts, clock } = context
  const account = findAccount(accounts, request.params.account)
  const { plan, disabled } = checkBody(jsonBodyOf(request), ChangeAccountRequest)
  const { accountId } = account
  let changed: Account | undefined = account
  if (disabled === true) checkMayBeDisabled(context, account, admissionOf(request).grant.accountId)
  if (plan !== undefined) changed = await accounts.setPlan(accountId, plan)
  if (disabled === true) changed = await accounts.disableAccount(accountId, clock.nowMs())
  if (disabled === false) changed = await accounts.enableAccount(accountId)
  return accountInfoOf(changed ?? account)
}

/** What nobody means to do: it would shut out who asks, or everybody. @throws Refusal 409 */
function checkMayBeDisabled(
  { accounts, clock }: ApiContext,
  { accountId, name }: Account,
  ownAccountId: number,
): void {
  if (accounts.listAccounts()[0]?.accountId === accountId) {
    throw refuse('account-needed', `${name} is the account of the administrator`)
  }
  if (accountId === ownAccountId) throw refuse('account-needed', `the key that asks belongs to ${name}`)
  const administrators = accounts.listAdministratorKeys(clock.nowMs())
  if (administrators.length > 0 && administrators.every((key) => key.accountId === accountId))
    throw refuse('account-needed', `${name} has the last valid key with the scope admin`)
}

/** An account as it is shown. */
export function accountInfoOf({ accountId, name, plan, createdAtMs, disabledAtMs }: Account): AccountInfo {
  return {
    id: accountId,
    name,
    plan,
    created_at: createdAtMs,
    ...(disabledAtMs !== undefined && { disabled_at: disabledAtMs }),
  }
}
