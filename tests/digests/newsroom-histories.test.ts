// Invariant 3 with a newsroom at work, over random histories of polls, decisions, changes, pauses and missed ticks: no story
// twice, none lost, hidden ones never, pinned ones first, none before the end of its embargo.

import fc from 'fast-check'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { embargoArticle, hideArticle, pinArticle, showArticle, unpinArticle } from '../../src/articles/newsroom.ts'
import type { IncomingArticle } from '../../src/articles/normalise-item.ts'
import { storeArticles } from '../../src/articles/store-articles.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { PublicError } from '../../src/platform/errors.ts'
import { changePreferences } from '../../src/subscriptions/preferences.ts'
import { at, testContext } from '../support/context.ts'
import { testDatabase, theNewsletterId } from '../support/database.ts'
import { aReader, aTopic } from '../support/factories.ts'

const database = testDatabase()
const start = new Date('2026-10-20T00:00:00Z').getTime()
const hoursOf = (number: number) => new Date(start + number * 3_600_000)
const evidence = { source: 'link', ip: null, userAgent: null } as const
const slugs = ['climate', 'culture', 'sport']

/** An article as the test knows it: what was decided about it, and from when on it may be told. */
type Known = {
  readonly id: number
  readonly title: string
  readonly feed: number
  readonly topics: readonly string[]
  /** The number of the first article that tells this story. */
  readonly story: number
  availableAt: number
  isPinned: boolean
  isHidden: boolean
  /** Hidden before anybody can have been told. */
  isUntold: boolean
}

const ofArticle = fc.nat(1_000)
const topics = fc.subarray(slugs)
const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('poll' as const), topics, feed: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('retell' as const), topics, of: ofArticle }) },
  { weight: 9, arbitrary: fc.record({ kind: fc.constant('tick' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('pin' as const, 'unpin' as const, 'hide' as const, 'show' as const, 'lift' as const),
      of: ofArticle,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('embargo' as const),
      of: ofArticle,
      hours: fc.integer({ min: -2, max: 60 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      change: fc.record(
        {
          frequency: fc.constantFrom('daily' as const, 'weekdays' as const, 'weekly' as const),
          hour: fc.integer({ min: 0, max: 23 }),
          topics,
          pauseDays: fc.integer({ min: 0, max: 3 }),
        },
        { requiredKeys: [] },
      ),
    }),
  },
)
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never
const history = fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), event), {
  minLength: 30,
  maxLength: 80,
  size: 'max',
})

class Newsroom {
  readonly articles: Known[] = []
  readonly timesTold = new Map<number, number>()
  readonly context = testContext(database.db)
  private number = 0
  private chosen: readonly string[] = []
  /** What was available after it, and matches, was told: up to the cursor. */
  private toldFrom = hoursOf(-24).getTime()
  /** Stories that were told, each with what told it. */
  private readonly toldStories = new Map<number, Known[]>()
  private readonly subscriptionId: number
  private readonly feeds: readonly number[]

  constructor(subscriptionId: number, feeds: readonly number[]) {
    this.subscriptionId = subscriptionId
    this.feeds = feeds
  }

  async happens(event: Event, now: Date): Promise<void> {
    this.context.clock.set(now)
    if (event.kind === 'poll') return this.store(event.feed, `Number ${this.number} from the harbour`, event.topics)
    if (event.kind === 'tick') return this.tick(now)
    if (event.kind === 'change') {
      await changePreferences(this.context, this.subscriptionId, event.change, evidence)
      if (event.change.topics) await this.choose(event.change.topics.length === slugs.length ? [] : event.change.topics)
      return
    }
    const among = this.likely(event.kind, event.of)
    const article = among[event.of % among.length]
    if (!article) return
    if (event.kind === 'retell') return this.store(1 - article.feed, article.title, event.topics)
    return this.decide(
      event.kind,
      article,
      event.kind === 'embargo' ? new Date(now.getTime() + event.hours * 3_600_000) : now,
    )
  }

