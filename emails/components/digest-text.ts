import { type Messages, messagesFor } from '../messages.ts'
import { clean } from './clean.ts'
import type { DigestProps } from './digest-props.ts'
import { type Edition, editionOf, type Item, type Section } from './edition.ts'
import { dateLine } from './in-words.ts'
import { blocks, heading, linked, wrap } from './plain-text.ts'
import { safeUrl } from './safe-url.ts'
import { settingsOf } from './settings.tsx'
import { footerText } from './text-footer.ts'

/** The text part of a digest: the same stories, links and footer as the HTML part, set for reading. */
export function digestText(props: DigestProps): string {
  const { language } = props
  const newsletterName = clean(props.newsletterName)
  const edition = editionOf(props)
  return `${blocks(
    wrap(edition.intro),
    heading(newsletterName, '='),
    wrap(`${dateLine(props.editionDate, language)} · ${edition.extent}`),
    editionText(edition, props),
    closingText(props),
  )}\n`
}

type BodyProps = Omit<DigestProps, 'editionDate'>

/** The stories of a digest. */
export function editionText(edition: Edition, props: BodyProps): string {
  const { digest, marks } = messagesFor(props.language)
  return blocks(
    storyText(edition.lead, edition.lead.topic?.name),
    ...edition.sections.map((section) => sectionText(section, props)),
    ...edition.alone.map((item) => storyText(item, item.topic?.name)),
    edition.brief.length > 0 && blocks(heading(digest.inBrief), ...edition.brief.map(briefText)),
    props.furtherCount > 0 && furtherText(digest.further({ count: props.furtherCount }), props.siteUrl, marks),
  )
}

const furtherText = (further: string, siteUrl: string | undefined, { labelled }: Messages['marks']) =>
  siteUrl === undefined ? wrap(`${further}.`) : linked(wrap(labelled({ label: further })), safeUrl(siteUrl))

/** What can be changed, and the footer. */
export function closingText(props: BodyProps): string {
  const { language, frequency, links, publisher, confirmedOn } = props
  const { digest, footer, marks } = messagesFor(language)
  const newsletterName = clean(props.newsletterName)
  return blocks(
    heading(digest.settings),
    wrap(digest.rhythm({ frequency })),
    ...settingsOf(links, frequency, language).map(({ label, href }) => linked(marks.labelled({ label }), href)),
    props.takesReplies && wrap(digest.replies),
    footerText({
      newsletterName,
      language,
      publisher,
      why: footer.confirmed({ newsletter: newsletterName, date: confirmedOn }),
      kept: [confirmedOn],
    }),
  )
}

function sectionText({ topic, items, canBeFewer }: Section, { language, links }: BodyProps): string {
  const { digest, marks } = messagesFor(language)
  const fewer = marks.labelled({ label: digest.fewerOf({ topic: topic.name }) })
  return blocks(
    heading(topic.name),
    ...items.map((item) => storyText(item)),
    canBeFewer && linked(wrap(fewer), links.fewerOf(topic.slug)),
  )
}

function storyText({ title, summary, byline, url }: Item, topic?: string): string {
  const lines = [topic, title, summary, byline].map((line) => line && wrap(line))
  return [...lines, url].filter(Boolean).join('\n')
}

const briefText = (item: Item) => storyText({ ...item, summary: '' }, item.topic?.name)
