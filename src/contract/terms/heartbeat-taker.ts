/** Answer of `GET /honeyjam/v1/heartbeat`: who answers, so that nobody else is told of agents. */
export interface HeartbeatTaker {
  readonly service: 'honeyjam'
}

/** Whether what a server answered says that it is honeyjam. */
export function isHeartbeatTaker(body: unknown): body is HeartbeatTaker {
  return typeof body === 'object' && body !== null && 'service' in body && body.service === 'honeyjam'
}
