// What anybody may read of the digests, as pages and as feeds.
import { crc32, inflateSync } from 'node:zlib'
import { sql } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import { hideArticle, showArticle } from '../../src/articles/newsroom.ts'
import { parseFeed } from '../../src/articles/parse-feed.ts'
import { storeArticles } from '../../src/articles/store-articles.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { publishDigests } from '../../src/digests/publish-digests.ts'
import { createApp } from '../../src/web/app.tsx'
import { at } from '../support/context.ts'
import { dumpTables } from '../support/dump.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { hours, readerSite } from '../support/reader-site.ts'

const site = readerSite()
const signal = new AbortController().signal
const day = 24

type Told = { readonly title: string; readonly topics?: readonly string[]; readonly summary?: string }

/** Tells stories on a day, in the order given, to whoever is due. */
async function tell(hour: number, stories: readonly Told[], rest: Parameters<typeof anArticle>[1] | object = {}) {
  for (const [place, story] of stories.entries()) {
    const firstSeenAt = new Date(hours(hour - 3).getTime() - place * 1_000)
    await anArticle(site.db, { ...rest, ...story, firstSeenAt })
  }
  site.context.clock.set(hours(hour))
  await planDigests(site.context, at(hours(hour)))
  await site.send()
  return publishDigests(site.context, { signal })
}

const published = () => site.db.selectFrom('public_digests').selectAll().orderBy('digest_id').execute()
const titlesIn = (text: string) => [...text.matchAll(/<h2 dir="auto"><a [^>]*>([^<]*)</g)].map(([, title]) => title)
const archive = async (query = '') => titlesIn(await site.text(`/archive${query}`))

