// The lines of a mail that has only HTML, without what it quotes.
import { Parser } from 'htmlparser2'

/** What a reader writes is near the beginning, after any style sheets. */
const maximumHtmlLength = 200_000
const maximumLines = 500

const unread = new Set('head style script title template noscript iframe object svg math select textarea'.split(' '))
const breaks = new Set(
  'address article aside blockquote body br dd div dl dt footer form h1 h2 h3 h4 h5 h6 header hr li main ol p pre section table td th tr ul'.split(
    ' ',
  ),
)
/** Elements that hold a quotation: Gmail, Yahoo, Thunderbird, Proton, Zoho, Fastmail. */
const quotes =
  /(^|\s)(gmail_quote(_container)?|gmail_attr|gmail_signature(_prefix)?|yahoo_quoted|moz-cite-prefix|moz-signature|protonmail_quote|protonmail_signature_block|zmail_extra|qt|tutanota_quote)(\s|$)/i
/** Outlook puts the quotation behind one of these, not into it. */
const quotesFollow =
  /^(x_)?(divRplyFwdMsg|appendonsend|mail-editor-reference-message-container|OLK_SRC_BODY_SECTION|Signature|ms-outlook-mobile-signature)$/i
const empty = new Set('area base br col embed hr img input link meta source track wbr'.split(' '))

export function htmlLines(html: string): string {
  const lines: string[] = []
  let line = ''
  let hiddenIn = 0
  let isOver = false
  const flush = () => {
    lines.push(line.replace(/\s+/g, ' ').trim())
    line = ''
    if (lines.length >= maximumLines) isOver = true
  }
  const parser = new Parser(
    {
      onopentag: (name, { class: classes = '', id = '' }) => {
        if (isOver) return
        if (hiddenIn === 0 && quotesFollow.test(id)) {
          isOver = true
          return
        }
        // Within what is hidden all elements are counted, so that its own end is found.
        if (hiddenIn > 0 || unread.has(name) || name === 'blockquote' || quotes.test(classes)) {
          if (!empty.has(name)) hiddenIn++
          return
        }
        if (breaks.has(name)) flush()
      },
      ontext: (text) => {
        if (hiddenIn === 0 && !isOver) line += text
      },
      onclosetag: (name) => {
        if (isOver) return
        if (hiddenIn > 0) {
          if (!empty.has(name)) hiddenIn--
        } else if (breaks.has(name)) flush()
      },
    },
    { decodeEntities: true },
  )
  parser.end(html.slice(0, maximumHtmlLength))
  flush()
  return lines.join('\n')
}
