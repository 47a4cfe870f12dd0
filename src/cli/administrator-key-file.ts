import { join } from 'node:path'

/** Where the administrator's key of a data directory lies. */
export function adminKeyFile(directory: string): string {
  return join(directory, 'admin.key')
}
