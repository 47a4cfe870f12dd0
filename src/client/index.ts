export {
  ApiClient,
  type ApiClientOptions,
  type ApiQuery,
  type ApiRequest,
  type ApiResponse,
  type ApiTextResponse,
} from './api-client.ts'
export type { DeliveryOutcome } from './delivery-outcome.ts'
export { describeError } from './delivery-outcome.ts'
export {
  type Heartbeat,
  HeartbeatClient,
  type HeartbeatClientOptions,
  type HeartbeatOutcome,
} from './heartbeat-client.ts'
export type { HttpTimeouts } from './http-connection.ts'
export { type ConnectionProbe, probeConnection } from './probe-connection.ts'
export { probeService, type ServiceAnswer } from './probe-service.ts'
export { type Report, ReportClient, type ReportClientOptions, type ReportTimeouts } from './report-client.ts'
export { proxyOf } from './service-proxy.ts'
export { serviceUrlOf } from './service-url.ts'
