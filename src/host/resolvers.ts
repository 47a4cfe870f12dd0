import { type Address, parseAddress } from '../ip/index.ts'

/** Name servers of a resolv.conf(5); a zone id is left out. */
export function resolversOf(text: string): readonly Address[] {
  return text.split('\n').flatMap((line) => {
    const [, server] = /^\s*nameserver\s+([^\s%#;]+)/.exec(line) ?? []
    const address = server === undefined ? undefined : parseAddress(server)
    return address === undefined ? [] : [address]
  })
}
