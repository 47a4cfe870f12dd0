export type { NftablesConfig } from './config.ts'
export { createNftables } from './nftables-enforcer.ts'
