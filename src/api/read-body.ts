import type { Readable } from 'node:stream'
import { MAX_BODY_BYTES } from '../contract/index.ts'
import { refuse } from './refusal.ts'

/**
 * Bytes that are read and thrown away so that a client that is still sending can read its 413: closing earlier resets the
 * connection, and many clients then report a network failure instead of the answer.
 */
const MAX_DRAINED_BYTES = 8 * MAX_BODY_BYTES

/**
 * Reads a request body of at most {@link MAX_BODY_BYTES}; never holds more than that.
 * @param declaredBytes `Content-Length`, or NaN where there is none
 * @throws Refusal 413 `request-body-too-large`
 */
export async function readBody(payload: Readable, declaredBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let received = 0
  let isTooLarge = declaredBytes > MAX_BODY_BYTES
  // leaving the loop must not destroy the socket, which still has to carry the answer
  for await (const chunk of payload.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    received += chunk.length
    isTooLarge ||= received > MAX_BODY_BYTES
    if (isTooLarge) chunks.length = 0
    else chunks.push(chunk)
    if (received > MAX_DRAINED_BYTES) break
  }
  if (isTooLarge) throw refuse('request-body-too-large', `the body is larger than ${MAX_BODY_BYTES} bytes`)
  return Buffer.concat(chunks, received)
}
