export { createOpenApi, type OpenApi, type OpenApiOperation, type OpenApiParameter } from './openapi.ts'
