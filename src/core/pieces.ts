/** SQLite rows hold 2 MB: a text of this many UTF-16 units is never larger than that. */
const PIECE_CHARS = 500_000

/** A text cut into pieces that each fit into a row of a Durable Object's database, no character into halves. */
export function piecesOf(text: string): string[] {
  const pieces: string[] = []
  for (let start = 0; start < text.length;) {
    let end = start + PIECE_CHARS
    if (/[\ud800-\udbff]/.test(text.charAt(end - 1))) end -= 1
    pieces.push(text.slice(start, end))
    start = end
  }
  return pieces
}