describe('what is public', () => {
  it('is of a run the digest whose readers read most of it', async () => {
    await aReader(site.db, { topics: ['sport'] })
    await aReader(site.db)
    await aReader(site.db, { topics: ['climate'] })
    await tell(0, [
      { title: 'A river moves', topics: ['climate'] },
      { title: 'A club wins', topics: ['sport'] },
    ])
    const [digest, ...others] = await published()
    expect(others).toEqual([])
    const page = await site.text(`/archive/${digest?.digest_id}`)
    for (const title of ['A river moves', 'A club wins']) expect(page).toContain(title)
    const digests = await site.db.selectFrom('digests').select('id').execute()
    expect(digests).toHaveLength(3)
    for (const { id } of digests) {
      expect((await site.visit(`/archive/${id}`)).status).toBe(id === digest?.digest_id ? 200 : 404)
    }
  })

  it('is nothing that did not begin to be sent', async () => {
    await aReader(site.db)
    await anArticle(site.db, { firstSeenAt: hours(-3) })
    await planDigests(site.context, at(hours(0)))
    expect(await publishDigests(site.context, { signal })).toEqual({ published: 0 })
    await sql`update messages set state = 'canceled', reason = 'test', settled_at = now()`.execute(site.db)
    expect(await publishDigests(site.context, { signal })).toEqual({ published: 0 })
    const { id } = await site.db.selectFrom('digests').select('id').executeTakeFirstOrThrow()
    expect((await site.visit(`/archive/${id}`)).status).toBe(404)
    expect(await archive()).toEqual([])
  })

  it('has no story that the publisher has hidden since, and is gone with its last one', async () => {
    await aReader(site.db)
    await tell(0, [{ title: 'It stays' }, { title: 'It goes' }])
    const [digest] = await published()
    const pages = () => Promise.all(['/', '/archive', `/archive/${digest?.digest_id}`].map((path) => site.text(path)))
    for (const page of await pages()) expect(page).toContain('It stays')
    const hide = async (title: string) => {
      const { id } = await site.db
        .selectFrom('articles')
        .select('id')
        .where('title', '=', title)
        .executeTakeFirstOrThrow()
      await hideArticle(site.context, String(id))
    }
    await hide('It goes')
    for (const page of await pages()) expect(page).not.toContain('It goes')
    await hide('It stays')
    for (const page of await pages()) expect(page).not.toContain('It stays')
    expect((await site.visit(`/archive/${digest?.digest_id}`)).status).toBe(404)
  })

  it('follows a correction and a withdrawal in pages, feeds, search and what others quote', async () => {
    await aReader(site.db)
    await tell(0, [
      { title: 'A river moves', topics: ['climate'] },
      { title: 'A club wins', topics: ['sport'] },
    ])
    const [digest] = await published()
    const { id, ...article } = await site.db
      .selectFrom('articles')
      .selectAll()
      .where('title', '=', 'A river moves')
      .executeTakeFirstOrThrow()
    const feeds = ['/archive/feed.xml', '/archive/feed.json']
    const pages = ['/', '/archive', `/archive/${digest?.digest_id}`, ...feeds]
    const found = async (query: string) => (await archive(`?${query}`)).length
    const before = await Promise.all(feeds.map((path) => site.visit(path)))
    const isFresh = async (name: string, header: string) => {
      const asked = before.map((answer, index) =>
        site.visit(feeds[index] ?? '', { headers: { [name]: answer.headers.get(header) ?? '' } }),
      )
      return (await Promise.all(asked)).map(({ status }) => status === 304)
    }
    expect(await isFresh('if-modified-since', 'last-modified')).toEqual([true, true])

    site.context.clock.set(hours(1))
    const item = {
      ...{ position: 0, itemKey: article.item_key, sharedGuidKey: 'shared', url: article.url, urlKey: article.url_key },
      ...{ title: 'A bridge moves', summary: 'Upstream.', imageUrl: 'https://news.example/bridge.jpg', imageAlt: '' },
      ...{ authors: [], publishedAt: null, topics: [{ slug: 'travel', name: 'Travel' }], contentHash: 'other' },
    }
    const feed = { id: article.feed_id, newsletterId: article.newsletter_id, lastSucceededAt: null }
    await site.db.transaction().execute((trx) => storeArticles(trx, site.context.clock, feed, [item]))
    for (const path of pages) {
      const page = await site.text(path)
      expect(page).toContain('A bridge moves')
      expect(page).not.toContain('A river moves')
    }
    expect(await site.text(pages[2] ?? '')).toContain(
      '<meta property="og:image" content="https://news.example/bridge.jpg"',
    )
    expect(await Promise.all(['q=river', 'topic=climate', 'q=bridge', 'topic=travel'].map(found))).toEqual([0, 0, 1, 1])
    expect(await isFresh('if-none-match', 'etag')).toEqual([false, false])
    expect(await isFresh('if-modified-since', 'last-modified')).toEqual([false, false])

    await hideArticle(site.context, String(id))
    for (const path of pages) expect(await site.text(path)).not.toMatch(/A bridge moves|Upstream/)
    expect(await Promise.all(['q=bridge', 'topic=travel', 'q=club'].map(found))).toEqual([0, 0, 1])
    await hideArticle(site.context, String(id + 1))
    expect(await site.text('/sitemap.xml')).not.toContain(`/archive/${digest?.digest_id}`)
    await showArticle(site.context, String(id))
    expect(await found('q=bridge')).toBe(1)
  })

  it('is decided once, and stays', async () => {
    await aReader(site.db)
    expect(await tell(0, [{ title: 'First' }])).toEqual({ published: 1 })
    expect(await publishDigests(site.context, { signal })).toEqual({ published: 0 })
    const twice = await Promise.all([
      publishDigests(site.context, { signal }),
      publishDigests(site.context, { signal }),
    ])
    expect(twice).toEqual([{ published: 0 }, { published: 0 }])
    expect(await published()).toHaveLength(1)
  })

  it('does not tell again for readers at other hours what was just told', async () => {
    await aReader(site.db)
    await aReader(site.db, { hour: 8, next_digest_at: hours(2) })
    await aReader(site.db, { hour: 10, next_digest_at: hours(4) })
    await tell(0, [{ title: 'First' }, { title: 'Second' }])
    await tell(2, [{ title: 'Third' }])
    expect(await archive()).toHaveLength(1)
    await tell(4, [{ title: 'Fourth' }, { title: 'Fifth' }])
    expect(await archive()).toHaveLength(2)
  })
})

