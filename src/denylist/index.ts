export {
  type Assessment,
  type AssessOptions,
  assessAddress,
  type ListMatches,
  type Risk,
} from './assessment/assess.ts'
export type { ScoreFactor, ScoreFinding } from './assessment/score-factor.ts'
export type {
  ChangesAnswer,
  DecisionChanges,
  Decisions,
  DecisionsChecksum,
  RankedDecisions,
} from './decisions/decisions.ts'
export type { DecisionOrigin, Layer } from './decisions/layer.ts'
export { LayerBuilder, siteNumberOf, siteRange } from './decisions/layer.ts'
export { isProtectedClass, type ProtectedSet, specialRanges } from './decisions/protected-set.ts'
export { parseRevision, type Revision, revisionText } from './decisions/revision.ts'
export { sortInSteps } from './decisions/sort-in-steps.ts'
export type { Progress } from './decisions/touched-log.ts'
export type { AllowedRange, Denylist, DenylistStatus, Entry, EntryFilter, KeyedRequest } from './denylist.ts'
export { BUCKET_BITS, bucketOf } from './history/address-bucket.ts'
export {
  type AddressPlace,
  addressAt,
  addressInRecords,
  concerning,
  type HistoryPlace,
  joinEvents,
  MAX_DETAIL_CHARACTERS,
  placesOf,
  takeDetails,
} from './history/history-events.ts'
export type { AddressHistory } from './history/history-reader.ts'
export { type HistoryPart, type HistoryRecord, type HistoryRow, packHistory } from './history/pack-history.ts'
export type {
  FoundEvents,
  HistoryDetail,
  HistoryEvent,
  HistoryOperation,
  HistoryProgress,
  HistoryQuery,
  HistoryStore,
} from './history/ports.ts'
export type { HistoryEffect, HistoryLine, HistoryWord } from './history/timeline.ts'
export { isWide } from './history/touched-addresses.ts'
export type { AddressFacts, AddressFactsOf } from './lists/address-facts.ts'
export type { ContentFault } from './lists/apply-content.ts'
export type {
  ElementKey,
  ListChanges,
  ListElementRow,
  ListKey,
  ListOrigin,
  ListRows,
  PrivateListRow,
  SelectionRow,
} from './lists/list-rows.ts'
export {
  type ListType,
  NO_LIST_CHANGES,
  RESOURCE_TYPES,
  type ResourceType,
} from './lists/list-rows.ts'
export type { ListQuery, Lists, Page, PrivateList, PublicList } from './lists/lists.ts'
export { type ElementRules, type ParsedElement, parseElement } from './lists/parse-element.ts'
export {
  EMPTY_PUBLIC_LISTS,
  type PublicListCatalogue,
  type PublicListInfo,
  type PublicNetwork,
} from './lists/public-lists.ts'
export { type OpenDenylistOptions, openDenylist } from './open-denylist.ts'
export {
  type AllowOperation,
  type DisallowOperation,
  type Operation,
  type PackedAddresses,
  type Receipt,
  type RemoveOperation,
  type ReportOperation,
  SKIP_REASONS,
  type SkippedCounts,
  type SkipReason,
  type UnbanOperation,
} from './operation.ts'
export { decodeOperation, encodeOperation } from './operation-codec.ts'
export type {
  AllowRow,
  Checkpoint,
  DenylistStore,
  DenylistTables,
  EntryLabel,
  EntryRows,
  JournalFollower,
  JournalRecord,
  OnceKey,
  ReportQueue,
} from './ports.ts'
export {
  type ProtectedRange,
  type ProtectionDetails,
  type ProtectionReason,
  protectOperation,
  unprotectOperation,
} from './protection.ts'
export { IDEMPOTENCY_MS } from './receipt-book.ts'
export { type SelectedAddresses, type SelectOptions, selectAddresses } from './select-addresses.ts'
