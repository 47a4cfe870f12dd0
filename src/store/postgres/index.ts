export { openPostgresStore, type PostgresStore } from './postgres-store.ts'
export { describeStoreUrl, hasPassword } from './store-url.ts'
