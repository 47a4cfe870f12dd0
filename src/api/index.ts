export { type ApiServer, createApiServer } from './api-server.ts'
export type { ApiOptions, ApiSettings } from './context.ts'
export type { TlsIdentity } from './http-server.ts'
