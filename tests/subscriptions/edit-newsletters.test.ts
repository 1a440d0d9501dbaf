import { describe, expect, it } from 'vitest'
import { addFeed } from '../../src/articles/feeds.ts'
import { pollFeeds } from '../../src/articles/poll-feeds.ts'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { publishDigests } from '../../src/digests/publish-digests.ts'
import { renderDigests } from '../../src/digests/render-digests.ts'
import { addNewsletter, changeNewsletter, listNewsletters } from '../../src/subscriptions/edit-newsletters.ts'
import { at, monday, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { mailingTo, startMailing, startSandbox } from '../support/sandbox.ts'
import { createTestApp, form } from '../support/web-app.ts'

const database = testDatabase()
const signal = new AbortController().signal
const hour = 3_600_000

describe('a newsletter', () => {
  it('is added, in English where nothing is said, and is there once', async () => {
    const context = testContext(database.db)
    expect(await addNewsletter(context, { slug: 'evening', name: ' The  Evening ' })).toMatchObject({
      slug: 'evening',
      name: 'The Evening',
      language: 'en',
      created_at: monday,
    })
    await expect(addNewsletter(context, { slug: 'evening', name: 'Another' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('There is a newsletter evening already'),
    })
    await addFeed(context, { url: 'https://news.example/feed.xml', newsletterSlug: 'evening' })
    expect((await listNewsletters(database.db)).map(({ slug, name, feeds }) => [slug, name, feeds])).toEqual([
      ['newsmatro', 'Newsmatro', 0],
      ['evening', 'The Evening', 1],
    ])
  })

  it('is changed in what is given alone', async () => {
    const context = testContext(database.db)
    expect(await changeNewsletter(context, 'newsmatro', { name: 'L’Écho' })).toMatchObject({
      name: 'L’Écho',
      language: 'en',
    })
    expect(await changeNewsletter(context, 'newsmatro', { language: 'PT-br' })).toMatchObject({
      slug: 'newsmatro',
      name: 'L’Écho',
      language: 'pt-BR',
    })
    const description = ' What a harbour town  wakes up to. '
    expect(await changeNewsletter(context, 'newsmatro', { description })).toMatchObject({
      name: 'L’Écho',
      description: 'What a harbour town wakes up to.',
    })
    expect(await changeNewsletter(context, 'newsmatro', { description: '' })).toMatchObject({ description: '' })
    await expect(changeNewsletter(context, 'newsmatro', {})).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(changeNewsletter(context, 'none', { name: 'x' })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('changes its slug until the first reader subscribes', async () => {
    const context = testContext(database.db)
    await addNewsletter(context, { slug: 'evening', name: 'The Evening' })
    await expect(changeNewsletter(context, 'newsmatro', { slug: 'evening' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('evening already'),
    })
    expect(await changeNewsletter(context, 'newsmatro', { slug: 'daily' })).toMatchObject({ slug: 'daily' })
    await changeNewsletter(context, 'daily', { slug: 'newsmatro' })
    await aReader(database.db)
    await expect(changeNewsletter(context, 'newsmatro', { slug: 'daily', name: 'Daily' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('has to stay'),
    })
    expect(await changeNewsletter(context, 'newsmatro', { slug: 'newsmatro', name: 'Daily' })).toMatchObject({
      name: 'Daily',
    })
  })

  it.each([
    ['slug', ['', 'Morning', 'a_b', '-a', 'a-', 'a--b', 'é', 'a'.repeat(55)]],
    ['name', ['', '  ', '…', 'a\nb', 'a\u0000b', 'a\u007f', 'a'.repeat(101)]],
    ['description', ['x'.repeat(301), 'two\nlines', 'a\u0000b']],
    ['language', ['', 'german', 'x', 'de_DE', 'x-private', 'en-', `en-${'a'.repeat(40)}`, 'C']],
  ])('has no such %s', async (field, wrong) => {
    const context = testContext(database.db)
    for (const text of wrong) {
      const refusal = { code: 'invalid_input', fields: { [field]: expect.any(String) } }
      const given = { slug: 'evening', name: 'The Evening', [field]: text }
      await expect(addNewsletter(context, given), text).rejects.toMatchObject(refusal)
      await expect(changeNewsletter(context, 'newsmatro', { [field]: text }), text).rejects.toMatchObject(refusal)
    }
    expect(await listNewsletters(database.db)).toHaveLength(1)
  })
})

it('keeps what was rendered when it is renamed, and names what waits anew', async () => {
  const { context, sandbox } = await startMailing(database.db)
  const early = await aReader(database.db)
  const late = await aReader(database.db, { next_digest_at: new Date(monday.getTime() + hour) })
  await anArticle(database.db, { firstSeenAt: new Date(monday.getTime() - hour) })
  await planDigests(context, at(monday))
  await renderDigests(context, signal)
  await changeNewsletter(context, 'newsmatro', { name: 'Le Matin', language: 'fr' })
  context.clock.set(new Date(monday.getTime() + hour))
  await planDigests(context, at(context.clock.now()))
  await sendMessages(context, createProvider(context.config), { signal })
  await sandbox.close()
  // Two batches, in whichever order they arrived.
  const html = new Map((await sandbox.mails()).map((mail) => [mail.to[0], mail.html ?? '']))
  for (const text of ['Le Matin', 'lang="fr"']) {
    expect(html.get(early.email)).not.toContain(text)
    expect(html.get(late.email)).toContain(text)
  }
})

it('that was added goes the whole way: feed, sign-up, digest, archive', async () => {
  const feed = `<rss version="2.0"><channel><title>Soir</title><item><title>Un pont ouvre</title>
    <link>https://news.example/pont</link><guid>1</guid><category>Ville</category>
    <pubDate>Mon, 23 Nov 2026 05:00:00 GMT</pubDate></item></channel></rss>`
  const bare = testContext(database.db, {
    fetchUrl: async (url) => ({
      status: 200,
      headers: new Headers({ 'content-type': 'application/rss+xml' }),
      body: new TextEncoder().encode(feed),
      finalUrl: url,
      movedTo: null,
    }),
  })
  const sandbox = await startSandbox(bare)
  const context = mailingTo(bare, sandbox)
  await addNewsletter(context, { slug: 'evening', name: 'Le Soir', language: 'fr' })
  await addFeed(context, { url: 'https://news.example/feed.xml', newsletterSlug: 'evening' })
  expect(await pollFeeds(context, { signal })).toMatchObject({ failed: 0 })

  const { request } = createTestApp(context)
  await request('/subscribe', form({ email: 'ada@reader.example', newsletter: 'evening', hour: '7' }))
  const send = () => sendMessages(context, createProvider(context.config), { signal })
  await send()
  const [asking] = await sandbox.mails()
  expect(asking?.subject).toContain('Le Soir')
  const path = /\/confirm\/[\w-]+/.exec(asking?.text ?? '')?.[0] ?? ''
  expect((await request(path, { method: 'POST' })).status).toBe(200)

  context.clock.set(new Date(monday.getTime() + 26 * hour))
  await planDigests(context, at(context.clock.now()))
  await send()
  await publishDigests(context, { signal })
  await sandbox.close()
  const digest = (await sandbox.mails()).find(({ html }) => html?.includes('Un pont ouvre'))
  expect(digest?.html).toContain('Le Soir')
  const archive = await (await request('/archive?newsletter=evening')).text()
  expect(archive).toContain('Un pont ouvre')
  expect(await (await request('/archive?newsletter=newsmatro')).text()).not.toContain('Un pont ouvre')
})
