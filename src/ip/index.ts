export {
  type Address,
  comparePacked,
  ipv4Text,
  isIpv4,
  isPackedIpv4,
  packAddress,
  parseAddress,
  unpackAddress,
  WORDS_PER_ADDRESS,
  wordsOf,
} from './address.ts'
export { AddressTable } from './address-table.ts'
export { bareHost } from './bare-host.ts'
export {
  type AddressClass,
  classifyAddress,
  classifyPacked,
  classifyRange,
  isNeverSource,
  rangesOfClasses,
} from './classify.ts'
export { EntrySum } from './entry-sum.ts'
export {
  boundsOf,
  disjointIntervals,
  type Interval,
  intervalsInOrder,
  intervalText,
  joinNetworks,
} from './intervals.ts'
export { isLoopbackHost } from './loopback-host.ts'
export {
  clearHostBits,
  isIpv4Range,
  isTooWideToList,
  type PackedRange,
  packRange,
  parseRange,
  type Range,
  rangeContains,
  rangeText,
} from './range.ts'
export { Shield } from './shield.ts'
