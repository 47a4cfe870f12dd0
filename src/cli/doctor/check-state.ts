import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { findLockHolder, type LockHolder } from '../../runtime/index.ts'
import { type Finding, failed, ok, warning } from './finding.ts'

const MIB = 1024 * 1024
/** What a day without service fills at most, with room for SQLite's journal. */
const ENOUGH_FREE_BYTES = 100 * MIB

/** Whether the agent can remember there what it sent. Makes and locks nothing, so that it disturbs no agent. */
export async function checkState(directory: string): Promise<Finding> {
  const existing = await nearestExisting(directory)
  const isThere = existing === directory
  if (!(await stat(existing)).isDirectory()) {
    return failed(`${existing} is no directory`, 'Choose another one with --state or state_path.')
  }
  if (!(await isWritable(existing))) {
    const what = isThere ? `this user may not write ${directory}` : `this user may not make ${directory}`
    return failed(what, 'Run this as the user of the agent, or give the directory to that user.')
  }
  const { bavail, bsize } = await statfs(existing)
  const details = [
    isThere ? 'writable' : 'not there yet; it can be made',
    `${Math.floor((bavail * bsize) / MIB).toLocaleString('en-US')} MiB free`,
    holderText(findLockHolder(directory)),
  ]
  if (bavail * bsize >= ENOUGH_FREE_BYTES) return ok(`${directory}: ${details.join(', ')}`)
  return warning(
    `${directory}: ${details.join(', ')}`,
    'Free some space: what cannot be delivered waits here.',
  )
}

async function nearestExisting(path: string): Promise<string> {
  try {
    await stat(path)
    return path
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const parent = dirname(path)
    if ((code !== 'ENOENT' && code !== 'ENOTDIR') || parent === path) throw error
    return await nearestExisting(parent)
  }
}

async function isWritable(directory: string): Promise<boolean> {
  return await access(directory, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
}

function holderText(holder: LockHolder | undefined): string {
  if (holder === undefined) return 'no agent runs with it'
  return `${holder.pid === undefined ? 'another process' : `process ${holder.pid}`} runs with it`
}
