import fc from 'fast-check'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { dayInWords, localDay, nextDigestInWords } from '../../src/subscriptions/in-words.ts'
import { anArticle, aReader, aTopic } from '../support/factories.ts'
import { theNewsletterId } from '../support/newsletter.ts'
import { hours, readerSite } from '../support/reader-site.ts'

const site = readerSite()
const pathOf = ({ subscriptionId }: { subscriptionId: number }) =>
  `/preferences/${site.token('preferences', subscriptionId)}`
const aNewsletter = async (slug: string, name: string) =>
  (await site.db.insertInto('newsletters').values({ slug, name }).returning('id').executeTakeFirstOrThrow()).id

describe('the next digest in words', () => {
  const now = new Date('2026-11-24T12:00:00Z')
  it.each([
    ['2026-11-25T06:00:00Z', 'Europe/Berlin', 'Tomorrow, Wednesday 25 November, at 07:00 in Berlin, if there is news.'],
    ['2026-11-24T20:00:00Z', 'UTC', 'Today, Tuesday 24 November, at 20:00 UTC, if there is news.'],
    ['2026-11-24T12:30:00Z', 'Asia/Kolkata', 'Today, Tuesday 24 November, at 18:00 in Kolkata, if there is news.'],
    ['2026-11-24T23:00:00Z', 'Asia/Tokyo', 'Tomorrow, Wednesday 25 November, at 08:00 in Tokyo, if there is news.'],
    [
      '2026-12-04T12:00:00Z',
      'America/Argentina/Buenos_Aires',
      'On Friday 4 December, at 09:00 in Buenos Aires, if there is news.',
    ],
    ['2027-01-02T00:00:00Z', 'UTC', 'On Saturday 2 January 2027, at 00:00 UTC, if there is news.'],
    ['2026-11-25T12:00:00Z', 'Etc/GMT+5', 'Tomorrow, Wednesday 25 November, at 07:00 GMT+5, if there is news.'],
    ['2026-11-24T12:00:00Z', 'UTC', 'It is due now, if there is news.'],
  ])('%s in %s', (next, zone, words) => {
    expect(nextDigestInWords(new Date(next), zone, now)).toBe(words)
  })

  it('names a day that the calendar has, in any zone', () => {
    const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'))
    const time = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(zone, time, (timeZone, instant) => {
        const day = localDay(instant, timeZone)
        expect(day).toMatch(/^20\d\d-\d\d-\d\d$/)
        expect(Math.abs(Date.parse(day) - instant.getTime())).toBeLessThan(39 * 3_600_000)
        expect(dayInWords(day, day.slice(0, 4))).toMatch(/^[A-Z][a-z]+day \d{1,2} [A-Z][a-z]+$/)
      }),
    )
  })
})

describe('a reader whose mail is kept back', () => {
  it('is told so, and what helps, and no time at which something would come', async () => {
    const reader = await aReader(site.db)
    const path = `/preferences/${site.token('preferences', reader.subscriptionId)}`
    expect(await site.text(path)).toContain('The next one')
    await site.db
      .insertInto('suppressions')
      .values({ email_key: reader.email, reason: 'soft_bounces', created_at: hours(-1) })
      .execute()
    const page = await site.text(path)
    expect(page).not.toContain('The next one')
    expect(page).toMatch(/we send it no more\. <a href="[^"]+\/address">Change your address<\/a>/)
    expect(page).toContain('Unsubscribe from')
  })
})

describe('changes', () => {
  it('are a hundred a day at most, and to leave is possible all the same', async () => {
    const reader = await aReader(site.db)
    for (let time = 0; time < 100; time++) {
      expect((await site.post(pathOf(reader), { hour: String(time % 24) })).status).toBe(200)
    }
    const refused = await site.post(pathOf(reader), { hour: '9' })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '86400'])
    expect(refused.headers.get('content-type')).toContain('text/html')
    expect((await site.subscriptions())[0]).toMatchObject({ hour: 3 })
    await site.post(`/unsubscribe/${site.token('unsubscribe', reader.subscriptionId)}`, { from: 'page' })
    expect((await site.subscriptions())[0]).toMatchObject({ state: 'ended' })
    site.context.clock.set(hours(24))
    const other = await aReader(site.db)
    expect((await site.post(pathOf(other), { hour: '9' })).status).toBe(200)
  })

  it('are not counted together with what anybody can do who knows the address', async () => {
    const reader = await aReader(site.db)
    for (let hour = 0; hour < 22; hour++) {
      site.context.clock.set(hours(hour))
      for (let time = 0; time < 5; time++) await site.post('/subscribe', { email: reader.email })
    }
    expect(await site.consent()).toHaveLength(110)
    expect((await site.post(pathOf(reader), { hour: '9' })).status).toBe(200)
  })
})

