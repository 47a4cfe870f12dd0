/** How honeyjam's own table looks. */
export interface NftablesConfig {
  /** Of family inet; nothing else may use it. Letters, digits and underscores. */
  readonly table: string
  /**
   * `prerouting`: before connection tracking (priority raw), for everything that comes in, cheapest. `filter`: in the input and
   * forward hooks, before the host's own filter rules.
   */
  readonly hook: 'prerouting' | 'filter'
  /** What happens to packets; `reject` needs the hook `filter`. */
  readonly action: 'drop' | 'reject'
  /** TCP and UDP ports that are kept; none: every packet. */
  readonly ports: readonly number[]
  /** Logs at most one packet a second. */
  readonly logsSample: boolean
  /** Elements of each set; sets that dynamic rules fill have 65,535 by default, which is too few for lists. */
  readonly maxEntries: number
}

export const DEFAULT_NFTABLES_CONFIG: NftablesConfig = {
  table: 'honeyjam',
  hook: 'prerouting',
  action: 'drop',
  ports: [],
  logsSample: false,
  maxEntries: 1_048_576,
}
