// What a reader gets in a run, against what they should get.
import { Temporal } from 'temporal-polyfill'
import { Violation } from './history.ts'
import type { PlannedStories } from './newsroom.ts'
import type { KnownArticle, Reader } from './reader.ts'

export type RunWindow = {
  readonly scheduledFor: number
  readonly windowEnd: number
  /** How many articles were there when it closed: what comes later is not in it, whatever its time. */
  readonly articleCount: number
}

/** The reason of an exclusion, or a digest. */
export type Got =
  | string
  | { readonly id: number; readonly edition: string; readonly further: number; readonly articles: readonly number[] }

type Fits = {
  readonly told: PlannedStories
  /** What must not be told any more. */
  readonly covered: readonly KnownArticle[]
  readonly editionDate: string | null
}

const storiesPerDigest = 12
/** The most by which the database's clock is ever set. */
export const clockStepsMs = 120_000

/** Throws a {@link Violation} where it does not fit. */
export function checkPlan(
  reader: Reader,
  run: RunWindow,
  articles: readonly KnownArticle[],
  obstacle: 'suppressed' | 'missed' | null,
  got: Got,
): Fits {
  if (reader.state !== 'active') throw new Violation('7 consent', `${reader.email} is planned, who is ${reader.state}`)
  if (run.scheduledFor !== reader.nextDigestAt) {
    throw new Violation(
      '4 one digest a local day',
      `${reader.email} is planned for ${time(run.scheduledFor)}, is due at ${time(reader.nextDigestAt)}`,
    )
  }
  const available = inWindow(articles, run)
  const { news, matching } = reader.wants(available)
  const expected = obstacle ?? (matching.length === 0 ? 'nothing_new' : 'a digest')
  checkKind(reader, expected, got)
  if (typeof got === 'string')
    return { told: { articles: [], further: [], hidden: [] }, covered: [], editionDate: null }

  const told = bestOf(matching, reader.choices.topics, run.windowEnd)
  const wanted = `${told.map(({ id }) => id).join(' ')} and ${matching.length - told.length} further`
  const given = `${got.articles.join(' ')} and ${got.further} further`
  if (wanted !== given) {
    throw new Violation('3 no story twice, none lost', `${reader.email} gets ${given}, where it should be ${wanted}`)
  }
  const editionDate = localDayOf(run.scheduledFor, reader)
  if (got.edition !== editionDate || reader.editions.has(editionDate)) {
    throw new Violation('4 one digest a local day', `${reader.email} gets that of ${got.edition}, it is ${editionDate}`)
  }
  const further = matching.filter((article) => !told.includes(article))
  const hidden = available.filter(({ isHidden }) => isHidden)
  return { told: { articles: told, further, hidden }, covered: news, editionDate }
}

/**
 * What a welcome tells is what one of these runs, whose windows end where the reader's cursor is now, would have told them.
 * Returns that, and what must not be told any more.
 */
export function checkWelcome(
  reader: Reader,
  runs: readonly RunWindow[],
  articles: readonly KnownArticle[],
  urls: ReadonlySet<string>,
): { readonly told: readonly KnownArticle[]; readonly covered: readonly KnownArticle[] } {
  if (reader.state !== 'active') throw new Violation('7 consent', `${reader.email} is welcomed, who is ${reader.state}`)
  if (urls.size === 0) return { told: [], covered: [] }
  for (const run of runs) {
    const { news, matching } = reader.wants(inWindow(articles, run))
    const told = bestOf(matching, reader.choices.topics, run.windowEnd)
    if (told.length === urls.size && told.every(({ url }) => urls.has(url))) return { told, covered: news }
  }
  throw new Violation(
    '3 no story twice, none lost',
    `${reader.email} is welcomed with ${[...urls].join(' ')}, which is what no run up to their cursor tells them`,
  )
}

/**
 * What is pinned, the one furthest up of each part of the window, and the newest, of a topic five at most while others are left. The topic of an
 * article is the first of its own that the reader chose.
 */
function bestOf(matching: readonly KnownArticle[], chosen: readonly string[], windowEnd: number): KnownArticle[] {
  const start = Math.min(...matching.map(({ availableAt }) => availableAt))
  const hours = (windowEnd - start) / 3_600_000
  const parts = Math.min(7, Math.max(1, Math.round(hours / 6)))
  const newsAt = ({ publishedAt, availableFrom }: KnownArticle) => Math.max(publishedAt, availableFrom ?? 0)
  const partOf = (one: KnownArticle) =>
    Math.floor((parts * Math.max(0, newsAt(one) - start)) / Math.max(1, windowEnd - start))
  const placeOf = ({ place }: KnownArticle) => Math.min(place ?? 12, 12)
  const worth = (one: KnownArticle) => newsAt(one) + Math.max(1, hours / 24) * 1_800_000 * (12 - placeOf(one))
  const byRank = (one: KnownArticle, other: KnownArticle) =>
    (other.pinnedAt ?? 0) - (one.pinnedAt ?? 0) ||
    worth(other) - worth(one) ||
    newsAt(other) - newsAt(one) ||
    other.id - one.id
  const topicOf = ({ topics }: KnownArticle) => topics.find((topic) => chosen.length === 0 || chosen.includes(topic))
  const ranked = matching.toSorted(byRank)
  const told: KnownArticle[] = []
  const fill = (from: readonly KnownArticle[], mayBe: (article: KnownArticle) => boolean) => {
    for (const one of from) if (told.length < storiesPerDigest && !told.includes(one) && mayBe(one)) told.push(one)
  }
  const isFree = (one: KnownArticle) => told.filter((other) => topicOf(other) === topicOf(one)).length < 5
  const foremost = ranked.toSorted((one, other) => placeOf(one) - placeOf(other))
  fill(ranked, ({ pinnedAt }) => pinnedAt !== null)
  fill(foremost, (one) => isFree(one) && !told.some((other) => partOf(other) === partOf(one)))
  fill(ranked, isFree)
  fill(ranked, () => true)
  return told.toSorted(byRank)
}

function checkKind(reader: Reader, expected: string, got: Got): void {
  const actual = typeof got === 'string' ? got : 'a digest'
  if (actual === expected) return
  const isEmpty = typeof got !== 'string' && got.articles.length === 0
  const isOfStories = [actual, expected].includes('nothing_new') && [actual, expected].includes('a digest')
  const stories = isOfStories ? '3 no story twice, none lost' : '2 nobody forgotten'
  throw new Violation(
    isEmpty ? '5 nothing new, no mail' : stories,
    `${reader.email} gets ${actual}, where it should be ${expected}`,
  )
}

/** What comes at the very moment at which a window closes, or while the clock is set back, is in the next. */
function inWindow(articles: readonly KnownArticle[], { articleCount, windowEnd }: RunWindow): KnownArticle[] {
  return articles.slice(0, articleCount).filter(({ id, firstSeenAt, availableAt }) => {
    if (availableAt === firstSeenAt && firstSeenAt > windowEnd + clockStepsMs) {
      throw new Violation('3 no story twice, none lost', `article ${id} was there, and is kept out of the window`)
    }
    return availableAt <= windowEnd
  })
}

/** The slot is at the reader's hour, or up to an hour later where that hour does not exist: of 23 that is past midnight. */
function localDayOf(slot: number, reader: Reader): string {
  const { hour, timeZone } = reader.choices
  const wall = Temporal.Instant.fromEpochMilliseconds(slot).toZonedDateTimeISO(timeZone).toPlainDateTime()
  return wall.subtract({ hours: hour }).toPlainDate().toString()
}

const time = (at: number | null) => (at === null ? 'no time' : new Date(at).toISOString())