describe('a pause', () => {
  it('until a day: nothing comes before it', async () => {
    const reader = await aReader(site.db, { time_zone: 'Asia/Tokyo' })
    const page = await site.text(pathOf(reader))
    expect(page).toMatch(/name="pauseUntil" value="" min="2026-11-24" max="2027-11-23"/)
    const saved = await site.post(pathOf(reader), { pauseUntil: '2027-01-31' })
    expect(await saved.text()).toContain('Paused until Sunday 31 January 2027.')
    expect((await site.subscriptions())[0]).toMatchObject({
      paused_until: '2027-01-31',
      next_digest_at: new Date('2027-01-30T21:00:00Z'),
    })
  })

  it.each([
    ['2026-11-23', 'Choose a day after today, or none.'],
    ['2027-11-24', 'Choose a day within a year.'],
    ['2026-02-30', 'Choose a day'],
    ['tomorrow', 'Choose a day'],
    ['9'.repeat(500), 'Choose a day'],
  ])('until %s is refused on the form, and what else was typed stays', async (pauseUntil, message) => {
    const reader = await aReader(site.db)
    const response = await site.post(pathOf(reader), { pauseUntil, hour: '21', frequency: 'weekly' })
    const page = await response.text()
    expect(response.status).toBe(422)
    expect(page).toContain('aria-describedby="pauseUntil-error"')
    expect(page).toContain(message)
    expect(page).toMatch(/<option value="21" selected/)
    expect(page).toMatch(/value="weekly" checked/)
    expect((await site.subscriptions())[0]).toMatchObject({ paused_until: null, hour: 6, frequency: 'daily' })
    expect(await site.consent()).toEqual([])
  })

  it('goes by the day where the reader lives, also where it is another already', async () => {
    site.context.clock.set(new Date('2026-11-23T11:00:00Z'))
    const reader = await aReader(site.db, { time_zone: 'Pacific/Kiritimati' })
    expect((await site.post(pathOf(reader), { pauseUntil: '2026-11-24' })).status).toBe(422)
    expect((await site.post(pathOf(reader), { pauseUntil: '2026-11-25' })).status).toBe(200)
  })

  it('that is over, still on the page of yesterday, is no mistake', async () => {
    const reader = await aReader(site.db, { paused_until: '2026-11-20' })
    expect(await site.text(pathOf(reader))).toMatch(/name="pauseUntil" value=""/)
    expect((await site.post(pathOf(reader), { pauseUntil: '2026-11-20', hour: '9' })).status).toBe(200)
  })
})

describe('a one-tap link of the digest', () => {
  it.each([
    ['frequency=weekly', { frequency: 'weekly' }],
    ['pauseDays=14', { paused_until: '2026-12-07' }],
    ['without=climate', { topic_choice_id: expect.any(Number) }],
  ])('%s fills in its change, and one button makes it', async (query, change) => {
    await aTopic(site.db, 'sport')
    await aTopic(site.db, 'climate')
    const reader = await aReader(site.db)
    const before = await site.everything()
    const page = await site.text(`${pathOf(reader)}?${query}`)
    expect(page).toContain('Your change is filled in below')
    expect(await site.everything()).toEqual(before)
    const first = /<form [^>]*action="([^"]+)"[^>]*>(.*?)<\/form>/s.exec(page)
    const fields = fieldsOf(first?.[2] ?? '')
    expect((await site.post(first?.[1] ?? '', fields)).status).toBe(200)
    expect((await site.subscriptions())[0]).toMatchObject({
      frequency: 'daily',
      paused_until: null,
      topic_choice_id: null,
      ...change,
    })
  })

  it('with nonsense in it shows the page as it is', async () => {
    const reader = await aReader(site.db)
    for (const query of [
      'frequency=hourly',
      'pauseDays=-1',
      'pauseDays=9999',
      'without=%00',
      'frequency=weekly&pauseDays=x',
    ]) {
      expect((await site.visit(`${pathOf(reader)}?${query}`)).status).toBe(200)
    }
  })
})