  /** With a topic more, it is not known any more what of them was told. */
  private async choose(topics: readonly string[]): Promise<void> {
    const hasMore = topics.length === 0 || topics.some((slug) => !this.chosen.includes(slug))
    if (this.chosen.length > 0 && hasMore) this.toldFrom = await this.cursor()
    this.chosen = topics
  }

  private async cursor(): Promise<number> {
    const { read_until } = await database.db.selectFrom('subscriptions').select('read_until').executeTakeFirstOrThrow()
    return read_until?.getTime() ?? 0
  }

  /** What a newsroom would decide about: what was hidden is shown, an embargo that is there is lifted, and mostly of the newest. */
  private likely(kind: string, of: number): readonly Known[] {
    const now = this.context.clock.now().getTime()
    const hidden = kind === 'show' ? this.articles.filter(({ isHidden }) => isHidden) : []
    const held = kind === 'lift' ? this.articles.filter(({ availableAt }) => availableAt > now + 1) : []
    const taken = [...hidden, ...held]
    return taken.length > 0 ? taken : of < 800 ? this.articles.slice(-3) : this.articles
  }

  private async store(feed: number, title: string, of: readonly string[]): Promise<void> {
    const number = this.number++
    const { db } = database
    const newsletterId = await theNewsletterId(db)
    const item: IncomingArticle = {
      position: 0,
      itemKey: `item ${number}`,
      sharedGuidKey: `item ${number} shared`,
      url: `https://news.example/${number}`,
      urlKey: `https://news.example/${number}`,
      title,
      summary: '',
      imageUrl: null,
      imageAlt: '',
      authors: [],
      publishedAt: this.context.clock.now(),
      topics: of.map((slug) => ({ slug, name: slug })),
      contentHash: String(number),
    }
    const storing = { id: this.feeds[feed] ?? 0, newsletterId, lastSucceededAt: null }
    await db.transaction().execute((trx) => storeArticles(trx, this.context.clock, storing, [item]))
    const row = await db.selectFrom('articles').selectAll().where('url_key', '=', item.urlKey).executeTakeFirstOrThrow()
    const first = this.articles.find((one) => one.id === row.same_story_as)
    this.articles.push({
      id: row.id,
      title,
      feed,
      topics: of,
      story: first?.id ?? row.id,
      availableAt: Math.max(row.first_seen_at.getTime(), first?.isHidden ? 0 : (first?.availableAt ?? 0)),
      isPinned: first?.isPinned ?? false,
      isHidden: first?.isHidden ?? false,
      isUntold: first?.isUntold ?? false,
    })
  }

  private async decide(kind: string, article: Known, until: Date): Promise<void> {
    const all = this.articles.filter(({ story }) => story === article.story)
    const newest = await database.db
      .selectFrom('digest_runs')
      .select((eb) => eb.fn.max('window_end').as('end'))
      .executeTakeFirstOrThrow()
    const closed = newest.end?.getTime() ?? 0
    const mayBeTold = all.some((one) => (one.isHidden ? !one.isUntold : one.availableAt <= closed))
    const now = Math.max(this.context.clock.now().getTime(), closed) + 1
    if (kind === 'pin' || kind === 'unpin') {
      await (kind === 'pin' ? pinArticle : unpinArticle)(this.context, String(article.id))
      for (const one of all) one.isPinned = kind === 'pin'
    }
    if (kind === 'hide') {
      await hideArticle(this.context, `https://news.example/${this.articles.indexOf(article)}`)
      for (const one of all) Object.assign(one, { isHidden: true, isUntold: !mayBeTold })
    }
    if (kind === 'show') {
      await showArticle(this.context, String(article.id))
      for (const one of all) {
        if (one.isHidden && one.isUntold && one.availableAt < now) one.availableAt = now
        Object.assign(one, { isHidden: false, isUntold: false })
      }
    }
    if (kind === 'lift') {
      await embargoArticle(this.context, String(article.id), null)
      for (const one of all) one.availableAt = Math.min(one.availableAt, now)
    }
    if (kind === 'embargo') {
      const embargo = embargoArticle(this.context, String(article.id), until)
      if (mayBeTold || until.getTime() <= now) return expect(embargo).rejects.toBeInstanceOf(PublicError)
      await embargo
      for (const one of all) one.availableAt = until.getTime()
    }
  }

