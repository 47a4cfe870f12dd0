export { type Checked, checkRequest, type RequestPart } from './check-request.ts'
export { DATASET_PATTERN, type DatasetName, DEFAULT_DATASET, isDataset } from './datasets.ts'
export { ErrorBody, errorBody, Fault, ValidationErrorBody } from './error-bodies.ts'
export { ERRORS, type ErrorKind, type ErrorSlug, isErrorSlug } from './errors.ts'
export { HealthInfo, ReadyInfo } from './health.ts'
export {
  DEFAULT_TTL_SECONDS,
  MAX_ADDRESSES,
  MAX_BODY_BYTES,
  MAX_IDEMPOTENCY_KEY_LENGTH,
  MAX_INSTANT_MS,
  MAX_LAST_ERROR_LENGTH,
  MAX_SENSOR_NAME_LENGTH,
  MAX_TAG_LENGTH,
  MAX_TAGS,
  MAX_TTL_SECONDS,
} from './limits.ts'
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
  DisallowRequest,
  KeyInfo,
  KeyList,
  RangeResult,
  RangeResults,
  ReceiptInfo,
  SCOPE_WORDS,
  SkipWord,
} from './management-api.ts'
export { ERROR_PAGES_PATH, MANAGEMENT_PATHS, REPORT_PATHS, TEST_PATH, USER_PATHS } from './paths.ts'
export { AddressesRequest, FalsePositiveRequest, ReportRequest } from './report-api.ts'
export { Heartbeat, HeartbeatTaker, SensorInfo, SensorList } from './sensor-api.ts'
export { isTag } from './text-lists.ts'
export {
  OUTPUT_FORMATS,
  type OutputFormat,
  ReportedAddress,
  ReportedAddressList,
  ReportedQuery,
  TokenInfo,
} from './user-api.ts'
