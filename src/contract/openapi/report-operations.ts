import { z } from 'zod'
import { AddressesRequest, FalsePositiveRequest, ReportRequest } from '../report-api.ts'
import { REPORT_PATHS, TEST_PATH } from '../terms/index.ts'
import type { OperationGroup } from './operation.ts'

const reporting = { scopes: ['report'], isOnce: true } as const
const AddressesBody = { name: 'AddressesRequest', schema: AddressesRequest }
const FalsePositiveBody = { name: 'FalsePositiveRequest', schema: FalsePositiveRequest }
const Nothing = { name: 'Nothing', schema: z.strictObject({}) }
const testing = {
  path: TEST_PATH,
  summary: 'Say whether the key is valid',
  scopes: [],
  answer: Nothing,
} as const

export const REPORT_GROUP: OperationGroup = {
  tag: 'Report API',
  description:
    'What reporters send. Answered once it is on stable storage; the header Location leads to its receipt.',
  operations: [
    {
      ...reporting,
      method: 'POST',
      path: REPORT_PATHS.report,
      summary: 'Report addresses',
      body: { name: 'ReportRequest', schema: ReportRequest },
    },
    {
      ...reporting,
      method: 'POST',
      path: REPORT_PATHS.unban,
      summary: 'Take addresses off the reported list until they are reported again',
      body: AddressesBody,
    },
    {
      ...reporting,
      method: 'POST',
      path: REPORT_PATHS.addFalsePositive,
      summary: 'Allow addresses that were reported by mistake',
      body: FalsePositiveBody,
    },
    {
      ...reporting,
      method: 'POST',
      path: REPORT_PATHS.removeFalsePositive,
      summary: 'Allow such addresses no longer',
      body: AddressesBody,
    },
    { ...testing, method: 'GET' },
    { ...testing, method: 'POST' },
  ],
}