describe('a digest in the browser', () => {
  it('has the stories, the order and the sections of the mail, and nothing that is a reader’s own', async () => {
    const { subscriptionId } = await aReader(site.db)
    const topics = ['climate', 'sport', 'culture']
    const stories = Array.from({ length: 11 }, (_, number) => ({
      title: `Headline ${number} <b>&`,
      topics: number === 9 ? [] : [topics[number % 3] as string],
      summary: `Summary ${number}.`,
    }))
    await tell(0, stories)
    const [digest] = await published()
    const page = await site.text(`/archive/${digest?.digest_id}`)
    const [mail] = await site.mails()
    const order = (html: string) => {
      const text = html.replace(/^[\s\S]*?<h1/, '').replace(/<[^>]*>/g, '\n')
      return [
        ...text.matchAll(/^\s*(Headline \d+ &lt;b&gt;&amp;|Summary \d+\.|Climate|Sport|Culture|In brief)\s*$/gm),
      ].map(([, found]) => found)
    }
    expect(order(page)).toEqual(order(mail?.html ?? ''))
    expect(order(page).filter((text) => text?.startsWith('Headline'))).toHaveLength(11)

    for (const kind of ['preferences', 'unsubscribe'] as const)
      expect(page).not.toContain(site.token(kind, subscriptionId))
    expect(page).not.toMatch(/\/(?:preferences|unsubscribe|confirm)\/|@reader\.example|<b>/)
    expect(page).toContain(`<article class="edition" lang="en" dir="ltr">`)
    const links = [...page.matchAll(/<a href="(https:\/\/news\.example[^"]*)"/g)].map(([, url]) => url)
    expect(links).toHaveLength(11)
    for (const url of links) expect(url).toMatch(/^https:\/\/news\.example\/\d+$/)
  })

  it('is in the language of the digest, and each headline finds its own direction', async () => {
    await site.db.updateTable('newsletters').set({ language: 'ar' }).execute()
    await aReader(site.db, { language: 'ar' })
    await tell(0, [{ title: 'نهر يغيّر مجراه' }, { title: 'An English headline' }])
    const [digest] = await published()
    const page = await site.text(`/archive/${digest?.digest_id}`)
    expect(page).toContain('<article class="edition" lang="ar" dir="rtl">')
    expect(page).toMatch(/<h2 dir="auto"><a [^>]*>نهر يغيّر مجراه/)
    expect(page).toMatch(/<h1 class="dateline">الاثنين[^<]*\u00a0· مقالان،\u00a0دقيقة\u00a0واحدة\u00a0للقراءة<\/h1>/)
  })

  it('marks as English what is said around stories in a language that the service does not speak', async () => {
    await site.db.updateTable('newsletters').set({ language: 'ja' }).execute()
    await aReader(site.db, { language: 'ja', frequency: 'weekly' })
    const stories = Array.from({ length: 9 }, (_, n) => ({ title: `見出し${n}`, topics: [`話題${n}`] }))
    await tell(0, stories, { authors: ['川端'] })
    const [digest] = await published()
    await site.db.updateTable('digests').set({ further_count: 2 }).execute()
    const page = await site.text(`/archive/${digest?.digest_id}?language=fr`)
    expect(page).toContain('<article class="edition" lang="ja" dir="ltr">')
    expect(page).toContain('<h2 id="brief" class="topic" lang="en">In brief</h2>')
    expect(page).toMatch(/<p class="byline"><span lang="en">By 川端\u00a0· [A-Z][a-z]+day<\/span><\/p>/)
    expect(page).toMatch(/<p class="byline">話題\d · <span lang="en">By 川端\u00a0· [A-Z][a-z]+day<\/span><\/p>/)
    expect(page).toMatch(/<p class="further" lang="en">(?:<a [^>]*>)?2 more stories on the site/)
    expect(await site.text('/archive?language=fr')).toContain(
      '<p class="quiet" lang="ja" dir="auto"><span lang="en">Also inside: </span>見出し1<span lang="en"> · </span>見出し2',
    )
  })

  it('may show pictures from elsewhere, as no other page may', async () => {
    await aReader(site.db)
    await tell(0, [{ title: 'First' }], { image_url: 'https://news.example/river.jpg', image_alt: 'A river' })
    const [digest] = await published()
    const policy = async (path: string) => (await site.visit(path)).headers.get('content-security-policy') ?? ''
    expect(await policy(`/archive/${digest?.digest_id}`)).toContain("img-src 'self' https:;")
    for (const path of ['/', '/archive', '/preferences/x', '/privacy']) {
      expect(await policy(path)).toContain("img-src 'self';")
    }
    const page = await site.text(`/archive/${digest?.digest_id}`)
    expect(page).toContain('<img src="https://news.example/river.jpg" alt="A river"')
    expect(page).toContain(
      '<meta property="og:image" content="https://news.example/river.jpg"><meta property="og:image:alt" content="A river"><meta name',
    )
    expect(page).toContain('<meta property="og:type" content="article">')
    expect(page).toContain(`<link rel="canonical" href="https://digest.example/archive/${digest?.digest_id}">`)
  })

  it('asks for pictures over https, without which a browser would refuse them', async () => {
    await aReader(site.db)
    await tell(0, [{ title: 'First' }], { image_url: 'http://news.example/river.jpg' })
    const [digest] = await published()
    expect(await site.text(`/archive/${digest?.digest_id}`)).toContain('<img src="https://news.example/river.jpg"')
  })

  it.each(['0', '-1', '1e3', '999999', '99999999999999999999', '1%00', 'feed', '%F0%9F%98%80'])(
    'is not there: %s',
    async (id) => {
      const response = await site.visit(`/archive/${id}`)
      expect(response.status).toBe(404)
      expect(await response.text()).toContain('There is no such digest in the archive')
    },
  )

  it('leads to the ones before and after', async () => {
    await aReader(site.db)
    for (const [number, title] of ['First', 'Second', 'Third'].entries()) await tell(number * day, [{ title }])
    const [first, second, third] = (await published()).map(({ digest_id }) => digest_id)
    const neighbours = async (id?: number) =>
      [...(await site.text(`/archive/${id}`)).matchAll(/rel="(prev|next)" href="([^"]*)"/g)].map((match) =>
        match.slice(1),
      )
    expect(await neighbours(first)).toEqual([['next', `/archive/${second}`]])
    expect(await neighbours(second)).toEqual([
      ['prev', `/archive/${first}`],
      ['next', `/archive/${third}`],
    ])
    expect(await neighbours(third)).toEqual([['prev', `/archive/${second}`]])
  })
})

