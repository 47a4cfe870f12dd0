import { z } from 'zod'
import { AssessCsvQuery, AssessmentInfo, AssessmentList, MAX_ASSESSED_ADDRESSES } from '../assess-api.ts'
import { DatasetInfo } from '../dataset-api.ts'
import { LogChange, LogChangeList } from '../history-api.ts'
import { LogQuery, PageQuery } from '../query-values.ts'
import { USER_PATHS } from '../terms/index.ts'
import { ActivityList, ReportedAddress, ReportedAddressList, ReportedQuery, TokenInfo } from '../user-api.ts'
import type { DocumentedOperation, OperationGroup } from './operation.ts'

const reading = { method: 'GET', scopes: ['read'] } as const
const removing = { method: 'DELETE', scopes: ['manage'], status: 204 } as const
const Assessment = { name: 'AssessmentInfo', schema: AssessmentInfo }
const Assessments = { name: 'AssessmentList', schema: AssessmentList }
const Batch = z.array(z.string()).min(1).max(MAX_ASSESSED_ADDRESSES)

/** What `output_format=AWS-WAF` brings. */
const AwsIpSet = z.object({
  Name: z.string(),
  Scope: z.string(),
  Description: z.string(),
  IPAddressVersion: z.enum(['IPV4', 'IPV6']),
  Addresses: z.array(z.string()),
})

export const REPORTED_GROUP: OperationGroup = {
  tag: 'Reported denylist',
  description: 'The addresses that were reported with keys of the account.',
  operations: [
    {
      ...reading,
      path: USER_PATHS.reported,
      summary: 'List the reported addresses',
      query: ReportedQuery,
      answer: {
        name: 'ReportedAddressList',
        schema: z.union([ReportedAddressList, AwsIpSet]),
        others: ['text/csv', 'text/plain'],
      },
    },
    {
      ...reading,
      path: `${USER_PATHS.reported}/{ip_address}`,
      summary: 'Show one reported address',
      answer: { name: 'ReportedAddress', schema: ReportedAddress },
    },
    { ...removing, path: `${USER_PATHS.reported}/{ip_address}`, summary: 'Remove one address' },
    { ...removing, path: USER_PATHS.allReported, summary: 'Remove all addresses' },
  ],
}

/** The old spelling is served for old examples. */
const ASSESS_PATHS = [USER_PATHS.assess, '/v1/asses/ip'] as const

export const ASSESS_GROUP: OperationGroup = {
  tag: 'Assessment',
  description: 'What is thought of addresses, by the lists of the account.',
  operations: ASSESS_PATHS.flatMap((path): DocumentedOperation[] => [
    { ...reading, path: `${path}/{ip_address}`, summary: 'Assess one address', answer: Assessment },
    {
      ...reading,
      method: 'POST',
      path,
      summary: `Assess up to ${MAX_ASSESSED_ADDRESSES} addresses`,
      body: { name: 'AddressBatch', schema: Batch },
      answer: Assessments,
    },
    {
      ...reading,
      method: 'POST',
      path: `${path}/csv`,
      summary: 'Assess the addresses of a file, one a line',
      query: AssessCsvQuery,
      body: { others: ['multipart/form-data'] },
      answer: Assessments,
    },
  ]),
}

const Datasets = z.object({ self: z.string(), types: z.array(DatasetInfo) })
/** Nothing is kept behind these yet. */
const Sources = z.object({ self: z.string(), sources: z.array(z.unknown()) })

export const DATA_GROUP: OperationGroup = {
  tag: 'Key, datasets, sources, log',
  description: 'About the key in use, and about the data behind the lists.',
  operations: [
    {
      method: 'GET',
      path: USER_PATHS.token,
      summary: 'Show the key in use',
      scopes: [],
      answer: { name: 'TokenInfo', schema: TokenInfo },
    },
    {
      method: 'GET',
      path: USER_PATHS.activity,
      summary: 'List what was done with the key in use',
      scopes: [],
      query: PageQuery,
      answer: { name: 'ActivityList', schema: ActivityList },
    },
    {
      ...reading,
      path: USER_PATHS.datasets,
      summary: 'List the datasets',
      answer: { name: 'DatasetList', schema: Datasets },
    },
    {
      ...reading,
      path: `${USER_PATHS.datasets}/{name}`,
      summary: 'Show one dataset',
      answer: { name: 'DatasetInfo', schema: DatasetInfo },
    },
    {
      ...reading,
      path: USER_PATHS.sources,
      summary: 'List the sources of datasets',
      answer: { name: 'SourceList', schema: Sources },
    },
    {
      ...reading,
      path: `${USER_PATHS.sources}/{source}`,
      summary: 'Show one source',
      answer: { name: 'Source', schema: z.unknown() },
    },
    {
      ...reading,
      path: `${USER_PATHS.sources}/{source}/range/{time_range}`,
      summary: 'List what a source held in a time range',
      answer: { name: 'SourceRange', schema: z.unknown() },
    },
    {
      ...reading,
      path: `${USER_PATHS.log}/{ip_address}`,
      summary: 'List when an address came on the reported list and left it',
      query: LogQuery,
      answer: { name: 'LogChangeList', schema: LogChangeList },
    },
    {
      ...reading,
      path: `${USER_PATHS.log}/id/{logchange_id}`,
      summary: 'Show one such change',
      answer: { name: 'LogChange', schema: LogChange },
    },
  ],
}
