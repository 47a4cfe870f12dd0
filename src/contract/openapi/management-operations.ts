import { z } from 'zod'
import { EnforcerList, EnforcerReport } from '../enforcer-api.ts'
import { AddressHistoryInfo } from '../history-api.ts'
import {
  AddressResults,
  Allowlist,
  AllowRequest,
  BanRequest,
  CheckResult,
  DecisionsQuery,
  DecisionsStreamQuery,
  DisallowRequest,
  RangeResults,
  ReceiptInfo,
} from '../management-api.ts'
import { ProtectedSetInfo, ProtectionInfo, ProtectionResults, ProtectRequest } from '../protection-api.ts'
import { PageQuery } from '../query-values.ts'
import { AddressesRequest } from '../report-api.ts'
import { Heartbeat, SensorList } from '../sensor-api.ts'
import { MANAGEMENT_PATHS } from '../terms/index.ts'
import type { OperationGroup } from './operation.ts'

const reading = { method: 'GET', scopes: ['read'] } as const
const managing = { scopes: ['manage'] } as const
const administering = { scopes: ['admin'] } as const
const addressResults = { name: 'AddressResults', schema: AddressResults }
const rangeResults = { name: 'RangeResults', schema: RangeResults }
const Taker = z.looseObject({})

export const MANAGEMENT_GROUP: OperationGroup = {
  tag: 'Management API',
  description: "honeyjam's own operations.",
  operations: [
    {
      ...managing,
      method: 'POST',
      path: MANAGEMENT_PATHS.ban,
      summary: 'Ban addresses, and see what became of each',
      body: { name: 'BanRequest', schema: BanRequest },
      answer: addressResults,
    },
    {
      ...managing,
      method: 'POST',
      path: MANAGEMENT_PATHS.unban,
      summary: 'Unban addresses, and see what became of each',
      body: { name: 'AddressesRequest', schema: AddressesRequest },
      answer: addressResults,
    },
    {
      ...managing,
      method: 'POST',
      path: MANAGEMENT_PATHS.allow,
      summary: 'Allow addresses and networks',
      body: { name: 'AllowRequest', schema: AllowRequest },
      answer: rangeResults,
    },
    {
      ...managing,
      method: 'POST',
      path: MANAGEMENT_PATHS.disallow,
      summary: 'Allow them no longer',
      body: { name: 'DisallowRequest', schema: DisallowRequest },
      answer: rangeResults,
    },
    {
      ...reading,
      path: MANAGEMENT_PATHS.allowlist,
      summary: 'List what is allowed',
      answer: { name: 'Allowlist', schema: Allowlist },
    },
    {
      ...administering,
      method: 'POST',
      path: MANAGEMENT_PATHS.protect,
      summary: 'Protect addresses and networks from the lists of all accounts',
      body: { name: 'ProtectRequest', schema: ProtectRequest },
      answer: { name: 'ProtectionResults', schema: ProtectionResults },
    },
    {
      ...administering,
      method: 'POST',
      path: MANAGEMENT_PATHS.unprotect,
      summary: 'Protect them no longer',
      body: { name: 'DisallowRequest', schema: DisallowRequest },
      answer: { name: 'ProtectionResults', schema: ProtectionResults },
    },
    {
      ...administering,
      method: 'GET',
      path: MANAGEMENT_PATHS.protected,
      summary: 'List what is protected from the lists of all accounts',
      answer: { name: 'ProtectedSetInfo', schema: ProtectedSetInfo },
    },
    {
      ...administering,
      method: 'GET',
      path: `${MANAGEMENT_PATHS.protected}/{ip_address}`,
      summary: 'Say whether an address is protected, and by what',
      answer: { name: 'ProtectionInfo', schema: ProtectionInfo },
    },
    {
      ...reading,
      path: `${MANAGEMENT_PATHS.check}/{ip_address}`,
      summary: 'Say whether an address is blocked, and why',
      answer: { name: 'CheckResult', schema: CheckResult },
    },
    {
      ...reading,
      scopes: ['enforce', 'read'],
      path: MANAGEMENT_PATHS.decisions,
      summary: 'List what is to be blocked, or what changed of it',
      query: DecisionsQuery,
      isConditional: true,
      answer: { others: ['application/x-ndjson'] },
    },
    {
      ...reading,
      scopes: ['enforce', 'read'],
      path: MANAGEMENT_PATHS.decisionsStream,
      summary: 'Follow what changes of what is to be blocked',
      query: DecisionsStreamQuery,
      answer: { others: ['text/event-stream'] },
    },
    {
      ...reading,
      path: `${MANAGEMENT_PATHS.history}/{ip_address}`,
      summary: 'Tell what happened to an address',
      query: PageQuery,
      answer: { name: 'AddressHistoryInfo', schema: AddressHistoryInfo },
    },
    {
      ...reading,
      scopes: ['read', 'report'],
      path: `${MANAGEMENT_PATHS.receipts}/{id}`,
      summary: 'Say what became of a request',
      answer: { name: 'ReceiptInfo', schema: ReceiptInfo },
    },
    {
      method: 'POST',
      path: MANAGEMENT_PATHS.heartbeat,
      summary: 'Say that an agent is alive',
      scopes: ['report'],
      body: { name: 'Heartbeat', schema: Heartbeat },
      status: 204,
    },
    {
      method: 'GET',
      path: MANAGEMENT_PATHS.heartbeat,
      summary: 'Say whether heartbeats are taken here',
      scopes: ['report'],
      answer: { name: 'HeartbeatTaker', schema: Taker },
    },
    {
      ...reading,
      path: MANAGEMENT_PATHS.sensors,
      summary: 'List the agents and when they were last seen',
      answer: { name: 'SensorList', schema: SensorList },
    },
    {
      method: 'POST',
      path: MANAGEMENT_PATHS.enforcers,
      summary: 'Say what a firewall holds',
      scopes: ['enforce'],
      body: { name: 'EnforcerReport', schema: EnforcerReport },
      status: 204,
    },
    {
      ...reading,
      path: MANAGEMENT_PATHS.enforcers,
      summary: 'List the enforcers and what they hold',
      answer: { name: 'EnforcerList', schema: EnforcerList },
    },
  ],
}
