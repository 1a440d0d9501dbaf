import fc from 'fast-check'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { FeedItem } from '../../src/articles/feed-item.ts'
import { type IncomingArticle, normaliseItem } from '../../src/articles/normalise-item.ts'
import { storeArticles } from '../../src/articles/store-articles.ts'
import { fixedClock, systemClock } from '../../src/platform/clock.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { monday } from '../support/context.ts'
import { testDatabase, theNewsletterId } from '../support/database.ts'

const database = testDatabase()
const hours = (count: number) => new Date(monday.getTime() + count * 3_600_000)
const base = 'https://news.example/'

const blank: FeedItem = {
  guid: null,
  link: null,
  base: null,
  title: '',
  summary: '',
  content: '',
  published: null,
  images: [],
  authors: [],
  categories: [],
}

const named = (...urls: string[]) => urls.map((url) => ({ url }))

const story = (number: number, more: Partial<FeedItem> = {}): FeedItem => ({
  ...blank,
  guid: `g${number}`,
  link: `/${number}`,
  title: `Story ${number}`,
  published: monday.toISOString(),
  ...more,
})

async function normalise(items: FeedItem[]): Promise<IncomingArticle[]> {
  const articles = await Promise.all(items.map((item, position) => normaliseItem(item, position, [base])))
  return articles.filter((article) => article !== null)
}

