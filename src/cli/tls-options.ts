import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { TlsFiles } from '../config/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import { option } from './options.ts'

/** How the command line says that the service speaks TLS. */
export interface TlsOptions {
  readonly tlsCert?: string
  readonly tlsKey?: string
}

/** Adds what lets a service speak TLS. */
export function addTlsOptions(command: Command): void {
  const heading = 'TLS:'
  command
    .addOption(
      option('--tls-cert <file>', 'certificate (PEM) to speak TLS with; read again when it changes')
        .default(undefined, 'plain HTTP')
        .helpGroup(heading),
    )
    .addOption(option('--tls-key <file>', 'its private key (PEM)').helpGroup(heading))
}

/** @returns `undefined` for plain HTTP. @throws HoneyjamError USAGE one is named without the other */
export function tlsFilesOf({ tlsCert, tlsKey }: TlsOptions): TlsFiles | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsCert === undefined || tlsKey === undefined) {
    const missing = tlsCert === undefined ? '--tls-cert' : '--tls-key'
    throw new HoneyjamError(
      'USAGE',
      `TLS needs a certificate and its key: name the other file with ${missing}`,
    )
  }
  return { certFile: resolve(tlsCert), keyFile: resolve(tlsKey) }
}
