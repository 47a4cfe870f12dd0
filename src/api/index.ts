export { type ApiServer, CLOSE_GRACE_MS, createApiServer } from './api-server.ts'
export type { ApiOptions, ApiSettings } from './context.ts'
