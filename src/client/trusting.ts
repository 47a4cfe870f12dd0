import { rootCertificates } from 'node:tls'

/** The TLS options that trust more authorities, in PEM, besides the built-in ones. */
export function trusting(ca: string | undefined): { readonly ca?: string[] } {
  return ca === undefined ? {} : { ca: [...rootCertificates, ca] }
}
