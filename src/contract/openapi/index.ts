export { createOpenApi, type OpenApi, type OpenApiOperation } from './openapi.ts'
