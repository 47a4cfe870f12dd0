import { USER_PATHS } from '../../../contract/index.ts'
import type { ListType } from '../../../denylist/index.ts'
import type { AdmissionHooks } from '../../admission-hooks.ts'

/** Denylists or allowlists: the operations are the same. */
export interface ListKind {
  readonly listType: ListType
  /** Name of the path parameter, for faults. */
  readonly parameter: string
  readonly privatePath: string
  readonly publicPath: string
}

export const LIST_KINDS: readonly ListKind[] = [
  {
    listType: 'DENY',
    parameter: 'denylist_id',
    privatePath: USER_PATHS.privateDenylists,
    publicPath: USER_PATHS.publicDenylists,
  },
  {
    listType: 'ALLOW',
    parameter: 'allowlist_id',
    privatePath: USER_PATHS.privateAllowlists,
    publicPath: USER_PATHS.publicAllowlists,
  },
]

/** The hooks of routes that only tell, and of those that change. */
export interface ListHooks {
  readonly reading: AdmissionHooks
  readonly managing: AdmissionHooks
}

/** The parameters of the routes' paths. */
export interface ListRoute {
  readonly Params: { readonly id: string; readonly resource_type?: string; readonly address: string }
}