describe('the search', () => {
  it('knows words without their accents and articles, and scripts that have no spaces', async () => {
    await aReader(site.db)
    const titles = [
      '台風10号が九州に接近',
      'Zürich im Été',
      'الميزانية تصل إلى البرلمان',
      'Elections in the harbour',
      '서울의 봄',
    ]
    await tell(
      0,
      titles.map((title) => ({ title })),
    )
    const found = async (words: string) => (await archive(`?q=${encodeURIComponent(words)}`)).length
    const known = [
      '台風',
      '九州',
      '九州に接近',
      'zurich',
      'ZÜRICH',
      'ete',
      'ميزانية',
      'الميزانية',
      'election',
      '서울의',
    ]
    for (const words of known) expect([words, await found(words)]).toEqual([words, 1])
    for (const words of ['九台', '州九', 'zurichs', 'lections']) expect([words, await found(words)]).toEqual([words, 0])
  })
})

describe('the list', () => {
  beforeEach(async () => {
    await aReader(site.db)
    await tell(0, [{ title: 'A river moves', topics: ['climate'], summary: 'Two districts quarrel.' }])
    await tell(day, [{ title: 'A club wins', topics: ['sport'] }])
    await tell(2 * day, [{ title: 'The river again', topics: ['climate', 'sport'] }])
  })

  it('has the newest first', async () => {
    expect(await archive()).toEqual(['The river again', 'A club wins', 'A river moves'])
  })

  it.each([
    ['?q=river', ['The river again', 'A river moves']],
    ['?q=RIVER+districts', ['A river moves']],
    ['?q=river+-districts', ['The river again']],
    ['?q=%22river+moves%22', ['A river moves']],
    ['?q=nothing+of+that+kind', []],
    ['?q=move', ['A river moves']], // a word finds those that begin with it
    ['?q=%22move%22', []],
    ['?q=%27%29%3B+--+%26+%7C+%3A*', []],
    ['?topic=sport', ['The river again', 'A club wins']],
    ['?topic=chess', []],
    ['?from=2026-11-24', ['The river again', 'A club wins']],
    ['?to=2026-11-23', ['A river moves']],
    ['?from=2026-11-24&to=2026-11-24', ['A club wins']],
    ['?topic=climate&q=again&from=2026-11-01&newsletter=newsmatro', ['The river again']],
    ['?q=&topic=&from=&to=&newsletter=', ['The river again', 'A club wins', 'A river moves']],
  ])('%s', async (query, titles) => {
    const response = await site.visit(`/archive${query}`)
    expect(response.status).toBe(200)
    const text = await response.text()
    expect(titlesIn(text)).toEqual(titles)
    expect(text.includes('No digest is like that')).toBe(titles.length === 0)
  })

  it.each([
    ['?from=yesterday', 'Choose a day, like 2027-01-31.'],
    ['?to=2026-02-31', 'Choose a day, like 2027-01-31.'],
    ['?from=0000-01-01', 'Choose a day.'],
    ['?from=2026-11-24&to=2026-11-23', 'The last day is before the first.'],
    [`?q=${'x'.repeat(101)}`, 'Search for 100 characters at most.'],
    [`?topic=${'x'.repeat(101)}`, 'There is no such topic.'],
    ['?newsletter=nothing', 'There is no newsletter of that name.'],
    ['?newsletter=%00%FF..%2F', 'There is no newsletter of that name.'],
    ['?before=2026-02-31.1', 'This page of the archive is not there.'],
    ['?before=1', 'This page of the archive is not there.'],
    ['?before=2026-11-23.99999999999999999999', 'This page of the archive is not there.'],
  ])('says what is wrong with %s', async (query, message) => {
    const response = await site.visit(`/archive${query}`)
    expect(response.status).toBe(422)
    const text = await response.text()
    expect(text).toContain(message)
    expect(text).toContain('<form class="search"')
    const problem = await site.visit(`/archive${query}`, { headers: { accept: 'application/json' } })
    expect(problem.status).toBe(422)
    expect(problem.headers.get('content-type')).toBe('application/problem+json')
  })

  it('is of one newsletter where it is asked for', async () => {
    await site.db.insertInto('newsletters').values({ slug: 'evening', name: 'The Evening' }).execute()
    expect(await archive('?newsletter=newsmatro')).toHaveLength(3)
    expect(await archive('?newsletter=evening')).toEqual([])
    expect(parseFeed(await site.text('/archive/feed.xml?newsletter=evening'), 'https://digest.example/')).toMatchObject(
      {
        title: 'The Evening',
        items: [],
      },
    )
  })

  it('goes on page by page, and shows each digest once', async () => {
    for (let number = 3; number < 22; number++) await tell(number * day, [{ title: `Day ${number}` }])
    const seen: (string | undefined)[] = []
    let path: string | undefined = '/archive'
    let pages = 0
    while (path) {
      const text: string = await site.text(path)
      seen.push(...titlesIn(text))
      path = /rel="next" href="([^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&')
      pages += 1
    }
    expect(pages).toBe(2)
    expect(seen).toEqual([
      ...Array.from({ length: 19 }, (_, number) => `Day ${21 - number}`),
      ...['The river again', 'A club wins', 'A river moves'],
    ])
  })

  it('changes nothing, whoever looks', async () => {
    const before = await dumpTables(site.db)
    for (const path of [
      '/archive?q=river',
      '/archive/feed.xml',
      '/archive/feed.json',
      '/sitemap.xml',
      '/robots.txt',
      '/',
    ]) {
      for (const method of ['GET', 'HEAD']) expect((await site.visit(path, { method })).status).toBe(200)
    }
    expect(await dumpTables(site.db)).toEqual(before)
  })
})

