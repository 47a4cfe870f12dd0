// undici's own types speak for its front door only; these are the two inner modules that http-connection.ts uses.

declare module 'undici/lib/dispatcher/env-http-proxy-agent.js' {
  import type { EnvHttpProxyAgent } from 'undici'

  const agentClass: typeof EnvHttpProxyAgent
  export default agentClass
}

declare module 'undici/lib/dispatcher/agent.js' {
  import type { Agent } from 'undici'

  const agentClass: typeof Agent
  export default agentClass
}

declare module 'undici/lib/api/index.js' {
  import type { Dispatcher } from 'undici'
  export function request(
    this: Dispatcher,
    options: Dispatcher.RequestOptions,
  ): Promise<Dispatcher.ResponseData>
}
