export {
  AccountInfo,
  AccountList,
  ChangeAccountRequest,
  CreateAccountRequest,
  CreatedAccount,
} from './account-api.ts'
export { AssessCsvQuery, AssessmentInfo, AssessmentList, MAX_ASSESSED_ADDRESSES } from './assess-api.ts'
export { type Checked, checkRequest, type RequestPart } from './check-request.ts'
export { DATASET_DESCRIPTIONS, DatasetInfo, TIME_RANGES } from './dataset-api.ts'
export {
  ENFORCER_STATES,
  EnforcedBy,
  EnforcerInfo,
  EnforcerList,
  EnforcerReport,
  type EnforcerState,
} from './enforcer-api.ts'
export { ErrorBody, errorBody, Fault, ValidationErrorBody } from './error-bodies.ts'
export { ERRORS, type ErrorKind, type ErrorSlug, isErrorSlug } from './errors.ts'
export { FeedQuery } from './feed-api.ts'
export { HealthInfo, ReadyInfo } from './health.ts'
export { AddressHistoryInfo, HistoryEventInfo, LogChange, LogChangeList } from './history-api.ts'
export { LATER_OPERATIONS } from './later-operations.ts'
export {
  CreateListRequest,
  ListContent,
  ListContentRequest,
  ListOriginRequest,
  ListsOfAddress,
  PrivateListInfo,
  PublicListInfo,
  ResourceTypePath,
  type ResourceWord,
  SelectListRequest,
  UpdateListRequest,
} from './list-api.ts'
export {
  AddressResult,
  AddressResults,
  AllowedRangeInfo,
  Allowlist,
  AllowRequest,
  BanRequest,
  CheckResult,
  CreatedKey,
  CreateKeyRequest,
  DecisionsQuery,
  DecisionsStreamQuery,
  DisallowRequest,
  KeyInfo,
  KeyList,
  RangeResult,
  RangeResults,
  ReceiptInfo,
  RotateKeyRequest,
  SkipWord,
} from './management-api.ts'
export {
  type ProtectedRangeInfo,
  ProtectedSetInfo,
  ProtectionInfo,
  type ProtectionResult,
  ProtectionResults,
  ProtectRequest,
} from './protection-api.ts'
export { epochMsOf, LogQuery, PageQuery } from './query-values.ts'
export { AddressesRequest, FalsePositiveRequest, ReportRequest } from './report-api.ts'
export { Heartbeat, SensorInfo, SensorList } from './sensor-api.ts'
export {
  CreatedInvitation,
  CreateInvitationRequest,
  InvitationInfo,
  InvitationList,
  SignedUp,
  SignUpRequest,
} from './sign-up-api.ts'
export { TaxiiQuery } from './taxii-api.ts'
export * from './terms/index.ts'
export {
  ActivityInfo,
  ActivityList,
  OUTPUT_FORMATS,
  type OutputFormat,
  ReportedAddress,
  ReportedAddressList,
  ReportedQuery,
  TokenInfo,
} from './user-api.ts'