/** What a browser sends of a form. */
function fieldsOf(html: string): Record<string, string[]> {
  const fields: Record<string, string[]> = {}
  const add = (name: string | undefined, value: string | undefined) => {
    if (name) fields[name] = [...(fields[name] ?? []), value ?? '']
  }
  for (const [tag] of html.matchAll(/<input [^>]*>/g)) {
    if (/type="(radio|checkbox)"/.test(tag) && !/ checked/.test(tag)) continue
    add(/ name="([^"]*)"/.exec(tag)?.[1], / value="([^"]*)"/.exec(tag)?.[1])
  }
  for (const [, name, options = ''] of html.matchAll(/<select [^>]*name="([^"]*)"[^>]*>(.*?)<\/select>/gs)) {
    const [, value, text] = /<option(?: value="([^"]*)")? selected(?:="")?[^>]*>([^<\n]*)/.exec(options) ?? []
    add(name, value ?? text)
  }
  return fields
}

describe('several newsletters', () => {
  it('are on one page, each with its own settings', async () => {
    const reader = await aReader(site.db)
    const second = await aNewsletter('evening', 'The Evening')
    await site.post(`${pathOf(reader)}/join`, { newsletter: 'evening' })
    const page = await site.text(pathOf(reader))
    expect(page).toContain('Your newsletters')
    const forms = [...page.matchAll(/<form method="post" action="(\/preferences\/[^"/]+)" novalidate/g)].map(
      ([, path]) => path,
    )
    expect(forms).toHaveLength(2)
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect((await site.post(forms[1] ?? '', { hour: '20' })).status).toBe(200)
    expect(await site.subscriptions()).toMatchObject([
      { state: 'active', hour: 6 },
      { state: 'active', hour: 20, newsletter_id: second },
    ])
  })

  it('are joined by one press of who proved their address, with the words kept', async () => {
    await aNewsletter('evening', 'The Evening')
    const reader = await aReader(site.db, { hour: 18, time_zone: 'Europe/Berlin', topics: ['climate'] })
    expect(await site.text(pathOf(reader))).toContain('Subscribe to The Evening')
    for (let time = 0; time < 2; time++) {
      const response = await site.post(`${pathOf(reader)}/join`, { newsletter: 'evening' })
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('You are subscribed.')])
    }
    expect((await site.subscriptions())[1]).toMatchObject({
      state: 'active',
      hour: 18,
      time_zone: 'Europe/Berlin',
      topic_choice_id: null,
      read_until: hours(-24),
      next_digest_at: new Date('2026-11-23T17:00:00Z'),
    })
    const events = await site.consent()
    expect(events.map(({ kind }) => kind)).toEqual(['requested', 'confirmed'])
    expect(events[0]).toMatchObject({ source: 'link', consent_text_hash: expect.any(String) })
    expect(await site.text(pathOf(reader))).not.toContain('Subscribe to The Evening')
  })

  it('are not joined through a link whose subscription is not active, nor for a suppressed address', async () => {
    await aNewsletter('evening', 'The Evening')
    const gone = await aReader(site.db, {
      state: 'ended',
      ended_reason: 'unsubscribed',
      ended_at: hours(-1),
      next_digest_at: null,
    })
    const never = await aReader(site.db)
    await site.db
      .insertInto('suppressions')
      .values({ email_key: never.email, reason: 'manual', created_at: hours(0) })
      .execute()
    for (const reader of [gone, never]) {
      expect((await site.post(`${pathOf(reader)}/join`, { newsletter: 'evening' })).status).toBe(409)
    }
    expect((await site.post(`${pathOf(never)}/join`, { newsletter: 'no such' })).status).toBe(422)
    expect(await site.subscriptions()).toHaveLength(2)
    expect(await site.consent()).toEqual([])
  })

  it('joined while a confirmation waits are confirmed, and its mail is not sent', async () => {
    await aNewsletter('evening', 'The Evening')
    const reader = await aReader(site.db)
    const { subscribe } = await import('../../src/subscriptions/subscribe.ts')
    await subscribe(
      site.context,
      { email: reader.email, newsletter: 'evening' },
      { source: 'form', ip: null, userAgent: null },
    )
    await site.post(`${pathOf(reader)}/join`, { newsletter: 'evening' })
    await site.send()
    expect(await site.mails()).toEqual([])
    expect(await site.messages()).toMatchObject([{ state: 'canceled', reason: 'no longer waiting for confirmation' }])
  })
})

