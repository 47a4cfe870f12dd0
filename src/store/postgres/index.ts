export { migratePostgres, openPostgresSource, openPostgresTarget } from './postgres-archive.ts'
export { openPostgresStore, type PostgresStore } from './postgres-store.ts'
export { describeStoreUrl, hasPassword } from './store-url.ts'
