import type { ApiClient } from '../client/index.ts'
import type { PrivateListInfo, PublicListInfo } from '../contract/index.ts'
import { USER_PATHS } from '../contract/terms/index.ts'
import { HoneyjamError } from '../runtime/index.ts'

/** A list with where it belongs. */
export type FoundList =
  | { readonly owner: 'private'; readonly info: PrivateListInfo }
  | { readonly owner: 'public'; readonly info: PublicListInfo }

/** All lists of the account: its own, then those it may switch on. */
export async function fetchLists(api: ApiClient): Promise<readonly FoundList[]> {
  const fetchFrom = async <Info>(root: string) => {
    const { body } = await api.request({ method: 'GET', path: `${root}/all` })
    return (body as { readonly lists: readonly Info[] }).lists
  }
  const found: FoundList[] = []
  for (const root of [USER_PATHS.privateDenylists, USER_PATHS.privateAllowlists]) {
    for (const info of await fetchFrom<PrivateListInfo>(root)) found.push({ owner: 'private', info })
  }
  for (const root of [USER_PATHS.publicDenylists, USER_PATHS.publicAllowlists]) {
    for (const info of await fetchFrom<PublicListInfo>(root)) found.push({ owner: 'public', info })
  }
  return found
}

/**
 * The list with that id or that name.
 * @throws HoneyjamError API_REFUSED there is none, USAGE several have the name, or the command is for lists of the other owner
 */
export async function findList(
  api: ApiClient,
  named: string,
  owner?: FoundList['owner'],
): Promise<FoundList> {
  const all = await fetchLists(api)
  const isId = (list: FoundList) => listIdOf(list) === named.toLowerCase()
  const found = all.some(isId) ? all.filter(isId) : all.filter(({ info }) => info.name === named)
  const quoted = JSON.stringify(named)
  const [first, ...others] = found
  if (first === undefined) {
    throw new HoneyjamError('API_REFUSED', `no list has the name or id ${quoted}: see honeyjam list ls`)
  }
  if (others.length > 0) {
    const ids = found.map(listIdOf).join(', ')
    throw new HoneyjamError('USAGE', `${found.length} lists are called ${quoted}: name one by its id: ${ids}`)
  }
  if (owner !== undefined && first.owner !== owner) {
    const advice =
      owner === 'private' ? 'it can be switched on and off only' : 'it is yours, and always counts'
    throw new HoneyjamError('USAGE', `${quoted} is a ${first.owner} list: ${advice}`)
  }
  return first
}

export function listIdOf({ info }: FoundList): string {
  return info.self.slice(info.self.lastIndexOf('/') + 1)
}