describe('time zones', () => {
  it('are added by the script, or by a link where there is none', async () => {
    const path = pathOf(await aReader(site.db))
    const zonesIn = async (query: string) =>
      /name="timeZone".*?<\/select>/s.exec(await site.text(`${path}${query}`))?.[0].match(/<option/g)?.length
    expect(await zonesIn('')).toBe(1)
    expect(await site.text(path)).toContain('<a href="?zones=all">')
    expect(await zonesIn('?zones=all')).toBe(new Set(['UTC', ...Intl.supportedValuesOf('timeZone')]).size)
    // Where something is filled in, the link would lose it.
    expect(await zonesIn('?frequency=weekly')).toBeGreaterThan(100)
    expect(await (await site.post(path, { hour: '99' })).text()).toContain('<option>Pacific/Auckland')
    const joined = await site.visit(`${path}/join?zones=all`)
    expect([joined.status, joined.headers.get('location')]).toEqual([302, `${path}?zones=all`])
  })
})

describe('the page of readers who choose alike', () => {
  it('has the address and the links of its own reader, whoever asked before', async () => {
    const addresses = ['ada@reader.example', "o'neil&sons@reader.example", '$&@reader.example']
    const alike = await Promise.all(addresses.map((email) => aReader(site.db, { email })))
    for (const [index, reader] of [...alike, ...alike.toReversed()].entries()) {
      const page = await site.text(pathOf(reader))
      const shown = page
        .replaceAll('&amp;', '&')
        .replaceAll('&#39;', "'")
        .match(/(?<=For )\S+@reader\.example/g)
      expect(shown).toEqual([[...addresses, ...addresses.toReversed()][index]])
      const links = new Set(page.match(/(?<=\/(preferences|unsubscribe)\/)[\w.-]+\.\d+\.[\w-]+/g))
      const { subscriptionId } = reader
      expect(links).toEqual(
        new Set([site.token('preferences', subscriptionId), site.token('unsubscribe', subscriptionId)]),
      )
      expect(page).not.toContain('\0')
    }
  })

  it('has what the reader chose, as soon as they did', async () => {
    const [reader, other] = [await aReader(site.db), await aReader(site.db, { email: 'other@reader.example' })]
    const chosenHour = async (of: typeof reader) =>
      /value="(\d+)" selected>\d\d:00/.exec(await site.text(pathOf(of)))?.[1]
    const before = await chosenHour(reader)
    await site.post(pathOf(reader), { hour: '21', frequency: 'weekly' })
    expect([await chosenHour(reader), await chosenHour(other)]).toEqual(['21', before])
  })
})

describe('names', () => {
  it('are kept for a minute, and those of something new are looked up', async () => {
    const reader = await aReader(site.db)
    expect(await site.text(pathOf(reader))).not.toContain('The Evening')
    const second = await aNewsletter('evening', 'The Evening')
    expect(await site.text(pathOf(reader))).not.toContain('The Evening')
    await site.db.updateTable('subscriptions').set({ newsletter_id: second }).execute()
    expect(await site.text(pathOf(reader))).toContain('The Evening')
  })
})

describe('what cannot be understood', () => {
  it.each([
    ['pauseUntil=0000-01-01', 'application/x-www-form-urlencoded'],
    ['{"pauseUntil":"0000-02-29"}', 'application/json'],
    ['{"topics":["a"],"topicsShown":{"valueOf":1,"toString":1}}', 'application/json'],
    ['{"hour":{"toString":1}}', 'application/json'],
  ])('%s is refused, to a program as a problem', async (body, type) => {
    const reader = await aReader(site.db)
    for (const path of [pathOf(reader), `${pathOf(reader)}/address`]) {
      const response = await site.visit(path, { method: 'POST', body, headers: { 'content-type': type } })
      expect(response.status).toBe(422)
      const problem = type.endsWith('json') ? 'application/problem+json' : 'text/html; charset=UTF-8'
      expect(response.headers.get('content-type')).toBe(problem)
    }
  })

  it('names every field of a sign-up that is wrong, and keeps what was typed, also that no topic was ticked', async () => {
    await site.db
      .insertInto('topics')
      .values({ newsletter_id: await theNewsletterId(site.db), slug: 'climate', name: 'Climate' })
      .execute()
    const page = await (await site.post('/subscribe', { email: 'ada', topicsShown: '1', hour: '9' })).text()
    expect(page).toContain('Choose at least one topic.')
    expect(page).toContain('id="email-error"')
    expect(page).toMatch(/name="topics" value="climate">/)
    expect(page).toContain('value="9" selected')
  })
})

