/** One column of a table: its heading and the side its texts keep to. */
export interface Column {
  readonly heading: string
  readonly align?: 'left' | 'right'
}

const GAP = '  '

/** Lays out rows as aligned text for people; cells are safe to print already. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const headings = columns.map((column) => column.heading)
  const widths = columns.map((_, index) => widthOf(index, [headings, ...rows]))
  return [headings, ...rows].map((row) => renderRow(row, columns, widths)).join('\n')
}

/** Lays out `name  value` lines; the further lines of a value stand below its first. */
export function renderPairs(pairs: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(0, ...pairs.map(([name]) => name.length))
  const nextLine = `\n${' '.repeat(width)}${GAP}`
  return pairs
    .map(([name, value]) => `${name.padEnd(width)}${GAP}${value.replaceAll('\n', nextLine)}`.trimEnd())
    .join('\n')
}

/** Moves every line two columns to the right. */
export function indent(text: string): string {
  return text.replaceAll(/^/gm, GAP)
}

function widthOf(index: number, rows: readonly (readonly string[])[]): number {
  return rows.reduce((width, row) => Math.max(width, row[index]?.length ?? 0), 0)
}

function renderRow(row: readonly string[], columns: readonly Column[], widths: readonly number[]): string {
  const cells = columns.map((column, index) => {
    const cell = row[index] ?? ''
    const width = widths[index] ?? 0
    return column.align === 'right' ? cell.padStart(width) : cell.padEnd(width)
  })
  return cells.join(GAP).trimEnd()
}
