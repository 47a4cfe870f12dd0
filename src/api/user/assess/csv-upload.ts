import type { FastifyRequest } from 'fastify'
import { refuseFaults } from '../../refusal.ts'

const FIELD = 'csv_file'
/** Parts of a form: more than anybody needs, and few enough that no form is slow to take apart. */
const MAX_PARTS = 16
const MAX_PART_HEADER_BYTES = 4_096

/**
 * The text of the file that a form (multipart/form-data, RFC 7578) carries in `csv_file`. The body has been read and is at most
 * 1 MiB; the parser is that of the platform (`Response.formData`, WHATWG Fetch).
 * @throws Refusal 422
 */
export async function csvFileOf({ body, headers }: FastifyRequest): Promise<string> {
  const contentType = headers['content-type'] ?? ''
  const boundary = boundaryOf(contentType)
  if (boundary === undefined) {
    throw refuseForm(
      ['header', 'content-type'],
      'send the file as multipart/form-data',
      'value_error.content_type',
    )
  }
  if (!Buffer.isBuffer(body)) throw refuseForm(['body', FIELD], 'field required', 'value_error.missing')
  checkParts(body, boundary)
  const form = await formOf(body, contentType)
  if (form === undefined) throw refuseForm(['body'], 'the body is not a valid form', 'value_error.form')
  const file = form.get(FIELD)
  if (file === null) throw refuseForm(['body', FIELD], 'field required', 'value_error.missing')
  return typeof file === 'string' ? file : await file.text()
}

async function formOf(body: Buffer, contentType: string): Promise<FormData | undefined> {
  const response = new Response(new Uint8Array(body), { headers: { 'content-type': contentType } })
  try {
    // oxlint-disable-next-line typescript/no-deprecated -- advised against for bodies without bounds; this one has them
    return await response.formData()
  } catch {
    return undefined
  }
}

function boundaryOf(contentType: string): string | undefined {
  if (!/^\s*multipart\/form-data\s*;/i.test(contentType)) return undefined
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? []
  return quoted ?? plain
}

/** The platform's parser bounds neither parts nor their headers, and takes 0.4 s for a form of many small ones. */
function checkParts(body: Buffer, boundary: string): void {
  const delimiter = `--${boundary}`
  let parts = 0
  for (let at = body.indexOf(delimiter); at >= 0; at = body.indexOf(delimiter, at + delimiter.length)) {
    const isLast = body.toString('latin1', at + delimiter.length, at + delimiter.length + 2) === '--'
    if (isLast) return
    const headerEnd = body.subarray(at, at + MAX_PART_HEADER_BYTES).indexOf('\r\n\r\n')
    if (++parts > MAX_PARTS || headerEnd < 0) {
      throw refuseForm(
        ['body'],
        `a form has at most ${MAX_PARTS} parts with short headers`,
        'value_error.form',
      )
    }
  }
}

function refuseForm(loc: string[], msg: string, type: string) {
  return refuseFaults([{ loc, msg, type }])
}
