import { type FileHandle, open } from 'node:fs/promises'
import { GzipLogFile } from './gzip-log-file.ts'
import type { LogFile } from './log-file.ts'
import { type OpenOptions, PlainLogFile } from './plain-log-file.ts'

/**
 * Opens a regular file for reading, unpacking what is gzipped by its first bytes, whatever its name says.
 * @throws Error of the file system
 */
export async function openLogFile(path: string, options: OpenOptions = {}): Promise<LogFile> {
  const handle = await open(path, 'r')
  try {
    return (await isGzip(handle, path))
      ? await GzipLogFile.open(path, handle)
      : await PlainLogFile.open(path, handle, options)
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function isGzip(handle: FileHandle, path: string): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0)
  // a packed file of which nothing arrived is cut off, not empty
  return bytesRead < 2 ? path.endsWith('.gz') : startsLikeGzip(buffer)
}

/** Whether bytes start as every gzip file does (RFC 1952, 2.3.1). */
export function startsLikeGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}
