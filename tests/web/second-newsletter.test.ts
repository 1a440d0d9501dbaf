// What leads to a newsletter leads to that one, also where it is not the first.
import { beforeEach, expect, it } from 'vitest'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { publishDigests } from '../../src/digests/publish-digests.ts'
import { writeChangeNotices } from '../../src/subscriptions/change-notices.ts'
import { languages, messagesFor } from '../../src/subscriptions/languages.ts'
import { at } from '../support/context.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { hours, readerSite } from '../support/reader-site.ts'

const site = readerSite()
const say = messagesFor('en')
let evening: number

beforeEach(async () => {
  const row = { slug: 'evening', name: 'The Evening', created_at: hours(0) }
  const { id } = await site.db.insertInto('newsletters').values(row).returning('id').executeTakeFirstOrThrow()
  evening = id
})

/** A story in each newsletter, mailed to a reader of each and published. */
async function tellBoth(beforeSending = async () => {}) {
  const feed = { newsletter_id: evening, url: 'https://evening.example/feed.xml' }
  const { id: feed_id } = await site.db.insertInto('feeds').values(feed).returning('id').executeTakeFirstOrThrow()
  await anArticle(site.db, { title: 'A morning story', topics: ['climate'], firstSeenAt: hours(-3) })
  const late = await anArticle(site.db, {
    ...{ title: 'An evening story', firstSeenAt: hours(-3), newsletter_id: evening, feed_id },
  })
  const topics = ['chess', 'climate'].map((slug) => ({ newsletter_id: evening, slug, name: slug.toUpperCase() }))
  for (const { id } of await site.db.insertInto('topics').values(topics).returning('id').execute())
    await site.db.insertInto('article_topics').values({ article_id: late, topic_id: id }).execute()
  await aReader(site.db, { email: 'morning@reader.example' })
  const reader = await aReader(site.db, { email: 'evening@reader.example', newsletter_id: evening })
  site.context.clock.set(hours(0))
  await planDigests(site.context, at(hours(0)))
  await beforeSending()
  await site.send()
  await publishDigests(site.context, { signal: new AbortController().signal })
  const rows = await site.db.selectFrom('public_digests').select(['digest_id', 'newsletter_id']).execute()
  const pathOf = (isEvening: boolean) =>
    `/archive/${rows.find(({ newsletter_id }) => (newsletter_id === evening) === isEvening)?.digest_id}`
  return { reader, morningPath: pathOf(false), eveningPath: pathOf(true) }
}

const hrefOf = (page: string, text: string) =>
  /href="([^"]*)"/.exec(
    page
      .slice(0, page.indexOf(`>${text}</a>`))
      .split('<a ')
      .at(-1) ?? '',
  )?.[1]

it('says what it is about where one subscribes to it, in its own language', async () => {
  const description = 'What <b>the harbour</b> did today.'
  const written = 'What &lt;b&gt;the harbour&lt;/b&gt; did today.'
  await site.db.updateTable('newsletters').set({ description, language: 'sv' }).where('slug', '=', 'evening').execute()
  const page = await site.text('/?newsletter=evening&language=en')
  expect(page).toContain(`<p class="lede" lang="sv" dir="auto">${written}</p>`)
  expect(page).toContain(`<meta name="description" content="${written}">`)
  expect(await site.text('/')).not.toContain('the harbour')
  const { subscriptionId } = await aReader(site.db)
  expect(await site.text(`/preferences/${site.token('preferences', subscriptionId)}`)).toContain(
    `<p lang="sv" dir="auto">${written}</p>`,
  )
})

it('has a front page of its own, in each language', async () => {
  await tellBoth()
  for (let round = 0; round < 2; round++) {
    const first = await site.text('/')
    const second = await site.text('/?newsletter=evening')
    expect(first).toContain(`<title>${say.site.front.title} - Newsmatro</title>`)
    expect(first).toContain('A morning story')
    expect(first).not.toMatch(/evening/i)
    expect(first).not.toContain('name="newsletter"')
    expect(first).toContain('<link rel="canonical" href="https://digest.example/">')
    expect(second).toContain(`<title>${say.site.front.title} - The Evening</title>`)
    expect(second).toContain('An evening story')
    expect(second).not.toMatch(/Newsmatro</)
    expect(second).not.toContain('A morning story')
    expect(second).toContain('<input type="hidden" name="newsletter" value="evening"/>')
    expect(second).toContain('<link rel="canonical" href="https://digest.example/?newsletter=evening">')
    expect(second).toContain('<header class="site"><a href="/?newsletter=evening"')
    for (const language of languages) {
      const there = `/?newsletter=evening&amp;language=${language}`
      expect(second).toContain(`hreflang="${language}" href="https://digest.example${there}"`)
      if (language !== 'en') expect(second).toContain(`<a href="${there}" hreflang="${language}"`)
    }
  }
  const named = await site.text('/?newsletter=evening&language=fr')
  expect(named).toContain('<html lang="fr">')
  expect(named).toContain('<link rel="canonical" href="https://digest.example/?newsletter=evening&amp;language=fr">')
  expect(await site.text('/?newsletter=newsmatro')).toContain('<link rel="canonical" href="https://digest.example/">')
})

it('keeps the form about it when something was typed wrong', async () => {
  const refused = await site.visit('/subscribe', {
    method: 'POST',
    body: new URLSearchParams({ email: 'nobody', newsletter: 'evening' }),
  })
  const text = await refused.text()
  expect([refused.status, text.includes('value="nobody"')]).toEqual([422, true])
  expect(text).toContain('- The Evening</title>')
  expect(text).toContain('name="newsletter" value="evening"')
})