describe('the feeds', () => {
  const feeds = ['/archive/feed.xml', '/archive/feed.json']

  it.each(feeds)('%s is read by our own reader of feeds', async (path) => {
    await aReader(site.db)
    await tell(
      0,
      [{ title: 'Rivers <b> & "beds" ]]>', summary: 'One.', topics: ['climate'] }, { title: 'A club wins' }],
      {
        image_url: 'https://news.example/river.jpg',
      },
    )
    await tell(day, [{ title: 'Second day' }])
    const [first, second] = await published()
    const text = await site.text(path)
    if (path.endsWith('.xml')) expect(text).toContain('<title>Rivers &lt;b&gt; &amp; &quot;beds&quot; ]]&gt;</title>')
    const feed = parseFeed(text, `https://digest.example${path}`)
    expect(feed.title).toBe('Newsmatro')
    expect(feed.items).toMatchObject([
      { title: 'Second day', link: `https://digest.example/archive/${second?.digest_id}` },
      {
        title: 'Rivers <b> & "beds" ]]>',
        guid: `https://digest.example/archive/${first?.digest_id}`,
        summary: 'Also inside: A club wins',
        published: first?.published_at.toISOString(),
        images: [{ url: 'https://news.example/river.jpg' }],
        authors: ['Newsmatro'],
      },
    ])
    expect(feed.items[1]?.content).toContain('A club wins</a>')
    expect(feed.items[1]?.content).toContain('Rivers &lt;b&gt; &amp;')
  })

  it.each(feeds)('%s is sent again only when it has changed', async (path) => {
    await aReader(site.db)
    await tell(0, [{ title: 'First' }])
    const { headers } = await site.visit(path)
    const etag = headers.get('etag') ?? ''
    const modified = headers.get('last-modified') ?? ''
    expect(new Date(modified).toISOString().slice(0, 16)).toBe('2026-11-23T06:00')
    const ask = async (conditions: Record<string, string>) => site.visit(path, { headers: conditions })
    const known = await ask({ 'if-none-match': `"other", W/${etag}` })
    expect(known.status).toBe(304)
    expect(await known.text()).toBe('')
    expect(known.headers.get('etag')).toBe(etag)
    expect((await ask({ 'if-modified-since': modified })).status).toBe(304)
    expect((await ask({ 'if-modified-since': new Date(0).toUTCString() })).status).toBe(200)
    expect((await ask({ 'if-modified-since': 'nonsense' })).status).toBe(200)
    expect((await ask({ 'if-none-match': '"other"', 'if-modified-since': modified })).status).toBe(200)
    await tell(day, [{ title: 'Second' }])
    expect((await ask({ 'if-none-match': etag })).status).toBe(200)
    expect((await ask({ 'if-modified-since': modified })).status).toBe(200)
  })

  it('are told of in the pages, and are there before the first digest', async () => {
    for (const path of ['/', '/archive']) {
      const page = await site.text(path)
      expect(page).toContain(
        'type="application/atom+xml" title="Newsmatro" href="https://digest.example/archive/feed.xml"',
      )
      expect(page).toContain(
        'type="application/feed+json" title="Newsmatro" href="https://digest.example/archive/feed.json"',
      )
    }
    for (const path of feeds) {
      expect(parseFeed(await site.text(path), 'https://digest.example/').items).toEqual([])
      expect((await site.visit(`${path}?newsletter=..`)).status).toBe(422)
      expect((await site.visit(`${path}?newsletter=nothing`)).status).toBe(422)
    }
  })
})

