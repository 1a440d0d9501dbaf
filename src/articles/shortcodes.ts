// Shortcodes of publishing systems that were not carried out: `[vc_row]`, `[embed]…[/embed]`, `[gallery ids="1,2"]`.

const tag = /\[(\/?)([a-z][\w-]{0,40})(\s[^[\]]{0,1000})?\/?\]/gi
/** What stands in these is no running text. */
const withContent =
  /\[(embed|caption|wp_caption|gallery|playlist|video|audio|youtube|vimeo)(?:\s[^[\]]{0,1000})?\][^[\]]{0,1000}\[\/\1\]/gi

/** The names, in lower case, of those that end somewhere in a text. */
export function closedShortcodes(text: string): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(/\[\/([a-z][\w-]{0,40})\]/gi), ([, name = '']) => name.toLowerCase()))
}

/**
 * A text without them. What writers put in brackets ("[her]", "[sic]", "[1]") is none: it has no attributes, ends nowhere
 * (`closed` has the names of those that do), and has no underscore beside another one.
 */
export function withoutShortcodes(text: string, closed: ReadonlySet<string>): string {
  if (!text.includes('[')) return text
  return text
    .replace(withContent, ' ')
    .replace(tag, (found: string, slash: string, name: string, attributes = '', at: number, whole: string) => {
      const isBeside = whole[at - 1] === ']' || whole[at + found.length] === '['
      const isOne =
        slash !== '' ||
        /[\w-]=\S/.test(attributes) ||
        closed.has(name.toLowerCase()) ||
        (name.includes('_') && isBeside)
      // Those of a letter or two are of type: "[b]".
      return isOne ? (name.length > 2 ? ' ' : '') : found
    })
}