describe('a topic that is not among those offered', () => {
  it('is one of 250 at most, whatever a program sends', async () => {
    const newsletter_id = await theNewsletterId(site.db)
    const slugs = Array.from({ length: 251 }, (_, index) => `topic-${index}`)
    await sql`
      insert into topics (id, newsletter_id, slug, name) overriding system value
      select 10000000 + place, ${newsletter_id}, slug, slug from unnest(${slugs}::text[]) with ordinality as t (slug, place)`.execute(
      site.db,
    )
    const reader = await aReader(site.db)
    const choose = (topics: string[]) =>
      site.visit(pathOf(reader), {
        method: 'POST',
        body: JSON.stringify({ topics }),
        headers: { 'content-type': 'application/json' },
      })
    expect((await choose(slugs)).status).toBe(422)
    expect((await choose(slugs.slice(1))).status).toBe(200)
    expect(await site.db.selectFrom('topic_choice_topics').selectAll().execute()).toHaveLength(250)
  })

  it('is shown when a one-tap link takes it away, and it alone is gone once that is saved', async () => {
    const newsletter_id = await theNewsletterId(site.db)
    const topics = Array.from({ length: 26 }, (_, index) => `topic-${String.fromCharCode(97 + index)}`)
    await site.db
      .insertInto('topics')
      .values(topics.map((slug) => ({ newsletter_id, slug, name: slug })))
      .execute()
    const reader = await aReader(site.db)
    const page = await site.text(`${pathOf(reader)}?without=topic-z`)
    expect(page).toMatch(/value="topic-z">/)
    const fields = fieldsOf(page)
    expect(fields.topicsShown).toEqual(['25'])
    // Also over an error: what the page had filled in stays.
    const refused = await site.post(pathOf(reader), { ...fields, pauseUntil: '2099-01-01' })
    expect(refused.status).toBe(422)
    const again = fieldsOf(await refused.text())
    expect(again.topics).toEqual(fields.topics)
    await site.post(pathOf(reader), { ...again, pauseUntil: '' })
    const chosen = await site.db
      .selectFrom('topic_choice_topics as c')
      .innerJoin('topics as t', 't.id', 'c.topic_id')
      .select('t.slug')
      .orderBy('t.slug')
      .execute()
    expect(chosen.map(({ slug }) => slug)).toEqual(topics.slice(0, 25))
  })
})

describe('what is kept about a reader', () => {
  it('is shown as a history: what, when, which words, from where', async () => {
    await aNewsletter('evening', 'The Evening')
    const reader = await aReader(site.db, { time_zone: 'Europe/Berlin' })
    await site.post(`${pathOf(reader)}/join`, { newsletter: 'evening' })
    expect(await site.text(pathOf(reader))).toContain(`href="${pathOf(reader)}/history"`)
    const page = await site.text(`${pathOf(reader)}/history`)
    expect(page).toContain('Subscription confirmed')
    expect(page).toContain('23 November 2026 at 07:00')
    expect(page).toContain('through your link, from 192.0.2.7')
    expect(page).toContain('Send me the The Evening digest by email.')
  })

  it('is downloaded as JSON, with all of it and nothing of others', async () => {
    const other = await aReader(site.db)
    await anArticle(site.db, { firstSeenAt: hours(-1), title: 'A river moves' })
    const reader = await aReader(site.db, { topics: ['climate'] })
    await site.post(pathOf(reader), { hour: '9' })
    await site.post('/my-link', { email: reader.email })
    const before = await site.everything()
    const response = await site.visit(`${pathOf(reader)}/export`)
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="my-data.json"')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({
      address: reader.email,
      suppression: null,
      subscriptions: [{ newsletter: 'newsmatro', state: 'active', hour: 9, topics: ['climate'] }],
      consent: [{ kind: 'preferences_changed', ip: '192.0.2.7', details: { hour: 9 } }],
      mails: [{ kind: 'preferences_link', to: reader.email, state: 'submitted' }],
    })
    expect(text).not.toContain(other.email)
    expect(await site.everything()).toEqual(before)
  })

  it('does not tell of an address that they asked for whether it is known here', async () => {
    const known = await aReader(site.db)
    const mailsAfter = async (email: string) => {
      const reader = await aReader(site.db)
      await site.post(`${pathOf(reader)}/address`, { email })
      const { mails, events } = JSON.parse(await site.text(`${pathOf(reader)}/export`))
      return { mails: mails.map(({ kind }: { kind: string }) => kind), events }
    }
    const told = await mailsAfter(known.email)
    expect(told).toEqual({ mails: ['address_change_notice'], events: [] })
    expect(await mailsAfter('nobody@reader.example')).toEqual(told)
  })
})
