/** How the bytes of an answer are written. */
export type Coding = 'gzip' | 'br' | 'identity'

/** Which coding to answer in: gzip before brotli, since its bytes are added to while brotli's are made anew. */
export function codingOf(header: string | string[] | undefined): Coding {
  const accepted = new Map<string, number>()
  for (const item of String(header ?? '').split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))
    accepted.set(name, weight === undefined ? 1 : Number(weight.slice(2)))
  }
  const accepts = (name: string) => (accepted.get(name) ?? accepted.get('*') ?? 0) > 0
  if (accepts('gzip')) return 'gzip'
  return accepts('br') ? 'br' : 'identity'
}
