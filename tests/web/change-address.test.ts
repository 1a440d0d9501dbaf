import { describe, expect, it } from 'vitest'
import { beginBatch } from '../../src/delivery/begin-batch.ts'
import { claimTransactional } from '../../src/delivery/claim-batch.ts'
import { addSuppressions } from '../../src/delivery/suppressions.ts'
import { receiveWebhook } from '../../src/delivery/webhooks.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { forgetReaders } from '../../src/subscriptions/forget-readers.ts'
import { at, monday } from '../support/context.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { hours, readerSite } from '../support/reader-site.ts'
import { webhookEvent } from '../support/webhooks.ts'

const site = readerSite()
const old = 'old@reader.example'
const fresh = 'New.Address@reader.example'
type Reader = { readonly subscriptionId: number }
const pathOf = ({ subscriptionId }: Reader) => `/preferences/${site.token('preferences', subscriptionId)}/address`
const ask = (reader: Reader, email = fresh) => site.post(pathOf(reader), { email })
const recipients = async () => (await site.mails()).map(({ to }) => to[0])
const addresses = async () =>
  (await site.db.selectFrom('subscribers').select('email').orderBy('id').execute()).map((row) => row.email)
/** The link that the new address got, or the one of a mail before the last. */
const confirmLink = () => site.link('address')

