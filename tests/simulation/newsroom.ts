// What the newsroom decides and corrects, as the simulation knows it, and what a mail has to say because of it.
import { Violation } from './history.ts'
import type { KnownArticle, Reader } from './reader.ts'

export type Decision = 'pin' | 'unpin' | 'hide' | 'show' | 'embargo' | 'lift'

/** What the service keeps of an article's times, in milliseconds. */
export type KeptTimes = { readonly pinned: number | null; readonly available: number; readonly from: number | null }

/** What a mail told: the mail of a call, or of a digest as it is when it begins. */
export type Mail = { readonly subject: string; readonly text: string; readonly html: string }

/** What a digest has to tell, as its articles were when it began. */
export type Told = {
  readonly titles: readonly string[]
  readonly lead: string
  /** How many further ones: what was shown again since it was planned may be counted. */
  readonly further: { readonly least: number; readonly most: number }
}

/** A digest as it was planned. */
export type PlannedStories = {
  readonly articles: readonly KnownArticle[]
  readonly further: readonly KnownArticle[]
  /** Of its window, and hidden at that time. */
  readonly hidden: readonly KnownArticle[]
}

/** Whether a window was closed over it when it was not hidden: `windowEnd` is that of the newest run. */
export const mayBeTold = (article: KnownArticle, windowEnd: number) =>
  article.isHidden ? !article.isUntold : article.availableAt <= windowEnd

/** Notes a decision that was committed; `until` is the end of an embargo. */
export function decideOn(
  article: KnownArticle,
  decision: Decision,
  kept: KeptTimes,
  { windowEnd, readers, until }: { windowEnd: number; readers: Iterable<Reader>; until: number | null },
): void {
  const isTold = mayBeTold(article, windowEnd)
  const move = () => {
    if (kept.available === article.availableAt) return
    if (isTold || kept.available <= windowEnd || (until !== null && kept.available !== until)) {
      throw new Violation(
        '3 no story twice, none lost',
        `article ${article.id} is available at a time that may be told`,
      )
    }
    ;[article.availableAt, article.availableFrom] = [kept.available, kept.from]
    for (const reader of readers) reader.covered.delete(article.id)
  }
  if (decision === 'pin') article.pinnedAt ??= kept.pinned
  else if (decision === 'unpin') article.pinnedAt = null
  else if (decision === 'hide') {
    article.isUntold = !isTold
    article.isHidden = true
  } else {
    if (decision === 'embargo' && isTold)
      throw new Violation('3 no story twice, none lost', `article ${article.id} is held back, and may have been told`)
    if (decision !== 'show' || article.isUntold) move()
    if (decision === 'show') article.isHidden = article.isUntold = false
  }
}

const isVisible = ({ isHidden }: KnownArticle) => !isHidden

/** As they are now, without what is hidden. */
export const titlesOf = (articles: readonly KnownArticle[]) => articles.filter(isVisible).map(({ title }) => title)

/** What is to be told of it by what begins now; undefined where nothing is left. */
export function toldNow({ articles, further, hidden }: PlannedStories): Told | undefined {
  const titles = titlesOf(articles)
  const least = further.filter(isVisible).length
  return titles[0] === undefined
    ? undefined
    : { titles, lead: titles[0], further: { least, most: least + hidden.filter(isVisible).length } }
}

function complain(what: string, where: string, given: string, wanted: string): never {
  throw new Violation('12 as corrected', `the ${where} of ${what} tells ${given}, where it should be ${wanted}`)
}

/** Throws a {@link Violation} where its text or its HTML tells other headlines. */
export function checkTitles(what: string, mail: Mail, titles: readonly string[]): void {
  const wanted = titles.toSorted().join(', ')
  for (const where of ['text', 'html'] as const) {
    const found = [...new Set(mail[where].match(/Story \d+(?:\sv\d+)?/g))].map((title) => title.replace(/\s+/, ' '))
    const given = [...new Set(found.map((title) => title.replace(/\s/g, ' ')))].toSorted().join(', ')
    if (given !== wanted) complain(what, where, given, wanted)
  }
}

/** Throws a {@link Violation} where a digest says something else, in its subject, its text or its HTML. */
export function checkTold(message: number, mail: Mail, told: Told | undefined): void {
  if (!told) throw new Violation('3 no story twice, none lost', `digest ${message} begins, and all of it was withdrawn`)
  const what = `digest ${message}`
  checkTitles(what, mail, told.titles)
  if (mail.subject !== told.lead) complain(what, 'subject', mail.subject, told.lead)
  const [, count] = /(One|\d+) more stor(?:y|ies) on the site/.exec(mail.text) ?? []
  const further = count === undefined ? 0 : count === 'One' ? 1 : Number(count)
  const { least, most } = told.further
  if (further < least || further > most) complain(what, 'text', `${further} further`, `${least} to ${most}`)
}
