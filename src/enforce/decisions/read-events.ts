/** Longest event that is taken, in characters: changes are cut into smaller ones, everything at once comes another way. */
const MAX_EVENT_CHARACTERS = 256 * 1024 * 1024

/** One server-sent event. */
export interface ServerEvent {
  /** `message` when it has no name. */
  readonly name: string
  readonly lines: readonly string[]
}

/**
 * Server-sent events (WHATWG HTML, section 9.2.6), one by one. Comments, ids and times to retry are left out.
 * @throws RangeError an event has no end
 */
export async function* readEvents(pieces: AsyncIterable<string>): AsyncGenerator<ServerEvent> {
  let rest = ''
  let name = 'message'
  let lines: string[] = []
  let characters = 0
  for await (const piece of pieces) {
    const complete = (rest + piece).split(/\r\n|\n|\r/)
    rest = complete.pop() ?? ''
    for (const line of complete) {
      const [, field = '', text = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
      if (line === '') {
        if (lines.length > 0) yield { name, lines }
        name = 'message'
        lines = []
        characters = 0
      } else if (field === 'event') name = text
      else if (field === 'data') {
        lines.push(text)
        characters += text.length
      }
      if (characters > MAX_EVENT_CHARACTERS) throw new RangeError('an event of the service has no end')
    }
  }
}