  /** What is told is what became available since the last digest, and nothing else. */
  private async tick(now: Date): Promise<void> {
    const { db } = database
    const before = await this.cursor()
    const { rows: known } = await sql<{ id: number }>`select coalesce(max(id), 0) as id from messages`.execute(db)
    await planDigests(this.context, at(now))
    const { rows: digests } = await sql<{ end: Date; further: number; articles: number[] }>`
      select r.window_end as end, g.further_count as further,
        array(select article_id::int from digest_articles d where d.digest_id = g.id order by position) as articles
      from messages m join digests g on g.id = m.digest_id join digest_runs r on r.id = g.run_id
      where m.id > ${known[0]?.id ?? 0}`.execute(db)
    expect(digests.length > 0).toBe((await this.cursor()) !== before)
    for (const { end, further, articles } of digests) {
      const mayTell = (one: Known, from: number) =>
        !one.isHidden && one.availableAt > from && one.availableAt <= end.getTime() && this.isChosen(one)
      const fitting = this.articles.filter((one) => mayTell(one, before))
      const due = fitting.filter(
        (one) =>
          !this.articles.some(
            (other) => other.story === one.story && other.id < one.id && mayTell(other, this.toldFrom),
          ),
      )
      expect(due.map(({ id }) => id)).toEqual(expect.arrayContaining(articles))
      expect(articles.length + further).toBe(due.length)
      const pinned = due.filter((one) => one.isPinned).length
      const isPinned = articles.map((id) => due.find((one) => one.id === id)?.isPinned)
      expect(isPinned).toEqual(articles.map((_, index) => index < pinned))
      this.account(due, fitting)
    }
  }

  private isChosen({ topics }: Known): boolean {
    return this.chosen.length === 0 || topics.some((slug) => this.chosen.includes(slug))
  }

  /**
   * No article twice; no story twice, unless topics were changed after the first time: some were added, or all were taken away
   * under which it was told; and each of which one fits, ever.
   */
  private account(due: readonly Known[], fitting: readonly Known[]): void {
    for (const one of due) {
      this.timesTold.set(one.id, (this.timesTold.get(one.id) ?? 0) + 1)
      expect(this.timesTold.get(one.id), one.title).toBe(1)
      const told = this.toldStories.get(one.story) ?? []
      expect(told.filter((other) => other.availableAt > this.toldFrom && this.isChosen(other))).toEqual([])
      this.toldStories.set(one.story, [...told, one])
    }
    for (const { story, title } of fitting) expect(this.toldStories.has(story), title).toBe(true)
  }
}

async function aNewsroom(): Promise<Newsroom> {
  const { db } = database
  await sql`truncate feeds, topics, topic_choices, digest_runs, articles, subscribers, subscriptions, consent_events, messages, digests, digest_articles, exclusions restart identity cascade`.execute(
    db,
  )
  const { subscriptionId } = await aReader(db, {
    hour: 7,
    confirmed_at: hoursOf(0),
    read_until: hoursOf(-24),
    told_from: hoursOf(-24),
    next_digest_at: hoursOf(7),
  })
  for (const slug of slugs) await aTopic(db, slug)
  const newsletter_id = await theNewsletterId(db)
  const feeds = await db
    .insertInto('feeds')
    .values(['one', 'two'].map((name) => ({ newsletter_id, url: `https://${name}.example/feed.xml` })))
    .returning('id')
    .execute()
  return new Newsroom(
    subscriptionId,
    feeds.map(({ id }) => id),
  )
}

describe('a story, whatever a newsroom decides about it', () => {
  it('is told once, when it may be, where it belongs', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (events) => {
        const newsroom = await aNewsroom()
        let elapsed = 0
        for (const [hours, one] of events) {
          elapsed += hours
          await newsroom.happens(one, hoursOf(elapsed))
        }
      }),
      { numRuns: 15, interruptAfterTimeLimit: 150_000, markInterruptAsFailure: true },
    )
  }, 180_000)
})
