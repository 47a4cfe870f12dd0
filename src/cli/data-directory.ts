import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'

/** What decides where data lies when nobody says so. */
export interface DataDirectoryFacts {
  /** The folder that holds package.json. */
  readonly packageDirectory: string
  readonly environment: NodeJS.ProcessEnv
  readonly platform: NodeJS.Platform
  readonly homeDirectory: string
  readonly isRoot: boolean
}

/**
 * The data directory of a service started without `--data`: `honeyjam-data` in a checkout, from wherever it is called,
 * else the platform's usual place.
 */
export function defaultDataDirectory(facts: DataDirectoryFacts): string {
  if (isCheckout(facts.packageDirectory)) return join(facts.packageDirectory, 'honeyjam-data')
  if (facts.platform === 'darwin') {
    return join(facts.homeDirectory, 'Library', 'Application Support', 'honeyjam')
  }
  if (facts.platform === 'win32') {
    return join(
      facts.environment['LOCALAPPDATA'] ?? join(facts.homeDirectory, 'AppData', 'Local'),
      'honeyjam',
    )
  }
  if (facts.isRoot) return '/var/lib/honeyjam'
  return join(facts.environment['XDG_DATA_HOME'] || join(facts.homeDirectory, '.local', 'share'), 'honeyjam')
}

/** The published package holds no sources, and what npm installs lies below `node_modules`. */
function isCheckout(packageDirectory: string): boolean {
  if (packageDirectory.split(sep).includes('node_modules')) return false
  return existsSync(join(packageDirectory, 'src', 'cli'))
}