describe('for programs', () => {
  it('a sitemap names the public pages alone', async () => {
    await aReader(site.db)
    await tell(0, [{ title: 'First' }])
    const [digest] = await published()
    const response = await site.visit('/sitemap.xml')
    expect(response.headers.get('content-type')).toBe('application/xml; charset=utf-8')
    const found = [...(await response.text()).matchAll(/<loc>([^<]*)<\/loc>/g)].map(([, url]) => url)
    expect(found).toEqual(
      ['/', '/archive', '/privacy', `/archive/${digest?.digest_id}`].map((path) => `https://digest.example${path}`),
    )
    for (const url of found)
      expect((await site.visit(url?.replace('https://digest.example', '') ?? '')).status).toBe(200)
  })

  it('robots are told to leave the readers’ links alone', async () => {
    const text = await site.text('/robots.txt')
    expect(text).toContain('Sitemap: https://digest.example/sitemap.xml')
    const app = createApp(site.context, { background: () => {}, clientAddress: () => null })
    const withToken = app.routes.flatMap(({ path }) => /^\/([a-z-]+)\/:token/.exec(path)?.[1] ?? [])
    expect(withToken.length).toBeGreaterThan(5)
    for (const name of new Set(withToken)) expect(text).toContain(`\nDisallow: /${name}/\n`)
  })

  it('a picture stands for the site: a page drawn on the publisher’s colour', async () => {
    const response = await site.visit('/og.png')
    expect(response.headers.get('content-type')).toBe('image/png')
    const { width, height, colourAt, octets } = readPng(new Uint8Array(await response.arrayBuffer()))
    expect([width, height]).toEqual([1200, 630])
    expect(octets).toBeLessThan(10_000)
    const [ground, paper] = ['#a1182b', '#fdfcf9']
    for (const [x, y] of [
      [0, 0],
      [1199, 0],
      [0, 629],
      [1199, 629],
      [600, 30],
    ] as const) {
      expect(colourAt(x, y), `${x}, ${y}`).toBe(ground)
    }
    expect(colourAt(380, 300)).toBe(paper)
    // Whoever cuts a square out of the middle has all of it.
    for (let x = 0; x < (1200 - 630) / 2; x += 5) expect(colourAt(x, 300)).toBe(ground)
    for (const [path, alt] of [
      ['/', 'A newspaper page, drawn without words'],
      ['/?language=de', 'Eine Zeitungsseite, gezeichnet und ohne Worte'],
    ] as const) {
      expect(await site.text(path)).toContain(
        `<meta property="og:image" content="https://digest.example/og.png"><meta property="og:image:alt" content="${alt}"><meta property="og:image:width" content="1200"><meta property="og:image:height" content="630">`,
      )
    }
  })
})