it.each(['none', 'Evening', 'a'.repeat(100), '%00', '%F0%28', '<b>'])('is not found under %j', async (slug) => {
  const path = `/?newsletter=${slug}`
  const response = await site.visit(path)
  expect(response.status).toBe(404)
  expect(await response.text()).toContain(say.problems.noNewsletter)
  const program = await site.visit(path, { headers: { accept: 'application/json' } })
  expect([program.status, await program.json()]).toMatchObject([404, { detail: say.problems.noNewsletter }])
})

it('is where its digests, its mails and a goodbye lead to', async () => {
  const { reader, morningPath, eveningPath } = await tellBoth()
  expect(hrefOf(await site.text(morningPath), say.site.archive.mailMe)).toBe('/')
  expect(hrefOf(await site.text(eveningPath), say.site.archive.mailMe)).toBe('/?newsletter=evening')
  expect(hrefOf(await site.text(`${eveningPath}?language=en`), say.site.archive.mailMe)).toBe(
    '/?newsletter=evening&amp;language=en',
  )
  expect(hrefOf(await site.text('/archive?newsletter=evening'), say.site.archive.mailMe)).toBe('/?newsletter=evening')
  expect(hrefOf(await site.text('/archive'), say.site.archive.mailMe)).toBe('/')

  const subscribe = new Map((await site.mails()).map(({ to, headers }) => [String(to), headers['List-Subscribe']]))
  expect(subscribe.get('morning@reader.example')).toMatch(/^<https:\/\/digest\.example\/>/)
  expect(subscribe.get('evening@reader.example')).toMatch(/^<https:\/\/digest\.example\/\?newsletter=evening>/)

  const path = `/unsubscribe/${site.token('unsubscribe', reader.subscriptionId)}`
  await site.post(path)
  expect(hrefOf(await site.text(path), say.leaving.subscribeAgain)).toBe('/?newsletter=evening')
  const preferences = await site.text(`/preferences/${site.token('preferences', reader.subscriptionId)}`)
  expect(hrefOf(preferences, say.preferences.subscribe)).toBe('/?newsletter=evening')
})

it('sends its mails under its own name, with the one address', async () => {
  await site.db.updateTable('newsletters').set({ name: 'Abend, "Küste" <1>' }).where('id', '=', evening).execute()
  const { reader } = await tellBoth()
  await site.post('/subscribe', { email: 'new@reader.example', newsletter: 'evening' })
  await site.post('/subscribe', { email: 'evening@reader.example', newsletter: 'evening' })
  const settings = `/preferences/${site.token('preferences', reader.subscriptionId)}`
  await site.post(settings, { hour: '9' })
  await site.post(`${settings}/address`, { email: 'moved@reader.example' })
  await site.send()
  site.context.clock.set(hours(2))
  await site.post('/my-link', { email: 'evening@reader.example' })
  await writeChangeNotices(site.context, { signal: new AbortController().signal })
  await site.send()
  const sent = (await site.mails()).map(({ from, subject }) => ({ from, subject }))
  const first = sent.filter(({ from }) => from === 'Newsmatro <digest@newsmatro.example>')
  expect(first.map(({ subject }) => subject)).toEqual(['A morning story'])
  const others = sent.filter((mail) => !first.includes(mail))
  for (const { from } of others) expect(from).toBe(`"Abend, 'Küste' ‹1›" <digest@newsmatro.example>`)
  // All but the welcome, which has the envelope of a digest, and the answer.
  const kinds = new Set((await site.messages()).map(({ kind }) => kind))
  expect([kinds.size, others.length]).toEqual([7, 7])
})

it('keeps the sender of a mail that was rendered, whatever it is called before it goes', async () => {
  const rename = async () => {
    await site.db.updateTable('newsletters').set({ name: 'Renamed' }).where('id', '=', evening).execute()
  }
  await tellBoth(rename)
  const senders = (await site.mails()).map(({ to, from }) => `${to}: ${from}`)
  expect(senders.sort()).toEqual([
    'evening@reader.example: The Evening <digest@newsmatro.example>',
    'morning@reader.example: Newsmatro <digest@newsmatro.example>',
  ])
})

it('is in the sitemap', async () => {
  const sitemap = await site.text('/sitemap.xml')
  expect(sitemap).toContain('<loc>https://digest.example/</loc>')
  expect(sitemap).toContain('<loc>https://digest.example/?newsletter=evening</loc>')
  expect(sitemap).toContain('href="https://digest.example/?newsletter=evening&amp;language=fr"')
  expect(sitemap).not.toContain('newsletter=newsmatro')
})

it('shares the archive: the topics of both to choose from, and feeds in the publisher’s name', async () => {
  await tellBoth()
  const options = async (query: string) =>
    [...(await site.text(`/archive${query}`)).matchAll(/<option value="([a-z]+)">([^<]*)</g)]
      .map(([, slug, name]) => `${slug} ${name}`)
      .filter((option) => !/^(?:newsmatro|evening) /.test(option))
  site.context.clock.set(hours(24 * 60))
  expect(await options('')).toEqual(['chess CHESS', 'climate Climate'])
  expect(await options('?newsletter=newsmatro')).toEqual(['climate Climate'])
  expect(await options('?newsletter=evening')).toEqual(['chess CHESS', 'climate CLIMATE'])

  const branding = { ...site.context.config.branding, publisherName: 'The Post' }
  Object.assign(site.context.config, { branding })
  site.context.clock.set(hours(24 * 61))
  const atom = await site.text('/archive/feed.xml')
  expect(atom).toContain('<title>The Post</title>')
  expect(atom).toContain('</updated><author><name>The Post</name></author>')
  expect(JSON.parse(await site.text('/archive/feed.json'))).toMatchObject({ title: 'The Post' })
  expect(await site.text('/archive/feed.xml?newsletter=evening')).toContain('<title>The Evening</title>')
})