async function addFeedRow(url = `${base}feed`): Promise<number> {
  const newsletter_id = await theNewsletterId(database.db)
  const row = await database.db
    .insertInto('feeds')
    .values({ newsletter_id, url })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

async function store(
  feedId: number,
  items: FeedItem[],
  { clock = fixedClock(monday), lastSucceededAt = monday as Date | null } = {},
): Promise<{ added: number; changed: number }> {
  const newsletterId = await theNewsletterId(database.db)
  const incoming = await normalise(items)
  return database.db
    .transaction()
    .execute((trx) => storeArticles(trx, clock, { id: feedId, newsletterId, lastSucceededAt }, incoming))
}

const stored = () => database.db.selectFrom('articles').selectAll().orderBy('id').execute()
const titles = async () => (await stored()).map(({ title }) => title)

async function topicsOf(articleId: number): Promise<string[]> {
  const rows = await database.db
    .selectFrom('article_topics')
    .innerJoin('topics', 'topics.id', 'topic_id')
    .select(['slug', 'name'])
    .where('article_id', '=', articleId)
    .orderBy('slug')
    .execute()
  return rows.map(({ slug, name }) => `${slug}=${name}`)
}

describe('an item as an article', () => {
  const normaliseOne = async (item: Partial<FeedItem>) => normaliseItem({ ...blank, ...item }, 0, [base])

  it('without a title is called by its first sentence, else its address, else untitled', async () => {
    expect(await normaliseOne({ summary: 'It rained. All day.' })).toMatchObject({ title: 'It rained' })
    expect(await normaliseOne({ link: '/x' })).toMatchObject({ title: 'https://news.example/x' })
    expect(await normaliseOne({ content: '<p>Only content. Here.</p>' })).toMatchObject({ title: 'Only content' })
  })

  it('that holds nothing is none', async () => {
    expect(await normaliseOne({ guid: 'x', published: '2026-11-23' })).toBeNull()
  })

  it('has a title of 300 characters at most, and a summary of 400', async () => {
    const article = await normaliseOne({ title: 'word '.repeat(2000), summary: `${'One sentence here. '.repeat(100)}` })
    expect(article?.title).toMatch(/^(word )+word…$/)
    expect(article?.title.length).toBeLessThanOrEqual(300)
    expect(article?.summary).toMatch(/^(One sentence here\. )+One sentence here\.$/)
    expect(article?.summary.length).toBeLessThanOrEqual(400)
  })

  it('takes its summary from the summary, else from the content, and never repeats the title', async () => {
    const own = 'The trams will run until dawn, from the first night of March.'
    const content = '<p>Nobody had asked for it. Now everybody is glad of it.</p>'
    const body = 'Nobody had asked for it. Now everybody is glad of it.'
    expect(await normaliseOne({ title: 'T', summary: own, content })).toMatchObject({ summary: own })
    expect(await normaliseOne({ title: 'T', content })).toMatchObject({ summary: body })
    expect(await normaliseOne({ title: 'T', summary: 'T', content })).toMatchObject({ summary: body })
    expect(await normaliseOne({ title: 'T', summary: 'T' })).toMatchObject({ summary: '' })
  })

  it('takes its image from what the feed names, else from the content, with its alternative text', async () => {
    const content = '<img src="/dot.gif" width="1" height="1"><img src="/a.jpg" alt="A dog">'
    expect(await normaliseOne({ title: 'T', content })).toMatchObject({ imageUrl: `${base}a.jpg`, imageAlt: 'A dog' })
    expect(
      await normaliseOne({
        title: 'T',
        content,
        images: named('data:x', 'https://www.gravatar.com/avatar/1', '/plan.svg?v=1', '/b.jpg'),
      }),
    ).toMatchObject({ imageUrl: `${base}b.jpg`, imageAlt: '' })
    expect(await normaliseOne({ title: 'T', content, images: named('/a.jpg') })).toMatchObject({ imageAlt: 'A dog' })
    expect(await normaliseOne({ title: 'T', images: named('javascript:x') })).toMatchObject({ imageUrl: null })
  })

  it('prefers a picture that is not small, and keeps the size that is stated', async () => {
    const thumbnail = { url: '/t.jpg', width: 130, height: 86 }
    const imageOf = async (more: Partial<FeedItem>) => {
      const { imageUrl, imageWidth, imageHeight } = (await normaliseOne({ title: 'T', ...more })) ?? {}
      return [imageUrl?.slice(base.length), imageWidth, imageHeight]
    }
    expect(await imageOf({ images: [thumbnail] })).toEqual(['t.jpg', 130, 86])
    expect(await imageOf({ images: [{ url: '/t.jpg', width: 130 }] })).toEqual(['t.jpg', 130, null])
    expect(await imageOf({ images: [thumbnail, { url: '/u.jpg', width: 200 }] })).toEqual(['u.jpg', 200, null])
    expect(await imageOf({ images: [thumbnail], content: '<img src="/a.jpg">' })).toEqual(['a.jpg', null, null])
    expect(
      await imageOf({ images: [{ url: '/a.jpg' }], content: '<img src="/a.jpg" width="640" height="427px">' }),
    ).toEqual(['a.jpg', 640, 427])
    const srcset = '/s.jpg 150w, /m.jpg 900w, /l.jpg 2400w'
    expect(await imageOf({ content: `<img srcset="${srcset}" width="600" height="400">` })).toEqual(['m.jpg', 900, 600])
    expect(await imageOf({ content: '<img src="/a.jpg" width="100%" height="auto">' })).toEqual(['a.jpg', null, null])
  })

  it('has no topic that publishing systems give by themselves', async () => {
    const defaults = ['Uncategorized', 'Uncategorised', 'ALLGEMEIN', 'Non classé', 'Sin categoría', 'Senza categoria']
    const others = ['Sem categoria', 'Geen categorie', 'Bez kategorii', 'Без рубрики', 'غير مصنف', '未分類', '미분류']
    const kept = ['Allgemeinmedizin', 'General', 'Blog']
    const article = await normaliseOne({ title: 'T', categories: [...defaults, ...others, ...kept] })
    expect(article?.topics.map(({ name }) => name)).toEqual(kept)
  })

  it('has ten topics at most, each once, and authors each once', async () => {
    const categories = [
      'News',
      'news',
      'Über uns!',
      '🎉',
      '',
      ...Array.from({ length: 20 }, (_, index) => `Topic ${index}`),
    ]
    const article = await normaliseOne({ title: 'T', categories, authors: ['Jane', 'Jane', '', 'Bob'] })
    expect(article?.topics).toHaveLength(10)
    expect(article?.topics.slice(0, 2)).toEqual([
      { slug: 'news', name: 'News' },
      { slug: 'über-uns', name: 'Über uns!' },
    ])
    expect(article?.authors).toEqual(['Jane', 'Bob'])
    const expanding = await normaliseOne({ title: 'T', categories: ['\ufdfa'.repeat(80)] })
    expect(expanding?.topics[0]?.slug.length).toBeLessThanOrEqual(100)
  })
})

describe('storing articles', () => {
  it('stores what is new, once', async () => {
    const feed = await addFeedRow()
    const item = story(1, {
      summary: 'It rained in the north.',
      images: named('/i.jpg'),
      authors: ['Jane'],
      categories: ['Big News', 'Food'],
    })
    expect(await store(feed, [item])).toEqual({ added: 1, changed: 0 })
    expect(await store(feed, [item])).toEqual({ added: 0, changed: 0 })
    const [article, ...others] = await stored()
    expect(others).toEqual([])
    expect(article).toMatchObject({
      feed_id: feed,
      item_key: 'g1',
      url: `${base}1`,
      url_key: `${base}1`,
      title: 'Story 1',
      summary: 'It rained in the north.',
      image_url: `${base}i.jpg`,
      authors: ['Jane'],
      published_at: monday,
      changed_at: null,
      eligible: true,
    })
    expect(await topicsOf(article?.id ?? 0)).toEqual(['big-news=Big News', 'food=Food'])
  })

  it('changes a changed article in place; when it was first seen and whether it is sent never change', async () => {
    const feed = await addFeedRow()
    await store(feed, [story(1, { categories: ['Food'] }), story(2, { published: hours(-500).toISOString() })])
    const [before, old] = await stored()
    const later = fixedClock(hours(1))
    const items = [
      story(1, { title: 'New title', categories: ['Drink'] }),
      story(2, { title: 'Two', published: hours(1).toISOString() }),
    ]
    expect(await store(feed, items, { clock: later })).toEqual({ added: 0, changed: 2 })
    const rows = await stored()
    expect(rows).toHaveLength(2)
    for (const row of rows) {
      const was = row.id === before?.id ? before : old
      expect(row).toMatchObject({
        first_seen_at: was?.first_seen_at,
        eligible: was?.eligible,
        published_at: was?.published_at,
      })
      expect(row.changed_at?.getTime()).toBeGreaterThan(monday.getTime())
    }
    const changedRow = rows.find(({ item_key }) => item_key === 'g1')
    expect(changedRow?.title).toBe('New title')
    expect(await topicsOf(changedRow?.id ?? 0)).toEqual(['drink=Drink'])
    expect(await store(feed, items, { clock: later })).toEqual({ added: 0, changed: 0 })
  })

  it('clamps dates in the future, and takes the time it was first seen for a missing or impossible one', async () => {
    const feed = await addFeedRow()
    const items = [
      story(1, { published: hours(9).toISOString() }),
      story(2, { published: null }),
      story(3, { published: 'soon' }),
    ]
    await store(feed, items)
    for (const row of await stored()) {
      expect(row.published_at).toEqual(row.first_seen_at)
      expect(row.eligible).toBe(true)
    }
  })

  it('gives the newer of a document the greater id', async () => {
    await store(await addFeedRow(), [story(3), story(2), story(1)])
    expect(await titles()).toEqual(['Story 1', 'Story 2', 'Story 3'])
  })

  it('keeps two newsletters’ topics apart and adds each topic once', async () => {
    const feed = await addFeedRow()
    await store(feed, [story(1, { categories: ['Food'] }), story(2, { categories: ['FOOD', 'Art'] })])
    await store(feed, [story(3, { categories: ['food'] })])
    const slugs = await database.db.selectFrom('topics').select(['slug', 'name']).orderBy('slug').execute()
    expect(slugs).toEqual([
      { slug: 'art', name: 'Art' },
      { slug: 'food', name: 'Food' },
    ])
  })
})

describe('what is the same story', () => {
  it('is one article at two addresses that differ in tracking, and in two feeds', async () => {
    const [one, other] = [await addFeedRow(), await addFeedRow(`${base}other`)]
    await store(one, [story(1), story(1, { guid: 'g1b', link: '/1?utm_source=rss' })])
    expect(await store(other, [story(1, { guid: 'else', title: 'Story one' })])).toEqual({ added: 0, changed: 0 })
    expect(await titles()).toEqual(['Story 1'])
    expect(await store(one, [story(1, { guid: 'new-guid', title: 'Changed' })])).toEqual({ added: 0, changed: 1 })
    expect(await titles()).toEqual(['Changed'])
  })

  it('has ids that count within their feed only', async () => {
    await store(await addFeedRow(), [story(1)])
    await store(await addFeedRow(`${base}other`), [story(1, { link: '/other', title: 'Other' })])
    expect(await titles()).toEqual(['Story 1', 'Other'])
  })

  it('is told by its address, else by title and date, where there is no guid', async () => {
    const feed = await addFeedRow()
    const items = [
      story(1, { guid: null }),
      story(2, { guid: null, link: null }),
      story(2, { guid: null, link: null, published: hours(-1).toISOString() }),
    ]
    expect(await store(feed, items)).toEqual({ added: 3, changed: 0 })
    expect(await store(feed, items)).toEqual({ added: 0, changed: 0 })
  })

  it('is another one where a guid is used again, in one document or later', async () => {
    const feed = await addFeedRow()
    const again = (number: number) => story(number, { guid: 'same' })
    expect(await store(feed, [again(2), again(1), again(1)])).toEqual({ added: 2, changed: 0 })
    expect(await store(feed, [again(1), again(2)])).toEqual({ added: 0, changed: 0 })
    expect(await store(feed, [again(3)])).toEqual({ added: 1, changed: 0 })
    expect(await store(feed, [again(3), again(2), again(1)])).toEqual({ added: 0, changed: 0 })
    expect(await titles()).toEqual(['Story 1', 'Story 2', 'Story 3'])
  })

  it('is the same where only the address or only the title of a guid changed', async () => {
    const feed = await addFeedRow()
    await store(feed, [story(1)])
    expect(await store(feed, [story(1, { link: '/moved' })])).toEqual({ added: 0, changed: 1 })
    expect(await store(feed, [story(1, { link: '/moved', title: 'Renamed' })])).toEqual({ added: 0, changed: 1 })
    expect(await stored()).toMatchObject([{ title: 'Renamed', url_key: `${base}moved` }])
  })

  it('is another one where items of a document share an address but nothing else', async () => {
    const feed = await addFeedRow()
    const live = [story(1, { link: '/live' }), story(2, { link: '/live' })]
    expect(await store(feed, live)).toEqual({ added: 2, changed: 0 })
    expect(await store(feed, live.toReversed())).toEqual({ added: 0, changed: 0 })
    expect(await store(feed, [story(2, { link: '/live', title: 'Renamed' })])).toEqual({ added: 0, changed: 1 })
  })

  it('is not told by the address of a front page', async () => {
    const feed = await addFeedRow()
    const items = [story(1, { link: '/' }), story(2, { link: '/' }), story(3, { link: '/', guid: null })]
    expect(await store(feed, items)).toEqual({ added: 3, changed: 0 })
    expect(await store(feed, [story(4, { link: '/' }), ...items])).toEqual({ added: 1, changed: 0 })
  })

  it('keeps its address where its new one is another article’s, also when two change places', async () => {
    const feed = await addFeedRow()
    await store(feed, [story(1), story(2)])
    const swapped = [story(1, { link: '/2' }), story(2, { link: '/1' })]
    expect(await store(feed, swapped)).toEqual({ added: 0, changed: 2 })
    expect(await store(feed, swapped)).toEqual({ added: 0, changed: 0 })
    expect((await stored()).map(({ item_key, url }) => `${item_key} ${url}`).toSorted()).toEqual([
      `g1 ${base}1`,
      `g2 ${base}2`,
    ])
  })
})

describe('what is news', () => {
  const eligible = async () =>
    (await stored())
      .filter((row) => row.eligible)
      .map(({ item_key }) => item_key)
      .toSorted()

  it('of a new feed is what the last 48 hours brought, and ten undated items', async () => {
    const dated = [story(1, { published: hours(-47).toISOString() }), story(2, { published: hours(-49).toISOString() })]
    const undated = Array.from({ length: 20 }, (_, index) => story(100 + index, { published: null }))
    await store(await addFeedRow(), [...dated, ...undated], { lastSucceededAt: null })
    expect(await stored()).toHaveLength(22)
    expect(await eligible()).toEqual(['g1', 'g100', 'g101', 'g102', 'g103', 'g104', 'g105', 'g106', 'g107'].toSorted())
  })

  it('of a feed that failed for days is all that came since, and everything undated', async () => {
    const items = [
      story(1, { published: hours(-24 * 7).toISOString() }),
      story(2, { published: hours(-24 * 13).toISOString() }),
      ...Array.from({ length: 20 }, (_, index) => story(100 + index, { published: null })),
    ]
    await store(await addFeedRow(), items, { lastSucceededAt: hours(-24 * 10) })
    expect((await stored()).filter((row) => !row.eligible).map(({ item_key }) => item_key)).toEqual(['g2'])
  })

  it('does not depend on a success that lies in the future', async () => {
    await store(await addFeedRow(), [story(1, { published: hours(-47).toISOString() })], {
      lastSucceededAt: hours(500),
    })
    expect(await eligible()).toEqual(['g1'])
  })
})

describe('a window that is closed', () => {
  const closeWindow = async (windowEnd: Date) => {
    const newsletter_id = await theNewsletterId(database.db)
    await database.db
      .insertInto('digest_runs')
      .values({ newsletter_id, scheduled_for: windowEnd, window_end: windowEnd, created_at: windowEnd })
      .execute()
  }

  it('gets no article any more, even where the clock stands still or steps back', async () => {
    const feed = await addFeedRow()
    await closeWindow(monday)
    await store(feed, [story(1)])
    await closeWindow(hours(1))
    await store(feed, [story(2)], { clock: fixedClock(hours(-3)) })
    const rows = await stored()
    expect(rows.map((row) => row.first_seen_at.getTime())).toEqual([monday.getTime() + 1, hours(1).getTime() + 1])
  })

  it('waits for an ingest under way', async ({ skip }) => {
    const feed = await addFeedRow()
    const newsletterId = await theNewsletterId(database.db)
    const incoming = await normalise([story(1)])
    const planner = connect(database.url)
    try {
      // On the embedded database the whole of a transaction excludes all others: there is nothing to look at.
      const { rows } = await sql<{ version: string }>`select version()`.execute(database.db)
      if (/emscripten|wasm/i.test(rows[0]?.version ?? '')) return skip()
      await database.db.transaction().execute(async (trx) => {
        await storeArticles(trx, systemClock, { id: feed, newsletterId, lastSucceededAt: null }, incoming)
        await expect(
          sql`select from newsletters where id = ${newsletterId} for no key update nowait`.execute(planner),
        ).rejects.toMatchObject({ code: '55P03' })
      })
    } finally {
      await planner.destroy()
    }
  })
})

describe('anything a feed may hold', () => {
  it('is stored', async () => {
    const feed = await addFeedRow()
    const unit = fc.constantFrom(
      'a',
      ' ',
      '\u0000',
      '\ud800',
      '\udfff',
      '\u202e',
      '😀',
      '<b>',
      '&#0;',
      '\\',
      '"',
      "'",
      '{',
      '\ufdfa',
      '\uffff',
      '%00',
    )
    const text = fc.oneof(
      fc.string({ unit }),
      fc.string({ unit, minLength: 50, maxLength: 80 }).map((part) => part.repeat(100)),
    )
    const link = fc.option(
      fc.oneof(
        text,
        text.map((part) => `https://a.example/${part}`),
      ),
    )
    const item = fc.record({
      guid: fc.option(text),
      link,
      base: link,
      title: text,
      summary: text,
      content: text,
      published: fc.option(text),
      images: fc.array(
        fc.record({
          url: text.map((part) => `/${part}`),
          width: fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }),
        }),
        { maxLength: 2 },
      ),
      authors: fc.array(text, { maxLength: 3 }),
      categories: fc.array(text, { maxLength: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 5 }), async (items) => {
        await store(feed, items)
        expect((await store(feed, items)).added).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  it('keeps its script tags as text, and loses NUL and marks that turn the direction', async () => {
    await store(await addFeedRow(), [
      story(1, { title: '<script>x</script> \u202eevil\u0000', categories: ['\ufdfa'.repeat(80)] }),
    ])
    expect(await titles()).toEqual(['<script>x</script> evil'])
  })
})
