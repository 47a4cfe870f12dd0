export { backupSqlite } from './backup.ts'
export { openSqliteSource, openSqliteTarget } from './sqlite-archive.ts'
export { openSqliteStore, type SqliteStore } from './sqlite-store.ts'
export { checkSqliteStore } from './store-files.ts'
