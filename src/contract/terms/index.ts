export { DATASET_PATTERN, DATASETS, type DatasetName, DEFAULT_DATASET, isDataset } from './datasets.ts'
export { type HeartbeatTaker, isHeartbeatTaker } from './heartbeat-taker.ts'
export {
  DEFAULT_TTL_SECONDS,
  MAX_ADDRESSES,
  MAX_AGENT_ID_LENGTH,
  MAX_BODY_BYTES,
  MAX_IDEMPOTENCY_KEY_LENGTH,
  MAX_INSTANT_MS,
  MAX_KEY_NAME_LENGTH,
  MAX_LAST_ERROR_LENGTH,
  MAX_SENSOR_NAME_LENGTH,
  MAX_TAG_LENGTH,
  MAX_TAGS,
  MAX_TTL_SECONDS,
  MAX_VERSION_LENGTH,
} from './limits.ts'
export { ERROR_PAGES_PATH, MANAGEMENT_PATHS, REPORT_PATHS, TEST_PATH, USER_PATHS } from './paths.ts'
export { isTag, TAG_PATTERN } from './tags.ts'
