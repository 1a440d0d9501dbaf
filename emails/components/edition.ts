// A digest laid out: what goes where and in which words, for the HTML part and the text part alike.
import { messagesFor } from '../messages.ts'
import { clean, clip } from './clean.ts'
import type { DigestProps, Story, Topic } from './digest-props.ts'
import { listOf, weekdayOf } from './in-words.ts'
import { wordsIn } from './language.ts'
import { lightened } from './lighten.ts'
import { pictureUrl, safeUrl } from './safe-url.ts'

export type Item = {
  title: string
  url: string | undefined
  summary: string
  imageUrl: string | undefined
  /** What the picture shows; the headline where nobody says. */
  imageAlt: string
  /** The picture has a text of its own. */
  isDescribed: boolean
  /** In pixels, where it is known. */
  imageWidth: number | undefined
  imageHeight: number | undefined
  /** "By A and B", with the weekday in a weekly digest and who else tells the story; may be empty. */
  byline: string
  topic: Topic | undefined
  canBeFewer: boolean
}

/** `canBeFewer`: there would be fewer such stories without the topic. */
export type Section = { topic: Topic; items: Item[]; canBeFewer: boolean }

/** What of a digest's props its layout depends on. */
export type EditionProps = Pick<DigestProps, 'stories' | 'language' | 'frequency'>

/** A piece of a line; `isTold`: of a story, so in the language of the stories. */
export type Piece = { text: string; isTold: boolean }

export type Edition = {
  intro: string
  /** The same, in pieces. */
  introPieces: Piece[]
  extent: string
  lead: Item
  sections: Section[]
  /** Told in full like those of the sections, each under the name of its own topic. */
  alone: Item[]
  brief: Item[]
}

// Longer ones are no reading for a list of stories.
const longestTitle = 300
const longestSummary = 400
const longestAlt = 120
const namedAuthors = 3
const wordsPerMinute = 200
const namedSites = 3
/** Beside a picture a phone has room for thirty letters. */
const longestUnbroken = 24
/** Between the parts of a line that is no sentence: none begins with the dot. */
export const betweenPieces = '\u00a0· '
/** A short piece of such a line, which goes over to the next line as a whole. */
export const unbroken = (piece: string) => piece.replaceAll(' ', '\u00a0')
const sectionSize = { least: 2, most: 5 }
/** So many stories after the lead are told in full, if there are as many: six make no list of headlines. */
const leastInFull = 5

/**
 * The lead, sections of two to five stories by their first topic, where those are few the best of the others in full, and the
 * rest in brief. Order is kept throughout.
 */
export function editionOf(props: EditionProps): Edition {
  const items = lightened(props.stories.map((story) => itemOf(story, props)))
  const [lead, ...rest] = items
  if (!lead) throw new RangeError('a digest needs at least one story')
  const byTopic = new Map<string, Section>()
  for (const item of rest) {
    if (!item.topic) continue
    const section = byTopic.get(item.topic.slug) ?? { topic: item.topic, items: [], canBeFewer: false }
    byTopic.set(item.topic.slug, section)
    if (section.items.length < sectionSize.most) section.items.push(item)
    section.canBeFewer ||= item.canBeFewer
  }
  const sections = [...byTopic.values()].filter((section) => section.items.length >= sectionSize.least)
  const placed = new Set(sections.flatMap((section) => section.items))
  const others = rest.filter((item) => !placed.has(item))
  // Nor is one headline a list, unless it is the sixth of a topic.
  const isOneLeft = others.length === leastInFull - placed.size + 1 && placed.size < leastInFull
  const alone = isOneLeft ? others.length : Math.max(0, leastInFull - placed.size)
  const introPieces = introOf(rest, props.language)
  return {
    intro: introPieces.map(({ text }) => text).join(''),
    introPieces,
    extent: extentOf(items, props.language),
    lead,
    sections,
    alone: others.slice(0, alone),
    brief: others.slice(alone),
  }
}

function itemOf(story: Story, { language, frequency }: EditionProps): Item {
  const topic = story.topics[0]
  const title = clip(story.title, longestTitle) || messagesFor(language).digest.untitled
  const imageAlt = clip(story.imageAlt, longestAlt)
  const headline = clip(title, longestAlt)
  return {
    title,
    url: safeUrl(story.url),
    summary: clip(story.summary, longestSummary),
    imageUrl: pictureUrl(story.imageUrl),
    imageAlt: imageAlt || headline,
    isDescribed: imageAlt !== '' && imageAlt !== headline,
    imageWidth: story.imageWidth ?? undefined,
    imageHeight: story.imageHeight ?? undefined,
    byline: bylineOf(story, language, frequency === 'weekly'),
    topic: topic && { slug: topic.slug, name: clip(topic.name, 60) || topic.slug },
    canBeFewer: story.canBeFewer ?? true,
  }
}

function bylineOf(story: Story, language: string, withWeekday: boolean): string {
  const words = messagesFor(language).digest
  const names = story.authors.map((author) => clip(author, 80)).filter(Boolean)
  const others = names.length - namedAuthors
  // "and 1 others" is avoided by naming the fourth.
  const shown = others > 1 ? [...names.slice(0, namedAuthors), words.otherAuthors({ count: others })] : names
  const by = shown.length > 0 ? [words.byline({ authors: listOf(shown, language) })] : []
  // A day of a week is what readers need; an hour would be wrong for all but one time zone.
  const day = withWeekday ? [weekdayOf(story.publishedAt, language)] : []
  const sites = (story.alsoIn ?? []).map((site) => clip(site, 60)).filter(Boolean)
  const named = listOf(sites.slice(0, namedSites), language)
  const pieces = [...by, ...day, ...(named ? [words.alsoIn({ sites: named })] : [])]
  const last = pieces.at(-1) ?? ''
  const isAddition = pieces.length > 1 && last.length <= longestUnbroken
  return [...pieces.slice(0, -1), isAddition ? unbroken(last) : last].join(betweenPieces)
}

/** How many stories there are, and how long the mail itself takes; how long what it links to is, nobody has told us. */
function extentOf(items: readonly Item[], language: string): string {
  const words = items.flatMap(({ title, summary }) => [title, summary]).reduce((sum, text) => sum + wordsIn(text), 0)
  return messagesFor(language).digest.edition({
    stories: items.length,
    minutes: Math.max(1, Math.round(words / wordsPerMinute)),
  })
}

function introOf(rest: readonly Item[], language: string): Piece[] {
  const words = messagesFor(language).digest
  const own = (text: string) => ({ text, isTold: false })
  if (rest.length === 0) return [own(words.oneStory)]
  const titles = rest.slice(0, 2).map((item) => ({ text: clip(item.title, 70), isTold: true }))
  const count = rest.length - titles.length
  const all = count > 0 ? [...titles, own(words.andMore({ count }))] : titles
  const [before = '', after = ''] = words.alsoInside({ titles: '\0' }).split('\0')
  const listed = all.flatMap((piece, index) => (index === 0 ? [piece] : [own(' · '), piece]))
  return [own(before), ...listed, own(after)].filter(({ text }) => text !== '')
}

/** A postal address on one line, however it was entered, with the commas of its own script: it is no part of the mail's words. */
export const onOneLine = (address: string) =>
  address
    .split(/[\r\n]+/)
    .map(clean)
    .filter(Boolean)
    .join(/(?=\p{Script=Arabic})\p{L}/u.test(address) ? '، ' : ', ')
