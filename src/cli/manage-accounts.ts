import type { AccountInfo, AccountList, ChangeAccountRequest, CreatedAccount } from '../contract/index.ts'
import { MANAGEMENT_PATHS } from '../contract/terms/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import { accountPath } from './account-path.ts'
import { type ConnectOptions, withApi } from './connect.ts'
import type { Context } from './context.ts'
import { escapeText } from './escape-text.ts'
import { formatInstant } from './format-time.ts'
import { printCreatedKey } from './manage-keys.ts'
import { renderTable } from './table.ts'

interface NewAccountRequest extends ConnectOptions {
  readonly plan: string
  readonly keyName?: string
  readonly scope: readonly string[]
  readonly ttl?: number
  readonly network?: readonly string[]
}

/** Makes an account; standard output holds its first key alone, so that it can go into a file. */
export async function createAccount(
  name: string,
  request: NewAccountRequest,
  context: Context,
): Promise<void> {
  const { plan, keyName, scope: scopes, ttl, network: networks } = request
  const key = keyName === undefined ? undefined : { name: keyName, scopes, ttl, networks }
  const created = await withApi(request, context, async (api) => {
    const path = MANAGEMENT_PATHS.accounts
    return (await api.request({ method: 'POST', path, body: { name, plan, key } })).body as CreatedAccount
  })
  const { output } = context
  if (output.json) {
    output.printJson(created)
    return
  }
  output.note(describeAccount(created))
  if (created.key !== undefined) printCreatedKey(created.key, output)
}

export async function listAccounts(options: ConnectOptions, context: Context): Promise<void> {
  const { output } = context
  const answer = await withApi(options, context, async (api) => {
    return (await api.request({ method: 'GET', path: MANAGEMENT_PATHS.accounts })).body as AccountList
  })
  if (output.json) output.printJson(answer)
  else output.print(renderAccounts(answer.accounts))
}

export async function changeAccount(
  name: string,
  change: ChangeAccountRequest,
  { options, context }: { readonly options: ConnectOptions; readonly context: Context },
): Promise<void> {
  const { output } = context
  const account = await withApi(options, context, async (api) => {
    const path = accountPath(name)
    return (await api.request({ method: 'PATCH', path, body: change })).body as AccountInfo
  })
  if (output.json) output.printJson(account)
  else output.print(describeAccount(account))
}

/** @throws HoneyjamError USAGE there is no such plan */
export function checkPlan<Plan extends string>(word: string, plans: readonly Plan[]): Plan {
  const plan = plans.find((each) => each === word.toUpperCase())
  if (plan !== undefined) return plan
  throw new HoneyjamError('USAGE', `${JSON.stringify(word)} is no plan; there are ${plans.join(', ')}`)
}

function describeAccount({ name, plan, disabled_at: disabledAt }: AccountInfo): string {
  const state = disabledAt === undefined ? 'enabled' : `disabled since ${formatInstant(disabledAt)}`
  return `Account ${escapeText(name)}: plan ${plan}, ${state}`
}

function renderAccounts(accounts: readonly AccountInfo[]): string {
  const rows = accounts.map(({ id, name, plan, created_at: createdAt, disabled_at: disabledAt }) => [
    String(id),
    escapeText(name),
    plan,
    formatInstant(createdAt),
    disabledAt === undefined ? 'enabled' : `disabled ${formatInstant(disabledAt)}`,
  ])
  return renderTable(
    [
      { heading: 'ID', align: 'right' },
      { heading: 'NAME' },
      { heading: 'PLAN' },
      { heading: 'CREATED (UTC)' },
      { heading: 'STATE' },
    ],
    rows,
  )
}
