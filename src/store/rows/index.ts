export {
  ADDRESS_BYTES,
  addressToBytes,
  buffersOf,
  bytesToAddresses,
  copyRows,
  createRows,
  type MovableRows,
  tableOrder,
} from './entry-rows.ts'
export { parseCounts, parseHistoryDetail, parseIndexes, parseOrigins, parseTexts } from './json-column.ts'
export { LabelReader } from './label-reader.ts'
export { newestPositionOf } from './newest-position.ts'
