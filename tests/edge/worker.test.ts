import { sql } from 'kysely'
import { describe, expect, it, vi } from 'vitest'
import { jobs } from '../../jobs/schedule.ts'
import { signMailToken } from '../../src/platform/mail-address.ts'
import { signingKeysOf } from '../../src/platform/signing-keys.ts'
import wranglerToml from '../../wrangler.toml?raw'
import { signed, webhookSecret } from '../support/webhooks.ts'
import { edgeDatabase, sentMails } from './edge-database.ts'
import { tick, visit, visitWith } from './invoke.ts'

const database = edgeDatabase()

/** Once there are so many: the worker sends after it has answered. */
const mailsOf = (count: number) =>
  vi.waitFor(
    async () => {
      const sent = await sentMails(database.db)
      expect(sent).toHaveLength(count)
      return sent
    },
    { timeout: 20_000 },
  )

describe('the worker', () => {
  it('answers', async () => {
    const response = await visit('/healthz')
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('ok')
  })

  it('reaches its database, in each of many requests at once', async () => {
    const responses = await Promise.all(Array.from({ length: 20 }, () => visit('/readyz')))
    expect(await Promise.all(responses.map((response) => response.text()))).toEqual(Array(20).fill('ready'))
  })

  it('shows what a test wrote', async () => {
    await database.db.updateTable('newsletters').set({ name: 'The Edge Gazette' }).execute()
    const response = await visit('/')
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('The Edge Gazette')
  })

  it('runs in workerd, where a day is a day and an id a number', async () => {
    const { rows } = await sql`select 1::bigint as id, date '2026-11-23' as day`.execute(database.db)
    expect(rows).toEqual([{ id: 1, day: '2026-11-23' }])
    expect(navigator.userAgent).toBe('Cloudflare-Workers')
  })

  it('tells readers whose servers it runs on', async () => {
    expect(await (await visit('/privacy')).text()).toMatch(/<bdi>Cloudflare<\/bdi>\s*<\/strong> runs the servers/)
  })

  it('draws the picture that stands for the site', async () => {
    const picture = new DataView(await (await visit('/og.png')).arrayBuffer())
    expect([picture.getUint32(0), picture.getUint32(16), picture.getUint32(20)]).toEqual([0x89504e47, 1200, 630])
  })

  it('has a trigger for each schedule of the jobs, and no other', () => {
    const triggers = [...wranglerToml.matchAll(/^crons = (\[.*\])$/gm)].map(([, crons]) => JSON.parse(crons ?? ''))
    const schedules = [...new Set(jobs.map((job) => job.cron))]
    expect(triggers).toEqual([schedules, schedules])
  })

  it('says that it cannot start rather than how, when it is configured wrongly', async () => {
    const response = await visitWith({ PUBLIC_URL: 'not a URL' }, '/healthz')
    expect(response.status).toBe(503)
    expect(await response.text()).toBe('The service cannot start; its log says why.\n')
  })

  it('makes its own signing keys when it is given none', async () => {
    const response = await visitWith({ SIGNING_KEYS: '' }, '/readyz')
    expect(await response.text()).toBe('ready')
    const keys = await database.db.selectFrom('signing_keys').select('key_id').execute()
    expect(keys).toHaveLength(1)
  })

  it('takes an event that is signed, and no other', async () => {
    const body = JSON.stringify({ type: 'email.opened', data: {} })
    const headers = signed(body, { at: new Date() })
    const post = (text: string) =>
      visitWith({ RESEND_WEBHOOK_SECRET: webhookSecret }, '/webhooks/resend', { method: 'POST', body: text, headers })
    expect((await post(`${body} `)).status).toBe(401)
    expect((await post(body)).status).toBe(200)
    expect(await database.db.selectFrom('webhook_events').select('svix_id').execute()).toEqual([{ svix_id: 'msg_1' }])
  })

  it('takes a reader from the form to a confirmed subscription', async () => {
    const subscribed = await visit('/subscribe', {
      method: 'POST',
      body: new URLSearchParams({ email: 'reader@example.com' }),
      headers: { origin: 'https://digest.example', 'cf-connecting-ip': '203.0.113.7' },
    })
    expect(subscribed.status).toBe(200)
    const [mail] = await mailsOf(1)
    expect(mail?.to).toEqual(['reader@example.com'])
    const link = /https:\/\/digest\.example\/confirm\/\S+/.exec(mail?.text ?? '')?.[0] ?? ''

    expect((await visit(link)).status).toBe(200)
    expect(await states()).toEqual([{ state: 'pending' }])
    await visit(link, { method: 'POST', headers: { origin: 'https://digest.example' } })
    expect(await states()).toEqual([{ state: 'active' }])
    const evidence = await database.db
      .selectFrom('consent_events')
      .select('ip')
      .where('kind', '=', 'requested')
      .execute()
    expect(evidence).toEqual([{ ip: '203.0.113.7' }])
    await mailsOf(2) // what goes on after an answer is not to go on in the next test
  })

  it('takes a reader through all that their links do', async () => {
    const { db } = database
    const act = (path: string, fields: Record<string, string> = {}) =>
      visit(path, { method: 'POST', body: new URLSearchParams(fields), headers: { origin: 'https://digest.example' } })
    const mailed = async (count: number, kind: string) => {
      const mails = await mailsOf(count)
      return new RegExp(`/${kind}/\\S+`).exec(mails.at(-1)?.text ?? '')?.[0] ?? ''
    }
    await act('/subscribe', { email: 'reader@example.com' })
    await act(await mailed(1, 'confirm'))
    expect(await mailed(2, 'unsubscribe')).toMatch(/^.unsubscribe./) // the welcome
    await act('/my-link', { email: 'reader@example.com' })
    const preferences = await mailed(3, 'preferences')
    const page = await (await visit(preferences)).text()
    expect(await (await visit(`${preferences}/history`)).text()).toContain('Subscription confirmed')
    const tomorrow = /name="pauseUntil" value="" min="([^"]+)"/.exec(page)?.[1] ?? ''
    expect(await (await act(preferences, { pauseUntil: tomorrow })).text()).toContain('Saved.')
    const unsubscribe = /\/unsubscribe\/[^"]+/.exec(page)?.[0] ?? ''
    const left = await (await act(unsubscribe, { from: 'page' })).text()
    expect(await states()).toEqual([{ state: 'ended' }])
    await act(/\/undo\/[^"]+/.exec(left)?.[0] ?? '')
    expect(await states()).toEqual([{ state: 'active' }])
    await act(`${preferences}/address`, { email: 'new@example.com' })
    await act(await mailed(5, 'address'))
    expect(await (await visit(`${preferences}/export`)).json()).toMatchObject({ address: 'new@example.com' })
    await act(`${preferences}/erase`)
    expect((await visit(preferences)).status).toBe(404)
    const clicked = await act(unsubscribe, { 'List-Unsubscribe': 'One-Click' })
    expect([clicked.status, await clicked.text()]).toEqual([200, ''])
    await tick(new Date())
    const gone = await db.selectFrom('subscribers').select(['email', 'is_mail_under_way']).execute()
    expect(gone).toEqual([{ email: expect.stringMatching(/^erased-\d+@erased\.invalid$/), is_mail_under_way: false }])
  })

  it('guards signing up: by place, against throw-away mailboxes and other sites, and offers a form for those allowed', async () => {
    const subscribe = (email: string, headers: Record<string, string> = {}) =>
      visit('/subscribe', {
        method: 'POST',
        body: JSON.stringify({ email }),
        headers: { 'content-type': 'application/json', 'cf-connecting-ip': '203.0.113.9', ...headers },
      })
    const addresses = ['ada@gmial.com', ...Array.from({ length: 25 }, (_, index) => `reader${index}@reader.example`)]
    await database.db // no mail is to reach the next test
      .insertInto('suppressions')
      .values(addresses.map((email_key) => ({ email_key, reason: 'manual' as const, created_at: new Date() })))
      .execute()
    expect((await subscribe('ada@mailinator.com')).status).toBe(422)
    expect((await subscribe('ada@reader.example', { origin: 'https://evil.example' })).status).toBe(403)
    expect(await (await subscribe('ada@gmial.com')).json()).toMatchObject({ suggestion: 'ada@gmail.com' })
    const many = await Promise.all(addresses.slice(1).map((email) => subscribe(email)))
    expect(many.filter(({ status }) => status === 202)).toHaveLength(19)
    expect(many.find(({ status }) => status === 429)?.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(await (await visit('/embed.js')).text()).toContain("new URL('/subscribe', script.src)")

    const allowed = { EMBED_ORIGINS: 'https://www.example.com' }
    const preflight = await visitWith(allowed, '/subscribe', {
      method: 'OPTIONS',
      headers: { origin: 'https://www.example.com', 'access-control-request-method': 'POST' },
    })
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://www.example.com')
  })

  it('does what a reader writes, and answers', async () => {
    const { db } = database
    const { rows } = await sql<{ id: number }>`
      with reader as (
        insert into subscribers (email, email_key) values ('reader@example.com', 'reader@example.com') returning id)
      insert into subscriptions (subscriber_id, newsletter_id, state, confirmed_at, read_until, next_digest_at)
      select reader.id, n.id, 'active', now(), now(), now() from reader, newsletters n returning id`.execute(db)
    const subscriptionId = rows[0]?.id ?? 0
    const keys = signingKeysOf(new Map([['test', new Uint8Array(32).fill(7)]]))
    const write = async (purpose: 'reply' | 'unsubscribe', text: string) => {
      const id = crypto.randomUUID()
      const to = [`${purpose}+${signMailToken(keys, 'test', purpose, subscriptionId)}@reply.example.com`]
      await sql`
        insert into sandbox.received (id, created_at, "from", "to", subject, html, headers, message_id)
        values (${id}, now(), 'reader@example.com', ${to}, 'Re: Today', ${text}, '{}', '<1@example.com>')`.execute(db)
      const body = JSON.stringify({ type: 'email.received', data: { email_id: id, to } })
      const variables = { RESEND_WEBHOOK_SECRET: webhookSecret, INBOUND_DOMAIN: 'reply.example.com' }
      const headers = signed(body, { id, at: new Date() })
      expect((await visitWith(variables, '/webhooks/resend', { method: 'POST', body, headers })).status).toBe(200)
    }
    await write('reply', '<p>Weekly</p><blockquote>stop</blockquote>')
    const row = () => db.selectFrom('subscriptions').select(['frequency', 'state']).executeTakeFirstOrThrow()
    expect(await row()).toEqual({ frequency: 'weekly', state: 'active' })
    expect((await sentMails(db)).map(({ to, subject }) => [to, subject])).toEqual([
      [['reader@example.com'], 'Your digest now comes once a week, on Monday'],
    ])
    await write('unsubscribe', '')
    expect(await row()).toEqual({ frequency: 'weekly', state: 'ended' })
  })

  it('plans, renders and sends a digest on a tick, once', async () => {
    const { db } = database
    const now = Date.now()
    const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000)
    const newsletter = await db.selectFrom('newsletters').select('id').executeTakeFirstOrThrow()
    const feed = await db
      .insertInto('feeds')
      .values({
        newsletter_id: newsletter.id,
        url: 'https://feed.example/rss',
        next_poll_at: new Date(now + 86_400_000),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await db
      .insertInto('articles')
      .values({
        newsletter_id: newsletter.id,
        feed_id: feed.id,
        item_key: 'one',
        url: 'https://news.example/one',
        title: 'Ferry returns to the lake',
        published_at: minutesAgo(30),
        first_seen_at: minutesAgo(20),
        content_hash: 'one',
        eligible: true,
      })
      .execute()
    const subscriber = await db
      .insertInto('subscribers')
      .values({ email: 'reader@example.com', email_key: 'reader@example.com' })
      .returning('id')
      .executeTakeFirstOrThrow()
    await db
      .insertInto('subscriptions')
      .values({
        subscriber_id: subscriber.id,
        newsletter_id: newsletter.id,
        state: 'active',
        read_until: minutesAgo(24 * 60),
        next_digest_at: minutesAgo(2),
        confirmed_at: minutesAgo(24 * 60),
      })
      .execute()

    await tick(new Date(now))
    await tick(new Date(now))
    const mails = await sentMails(db)
    expect(mails.map(({ to }) => to)).toEqual([['reader@example.com']])
    expect(mails[0]?.html).toContain('Ferry returns to the lake')
  })
})

const states = () => database.db.selectFrom('subscriptions').select('state').execute()
