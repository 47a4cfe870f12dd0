import type { FastifyInstance, FastifyRequest } from 'fastify'
import {
  DATASET_DESCRIPTIONS,
  DATASETS,
  type DatasetInfo,
  type DatasetName,
  isDataset,
  USER_PATHS,
} from '../../contract/index.ts'
import type { AdmissionHooks } from '../admission-hooks.ts'
import { admissionOf } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { refuseUnknown } from '../refusal.ts'
import { checkNaming } from './check-naming.ts'

interface DatasetRoute {
  readonly Params: { readonly name: string }
}

/** `GET /v1/dataset/ip[/NAME]`: the datasets, with how many entries of the account each holds. */
export function addDatasetRoutes(app: FastifyInstance, context: ApiContext, reading: AdmissionHooks): void {
  app.get(USER_PATHS.datasets, reading, (request) => listDatasets(context, request))
  app.get<DatasetRoute>(`${USER_PATHS.datasets}/:name`, reading, (request) => showDataset(context, request))
}

async function listDatasets(context: ApiContext, request: FastifyRequest) {
  return { self: USER_PATHS.datasets, types: await describe(context, request, DATASETS) }
}

async function showDataset(context: ApiContext, request: FastifyRequest<DatasetRoute>) {
  const { name } = request.params
  checkNaming('name', name)
  if (!isDataset(name)) throw refuseUnknown('dataset-not-found', name)
  return (await describe(context, request, [name]))[0]
}

async function describe(
  { denylist, clock }: ApiContext,
  request: FastifyRequest,
  names: readonly DatasetName[],
): Promise<readonly DatasetInfo[]> {
  const counts = await denylist.countEntries(admissionOf(request).grant.accountId, clock.nowMs())
  return names.map((name) => ({
    self: `${USER_PATHS.datasets}/${name}`,
    type: 'ip',
    name,
    description: DATASET_DESCRIPTIONS[name],
    status: 'ENABLED',
    items: counts.get(name) ?? 0,
  }))
}
