export type { IpsetConfig } from './config.ts'
export { createIpset } from './ipset-enforcer.ts'
