/** Media type of all answers (TAXII 2.1 section 1.6.8.1). */
export const TAXII_TYPE = 'application/taxii+json;version=2.1'

/** Whether a client takes {@link TAXII_TYPE}; one that says nothing does. */
export function acceptsTaxii(accept: string | undefined): boolean {
  const ranges = (accept ?? '').split(',').map((range) => range.trim().toLowerCase())
  return accept === undefined || ranges.some(takesTaxii)
}

function takesTaxii(range: string): boolean {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
  if (!['', '*/*', 'application/*', 'application/taxii+json'].includes(type)) return false
  const version = parameters.find((parameter) => parameter.startsWith('version='))
  return version === undefined || version.replaceAll('"', '') === 'version=2.1'
}
