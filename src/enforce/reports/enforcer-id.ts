import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** systemd: the same for as long as the host is installed; not to be shown itself, machine-id(5). */
const MACHINE_ID = '/etc/machine-id'
const ID_CHARACTERS = 32

/** The id by which a service knows the enforcer of a firewall of this host again: it follows from both, so nothing has to be kept. */
export function enforcerIdOf(firewall: string): string {
  const host = [machineId(), hostname(), firewall]
  return createHash('sha256').update(JSON.stringify(host)).digest('hex').slice(0, ID_CHARACTERS)
}

/** Empty where there is none. */
function machineId(): string {
  try {
    return readFileSync(MACHINE_ID, 'utf8').trim()
  } catch {
    return ''
  }
}
