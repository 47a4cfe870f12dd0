/**
 * Joins small pieces to texts of about `size` characters, so that each is worth a write to a socket; gives what there is, be it
 * nothing, when a piece is empty.
 */
export function* collectPieces(pieces: Iterable<string>, size: number): Generator<string> {
  let text = ''
  for (const piece of pieces) {
    text += piece
    if (text.length < size && piece !== '') continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}
