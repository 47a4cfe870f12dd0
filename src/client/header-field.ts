/** The value of a header field, the first one if it came several times. */
export function singleField(field: string | string[] | undefined): string | undefined {
  return Array.isArray(field) ? field[0] : field
}