describe('another address', () => {
  it('is asked, the present one is told, and one press there makes it the reader’s', async () => {
    await anArticle(site.db, { firstSeenAt: hours(-1) })
    const reader = await aReader(site.db, { email: old })
    const page = await (await ask(reader)).text()
    expect(page).toContain('If that address can be used, a mail is on its way to it.')
    expect(await recipients()).toEqual([old, fresh])
    const [notice] = await site.mails()
    expect(notice?.text).toContain(pathOf(reader))
    expect(`${notice?.text}${notice?.html}`).not.toContain('New.Address')
    await planDigests(site.context, at(monday))

    const before = await site.everything()
    const link = await confirmLink()
    for (const method of ['GET', 'HEAD', 'GET']) expect((await site.visit(link, { method })).status).toBe(200)
    expect(await site.everything()).toEqual(before)
    expect(await addresses()).toEqual([old])

    for (let time = 0; time < 2; time++) {
      expect(await (await site.post(link)).text()).toContain('Your address is changed')
    }
    expect(await addresses()).toEqual([fresh])
    await site.send()
    expect(await recipients()).toEqual([old, fresh, fresh])
    expect((await site.consent()).map(({ kind }) => kind)).toEqual(['address_change_requested', 'address_changed'])
    expect(await site.text(`/preferences/${site.token('preferences', reader.subscriptionId)}`)).toContain(fresh)
    await site.post('/my-link', { email: fresh })
    expect((await recipients()).at(-1)).toBe(fresh)
  })

  it('is stopped with the link in the mail that told of it', async () => {
    const reader = await aReader(site.db, { email: old })
    await ask(reader)
    const link = await confirmLink()
    const stopPage = await site.text(await site.link('preferences', (await site.mails())[0]?.text ?? ''))
    expect(stopPage).toContain('Stop this change')
    for (let time = 0; time < 2; time++) expect((await site.post(`${pathOf(reader)}/stop`)).status).toBe(200)
    expect((await site.post(link)).status).toBe(410)
    expect(await addresses()).toEqual([old])
    expect((await site.consent()).map(({ kind }) => kind)).toEqual([
      'address_change_requested',
      'address_change_stopped',
    ])
  })

  it('is stopped also while the mails about it wait', async () => {
    const reader = await aReader(site.db, { email: old })
    const { requestAddressChange, stopAddressChange } = await import('../../src/subscriptions/change-address.ts')
    const evidence = { source: 'link', ip: null, userAgent: null } as const
    await requestAddressChange(site.context, reader.subscriptionId, fresh, evidence)
    await stopAddressChange(site.context, reader.subscriptionId, evidence)
    await site.send()
    expect(await recipients()).toEqual([])
    expect(new Set((await site.messages()).map(({ reason }) => reason))).toEqual(new Set(['no longer asked for']))
  })

  it('that is another reader’s, suppressed, or asked too often, gets no mail; what the reader sees is the same', async () => {
    const other = await aReader(site.db, { email: 'taken@reader.example' })
    await addSuppressions(site.context, ['never@reader.example'])
    const asking = await aReader(site.db)
    await ask(asking, 'often@reader.example')
    const seen = []
    for (const email of [other.email, 'never@reader.example', 'often@reader.example', 'fine@reader.example']) {
      const reader = await aReader(site.db)
      const mails = (await recipients()).length
      const response = await ask(reader, email)
      const answer = await response.text()
      const told = (await recipients()).slice(mails).filter((to) => to === reader.email).length
      const open = (await site.text(pathOf(reader))).includes(`asked to go to ${email}`)
      const neutral = answer
        .replaceAll(email, 'X')
        .replaceAll(reader.email, 'Y')
        .replaceAll(/preferences\/[^/"]+/g, 'T')
      seen.push(`${response.status} ${told} ${open} ${neutral}`)
    }
    expect(new Set(seen).size).toBe(1)
    expect((await recipients()).filter((to) => !/^reader/.test(to ?? ''))).toEqual([
      'often@reader.example',
      'fine@reader.example',
    ])
  })

  it('is asked once a day and three times in 30 days, whoever asks', async () => {
    const askedAt: number[] = []
    for (const day of [0, 1, 2, 3, 29, 30, 31, 32, 33]) {
      site.context.clock.set(hours(24 * day + day / 60))
      await ask(await aReader(site.db))
      const asked = (await recipients()).filter((to) => to === fresh).length
      if (asked > askedAt.length) askedAt.push(day)
    }
    expect(askedAt).toEqual([0, 1, 2, 30, 31, 32])
  })

  it('is not asked to subscribe too on the day on which it was asked that', async () => {
    await ask(await aReader(site.db))
    await site.post('/subscribe', { email: fresh })
    expect((await recipients()).filter((to) => to === fresh)).toHaveLength(1)
    site.context.clock.set(hours(25))
    await site.post('/subscribe', { email: fresh })
    expect((await recipients()).filter((to) => to === fresh)).toHaveLength(2)
  })

  it('is asked three times in 30 days, counted together with what asks it to subscribe', async () => {
    await ask(await aReader(site.db))
    for (const day of [2, 4, 6, 8]) {
      site.context.clock.set(hours(24 * day))
      await site.post('/subscribe', { email: fresh })
    }
    expect((await recipients()).filter((to) => to === fresh)).toHaveLength(3)
  })

  it('can be asked for three times a day by one reader, and the newest counts', async () => {
    const reader = await aReader(site.db, { email: old })
    const links = []
    for (const name of ['one', 'two', 'three']) {
      await ask(reader, `${name}@reader.example`)
      links.push(await confirmLink())
      await ask(reader, `${name}@reader.example`)
    }
    const refused = await ask(reader, 'four@reader.example')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '86400'])
    expect(await recipients()).toHaveLength(6)
    const answers = []
    for (const link of links) answers.push((await site.post(link)).status)
    expect(answers).toEqual([410, 410, 200])
    expect(await addresses()).toEqual(['three@reader.example'])
  })

  it('never becomes one with a reader who came meanwhile', async () => {
    const reader = await aReader(site.db, { email: old })
    await ask(reader)
    const link = await confirmLink()
    const other = await aReader(site.db, { email: fresh })
    const response = await site.post(link)
    expect([response.status, await response.text()]).toEqual([409, expect.stringContaining('cannot be used')])
    expect(await addresses()).toEqual([old, other.email])
    expect((await site.subscriptions()).map((row) => row.subscriber_id)).toEqual([
      reader.subscriberId,
      other.subscriberId,
    ])
  })

  it('that is suppressed meanwhile is neither mailed nor used', async () => {
    const reader = await aReader(site.db, { email: old })
    await ask(reader)
    const link = await confirmLink()
    await addSuppressions(site.context, [fresh.toLowerCase()])
    expect((await site.post(link)).status).toBe(409)
    const second = await aReader(site.db)
    const { requestAddressChange } = await import('../../src/subscriptions/change-address.ts')
    const evidence = { source: 'link', ip: null, userAgent: null } as const
    await requestAddressChange(site.context, second.subscriptionId, 'later@reader.example', evidence)
    await addSuppressions(site.context, ['later@reader.example'])
    await site.send()
    expect(await recipients()).not.toContain('later@reader.example')
  })

  it.each([
    ['it is stopped', 'stop'],
    ['the reader is erased', 'erase'],
  ])('is not asked when %s between the claim of the mail and its begin', async (_, act) => {
    const reader = await aReader(site.db, { email: old })
    const { requestAddressChange } = await import('../../src/subscriptions/change-address.ts')
    const evidence = { source: 'link', ip: null, userAgent: null } as const
    await requestAddressChange(site.context, reader.subscriptionId, fresh, evidence)
    const { batch } = await claimTransactional(site.context)
    if (!batch) throw new Error('nothing was claimed')
    await site.post(act === 'stop' ? `${pathOf(reader)}/stop` : pathOf(reader).replace('/address', '/erase'))
    expect(await beginBatch(site.context, batch)).toBe('consent changed')
    await site.send()
    expect(await recipients()).toEqual([])
  })

  it('can be asked back for, whatever whoever had their link used up', async () => {
    const reader = await aReader(site.db, { email: old })
    for (const email of ['a@thief.example', 'b@thief.example']) await ask(reader, email)
    await ask(reader, 'thief@thief.example')
    await site.post(await confirmLink())
    expect(await addresses()).toEqual(['thief@thief.example'])
    expect((await ask(reader, 'c@thief.example')).status).toBe(429)
    expect((await ask(reader, old)).status).toBe(200)
    expect((await recipients()).at(-1)).toBe(old)
    await site.post(await confirmLink())
    expect(await addresses()).toEqual([old])
  })

  it('can be asked for by who is suppressed: that is often why', async () => {
    const reader = await aReader(site.db, { email: old })
    await addSuppressions(site.context, [old])
    await ask(reader)
    expect(await recipients()).toEqual([fresh])
    await site.post(await confirmLink())
    expect(await addresses()).toEqual([fresh])
  })

  it('that complains of being asked ends nobody else’s subscription', async () => {
    const reader = await aReader(site.db, { email: old })
    await ask(reader)
    const question = (await site.messages()).find(({ kind }) => kind === 'address_change')
    const event = webhookEvent({ type: 'complained', providerId: question?.provider_id ?? '', to: fresh })
    expect(await receiveWebhook(site.context, 'e', event)).toBe('recorded')
    expect(await site.subscriptions()).toMatchObject([{ state: 'active' }])
    const suppressed = await site.db.selectFrom('suppressions').select('email_key').execute()
    expect(suppressed).toEqual([{ email_key: fresh.toLowerCase() }])
  })

  it.each([
    ['', 422],
    ['<b>ada', 422],
    [old.toUpperCase(), 422],
  ])('typed as %j comes back on the form', async (email, status) => {
    const reader = await aReader(site.db, { email: old })
    const response = await ask(reader, email)
    const page = await response.text()
    expect(response.status).toBe(status)
    expect(page).toContain('aria-describedby="email-error"')
    expect(page).not.toContain('<b>ada')
    expect(await site.messages()).toEqual([])
  })

  it('is forgotten with all else of who asked a month ago and never confirmed, and of nobody else', async () => {
    await site.post('/subscribe', { email: 'never@reader.example' })
    await site.post('/subscribe', { email: 'again@reader.example' })
    const known = await aReader(site.db)
    site.context.clock.set(hours(24 * 20))
    await site.post('/subscribe', { email: 'again@reader.example' })
    site.context.clock.set(hours(24 * 31 + 1))
    expect(await forgetReaders(site.context, at(monday))).toMatchObject({ unconfirmedForgotten: 1 })
    expect(await addresses()).toEqual([expect.stringContaining('erased'), 'again@reader.example', known.email])
    expect((await site.messages()).map(({ to_email }) => to_email)).not.toContain('never@reader.example')
    expect(await forgetReaders(site.context, at(monday))).toMatchObject({ unconfirmedForgotten: 0 })
  })

  it('has a link of 72 hours, and is forgotten a month later', async () => {
    const reader = await aReader(site.db, { email: old })
    await ask(reader)
    const link = await confirmLink()
    site.context.clock.set(hours(72))
    expect((await site.visit(link)).status).toBe(410)
    expect((await site.visit(link, { headers: { accept: 'application/json' } })).status).toBe(404)
    expect((await site.post(link)).status).toBe(410)
    expect(await forgetReaders(site.context, at(monday))).toEqual({
      erasuresFinished: 0,
      addressesForgotten: 0,
      unconfirmedForgotten: 0,
    })
    site.context.clock.set(hours(24 * 31 + 1))
    expect(await forgetReaders(site.context, at(monday))).toEqual({
      erasuresFinished: 0,
      addressesForgotten: 1,
      unconfirmedForgotten: 0,
    })
    expect((await site.visit(link)).status).toBe(410)
  })

  it('does not come back by an older confirmation', async () => {
    await site.db.insertInto('newsletters').values({ slug: 'evening', name: 'The Evening' }).execute()
    const reader = await aReader(site.db, { email: old })
    await site.post('/subscribe', { email: old, newsletter: 'evening' })
    const confirm = await site.link('confirm')
    await ask(reader)
    await site.post(await confirmLink())
    expect((await site.post(confirm)).status).toBe(200)
    expect(await addresses()).toEqual([fresh])
  })
})
