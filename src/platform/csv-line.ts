// Lines of a CSV file (RFC 4180) whose cells were chosen by strangers.

/** What a spreadsheet would run as a formula, or drop a character of to find one. */
const formula = String.raw`(?:\s*[=+\-@＝＋－＠]|[\t\r\n])`
const mustBeGuarded = new RegExp(`^'*${formula}`)
const isGuarded = new RegExp(`^'+${formula}`)

/**
 * A line of a CSV file. A cell that a spreadsheet would run as a formula gets an apostrophe in front, and so does one that
 * looks as if it had got one, so that {@link withoutGuard} knows exactly what to take away.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

/** The text of a cell before {@link csvLine} put an apostrophe in front, if it did. */
export function withoutGuard(cell: string): string {
  return isGuarded.test(cell) ? cell.slice(1) : cell
}

function csvCell(text: string): string {
  const inert = mustBeGuarded.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