/** A PNG of two bits a pixel and no filters, whose parts are whole. */
function readPng(bytes: Uint8Array<ArrayBuffer>) {
  expect([...bytes.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const view = new DataView(bytes.buffer)
  const parts: Record<string, Uint8Array<ArrayBuffer>> = {}
  for (let at = 8; at < bytes.length; ) {
    const end = at + 8 + view.getUint32(at)
    parts[String.fromCharCode(...bytes.subarray(at + 4, at + 8))] = bytes.slice(at + 8, end)
    expect(view.getUint32(end)).toBe(crc32(bytes.subarray(at + 4, end)))
    at = end + 4
  }
  expect(Object.keys(parts)).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND'])
  const [width, height] = [view.getUint32(16), view.getUint32(20)]
  const { PLTE = new Uint8Array(), IDAT = new Uint8Array() } = parts
  expect([...bytes.subarray(24, 29)]).toEqual([2, 3, 0, 0, 0])
  const pixels = inflateSync(IDAT)
  const lineOctets = 1 + width / 4
  expect(pixels).toHaveLength(lineOctets * height)
  const colourAt = (x: number, y: number) => {
    const octet = pixels[y * lineOctets + 1 + Math.floor(x / 4)] ?? 0
    const number = (octet >> (6 - 2 * (x % 4))) & 3
    return `#${[...PLTE.subarray(3 * number, 3 * number + 3)].map((value) => value.toString(16).padStart(2, '0')).join('')}`
  }
  return { width, height, colourAt, octets: bytes.length }
}
