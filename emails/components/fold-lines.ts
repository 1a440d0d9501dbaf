// Line breaks that change nothing: mail allows 998 octets a line, and React writes a whole document on one.

const longest = 900
const encoder = new TextEncoder()
const octetsOf = (text: string) => encoder.encode(text).length
const characters = new Intl.Segmenter('en')

/**
 * Breaks lines before blocks, in links and pictures and, where one is still too long, inside other tags, at spaces,
 * and in a text that has no space for hundreds of octets with an empty comment. Relies on `<` and `>` of texts and attributes being escaped.
 */
export function foldLines(html: string): string {
  const blocks = html.replace(/(?<=>)(?=<(?:table|tr|p|h[1-3]|div|meta|title|style|body)\b)/g, '\n')
  // Links and pictures have long addresses; a break inside the tag is nowhere to be seen.
  return blocks
    .replace(/<(a|img) /g, '<$1\n')
    .split('\n')
    .map(foldLine)
    .join('\n')
}

function foldLine(line: string): string {
  if (octetsOf(line) <= longest) return line
  let column = 0
  let folded = ''
  for (const [token] of line.matchAll(/<[^>]*>|[^<]+/g)) {
    const isTag = token.startsWith('<')
    const whole = column + octetsOf(token) <= longest
    const pieces = whole ? [token] : isTag ? tagPieces(token) : textPieces(token)
    for (const piece of pieces) {
      const octets = octetsOf(piece)
      // A tag's name stays where it is; the break comes after it.
      const breaks = column + octets > longest && !piece.startsWith('<')
      folded += breaks ? `${isTag || piece.startsWith(' ') ? '\n' : '<!--\n-->'}${piece.trimStart()}` : piece
      column = breaks ? octets : column + octets
    }
  }
  return folded
}

/** A tag may go on to the next line after its name and after each attribute. */
const tagPieces = (tag: string) => tag.split(/(?<=^<\/?\w+)|(?<=")(?=[\s/>])/)

const textPieces = (text: string) =>
  text.split(/(?= )/).flatMap((word) => (octetsOf(word) > longest ? charactersOf(word) : [word]))

/** Characters as readers see them; an entity is one too. */
const charactersOf = (word: string) =>
  word
    .split(/(&#?\w+;)/)
    .flatMap((part) => (part.startsWith('&') ? [part] : Array.from(characters.segment(part), ({ segment }) => segment)))
