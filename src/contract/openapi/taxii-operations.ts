import { TaxiiQuery } from '../taxii-api.ts'
import { TAXII_PATH } from '../terms/index.ts'
import type { DocumentedOperation, OperationGroup } from './operation.ts'

const ROOT = `${TAXII_PATH}/honeyjam`
const COLLECTION = `${ROOT}/collections/{id}`

const taxii = {
  method: 'GET',
  scopes: ['read', 'enforce'],
  answer: { others: ['application/taxii+json'] },
} as const satisfies Partial<DocumentedOperation>

export const TAXII_GROUP: OperationGroup = {
  tag: 'TAXII',
  description:
    'A TAXII 2.1 server that hands over decisions as STIX 2.1. The key may be the password of basic authentication as well.',
  operations: [
    { ...taxii, path: TAXII_PATH, summary: 'Name the API roots' },
    { ...taxii, path: ROOT, summary: 'Describe the API root' },
    { ...taxii, path: `${ROOT}/collections`, summary: 'List the collections' },
    { ...taxii, path: COLLECTION, summary: 'Describe a collection' },
    { ...taxii, path: `${COLLECTION}/objects`, summary: 'List its objects', query: TaxiiQuery },
    { ...taxii, path: `${COLLECTION}/manifest`, summary: 'List what it holds', query: TaxiiQuery },
    { ...taxii, path: `${COLLECTION}/objects/{object_id}`, summary: 'Show an object', query: TaxiiQuery },
    {
      ...taxii,
      path: `${COLLECTION}/objects/{object_id}/versions`,
      summary: 'List the versions of an object',
      query: TaxiiQuery,
    },
  ],
}
