/** How honeyjam's own sets and chain look. */
export interface IpsetConfig {
  /** Start of the names of the sets; the chain is the same in capitals. Letters and digits, at most 16. */
  readonly name: string
  /** `raw`: before connection tracking, for everything that comes in. `filter`: in INPUT and FORWARD. */
  readonly table: 'raw' | 'filter'
  /** Elements of each set. */
  readonly maxEntries: number
}

export const DEFAULT_IPSET_CONFIG: IpsetConfig = { name: 'honeyjam', table: 'raw', maxEntries: 1_048_576 }
