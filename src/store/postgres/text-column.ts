/** PostgreSQL's text holds every character but U+0000, which foreign text may contain. */
export function toColumn(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\0', '\\0')
}

/** The reverse of {@link toColumn}. */
export function fromColumn(column: string): string {
  return column.replaceAll(/\\([\\0])/g, (_, character: string) => (character === '0' ? '\0' : '\\'))
}
