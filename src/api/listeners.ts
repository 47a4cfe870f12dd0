import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import { HoneyjamError } from '../runtime/index.ts'
import type { ApiOptions } from './context.ts'
import { createHttpServer, secureContextOf, type TlsIdentity } from './http-server.ts'
import { LOCAL_PLACE, LocalServer } from './local-server.ts'
import { OpenConnections } from './open-connections.ts'
import { serverUrl } from './server-url.ts'

interface Place {
  readonly host: string
  readonly port: number
}

/** The servers that hand their requests to one app. */
export class Listeners {
  readonly connections = new OpenConnections()
  readonly local = new LocalServer(this.connections)
  readonly #options: Pick<ApiOptions, 'logger' | 'tls'>
  /** The app closes them itself. */
  readonly #own: Server[] = []
  #listener: RequestListener | undefined

  constructor(options: Pick<ApiOptions, 'logger' | 'tls'>) {
    this.#options = options
  }

  /** Makes a server for the app; it calls this once for each address of a host name. */
  create(listener: RequestListener): Server {
    this.#listener = listener
    const server = createHttpServer(listener, this.#options)
    this.connections.watch(server)
    this.#own.push(server)
    return server
  }

  /** @returns the URL of the app's first server, which `start` lets listen. @throws HoneyjamError LISTEN_FAILED */
  async listen(place: Place, start: () => Promise<unknown>): Promise<string> {
    await listening(place, start)
    const scheme = this.#options.tls === undefined ? 'http' : 'https'
    return serverUrl(scheme, this.#own[0]?.address() as AddressInfo)
  }

  /** @throws HoneyjamError LISTEN_FAILED */
  async listenLocally(): Promise<string> {
    const listener = this.#listener
    if (listener === undefined) throw new TypeError('the app has no server yet')
    return await listening(LOCAL_PLACE, () => this.local.listen(listener, this.#options.logger))
  }

  replaceIdentity(tls: TlsIdentity): void {
    for (const server of this.#own)
      if (server instanceof TlsServer) server.setSecureContext(secureContextOf(tls))
  }
}

async function listening<Result>({ host, port }: Place, start: () => Promise<Result>): Promise<Result> {
  try {
    return await start()
  } catch (cause) {
    const fields = { host, port }
    throw new HoneyjamError('LISTEN_FAILED', `cannot listen on ${host} port ${port}`, { cause, fields })
  }
}
