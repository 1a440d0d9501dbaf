import { messagesFor } from '../messages.ts'
import { clean } from './clean.ts'
import { onOneLine } from './edition.ts'
import { type FooterProps, linksOf } from './footer.tsx'
import { blocks, linked, wrap } from './plain-text.ts'
import { safeUrl } from './safe-url.ts'

/** The footer of the text part; it says what the HTML footer says. */
export function footerText(props: FooterProps & { kept?: readonly string[] }): string {
  const { newsletterName, language, publisher, why, links = [], kept = [] } = props
  const { footer: words, marks } = messagesFor(language)
  const sender = `${words.sentBy({ newsletter: clean(newsletterName) })} ${clean(publisher.name)}${marks.comma} ${onOneLine(publisher.postalAddress)}.`
  return blocks(
    // Not "-- ": some clients fold away what follows it, and this must be seen.
    '-'.repeat(40),
    wrap(why, kept),
    linked(wrap(sender), safeUrl(publisher.siteUrl)),
    wrap(`${words.questions} ${clean(publisher.contactAddress)}`, [clean(publisher.contactAddress)]),
    ...[...linksOf(publisher), ...links].map(({ label, href }) => linked(marks.labelled({ label }), href)),
  )
}
