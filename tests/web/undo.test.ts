import { describe, expect, it } from 'vitest'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { forgetReaders } from '../../src/subscriptions/forget-readers.ts'
import { at, monday } from '../support/context.ts'
import { anArticle, aReader, type ReaderOptions } from '../support/factories.ts'
import { hours, readerSite } from '../support/reader-site.ts'

const site = readerSite()

async function leaves(options: ReaderOptions = {}) {
  const reader = await aReader(site.db, options)
  const [before] = await site.subscriptions()
  const path = `/unsubscribe/${site.token('unsubscribe', reader.subscriptionId)}`
  const page = await (await site.post(path, { from: 'page' })).text()
  return { reader, before, path, page, undo: await site.link('undo', page) }
}

describe('unsubscribing on the page', () => {
  it('can be taken back within a day: all is as it was', async () => {
    const { before, undo } = await leaves({ frequency: 'weekly', weekday: 5, hour: 18, topics: ['climate'] })
    expect((await site.subscriptions())[0]).toMatchObject({ state: 'ended', next_digest_at: null })
    site.context.clock.set(hours(23))
    for (const method of ['GET', 'HEAD', 'GET']) expect((await site.visit(undo, { method })).status).toBe(200)
    expect((await site.subscriptions())[0]).toMatchObject({ state: 'ended' })
    for (let time = 0; time < 2; time++) {
      const back = await site.post(undo)
      expect([back.status, await back.text()]).toEqual([200, expect.stringContaining('You are subscribed again')])
    }
    const next = new Date('2026-11-27T18:00:00Z')
    expect(await site.subscriptions()).toEqual([{ ...before, next_digest_at: next }])
    const events = await site.consent()
    expect(events.map(({ kind }) => kind)).toEqual(['unsubscribed_page', 'unsubscribe_undone'])
    expect(events[1]).toMatchObject({ source: 'link', ip: '192.0.2.7', consent_text_hash: expect.any(String) })
  })

  it('can be taken back whoever enters the address meanwhile, and nothing of theirs stays', async () => {
    const own = { frequency: 'weekly', weekday: 5, hour: 18, topics: ['climate'], paused_until: '2026-12-05' } as const
    const { reader, before, undo } = await leaves(own)
    const { email } = reader
    for (const hour of ['3', '4']) {
      const asked = { email, frequency: 'daily', hour, timeZone: 'Asia/Tokyo' }
      expect((await site.post('/subscribe', asked)).status).toBe(200)
    }
    expect((await site.subscriptions())[0]).toMatchObject({ state: 'pending', hour: 4 })
    expect(await site.text(`/preferences/${site.token('preferences', reader.subscriptionId)}`)).toContain(undo)
    expect((await site.post(undo)).status).toBe(200)
    expect(await site.subscriptions()).toEqual([{ ...before, next_digest_at: new Date('2026-12-11T18:00:00Z') }])
  })

  it('is over when they come back by a mail that asked them to confirm: what they chose then stays', async () => {
    const { reader, undo } = await leaves({ frequency: 'weekly' })
    await site.post('/subscribe', { email: reader.email, frequency: 'daily', hour: '9' })
    await site.send()
    await site.post(await site.link('confirm'))
    expect(await (await site.post(undo)).text()).toContain('You are subscribed')
    expect((await site.subscriptions())[0]).toMatchObject({
      state: 'active',
      frequency: 'daily',
      hour: 9,
      left_as: null,
    })
  })

  it('leaves no trace of what they had chosen once it is over', async () => {
    const { reader } = await leaves({ hour: 18 })
    await site.post('/subscribe', { email: reader.email })
    for (const [hour, kept] of [
      [23, { hour: 18 }],
      [24, null],
    ] as const) {
      site.context.clock.set(hours(hour))
      await forgetReaders(site.context, at(hours(hour)))
      const [row] = await site.subscriptions()
      expect(row?.left_as ?? null).toEqual(kept && expect.objectContaining(kept))
    }
  })

  it('cannot be taken back once they left again while they were asked to confirm', async () => {
    const { reader, path, undo } = await leaves()
    await site.post('/subscribe', { email: reader.email })
    site.context.clock.set(hours(1))
    await site.post(path, { from: 'page' })
    expect((await site.post(undo)).status).toBe(410)
    expect((await site.subscriptions())[0]).toMatchObject({ state: 'ended', left_as: null })
  })

  it('keeps a pause, and the one digest a day', async () => {
    const { undo } = await leaves({ paused_until: '2026-12-05', last_digest_on: '2026-11-23' })
    await site.post(undo)
    expect((await site.subscriptions())[0]).toMatchObject({ next_digest_at: new Date('2026-12-05T06:00:00Z') })
  })

  it('cannot be taken back after a day, nor with a token that is not genuine', async () => {
    const { undo } = await leaves()
    const [time = '', ...rest] = undo.replace('/undo/', '').split('.')
    for (const forged of [`/undo/${Number(time) + 1}.${rest.join('.')}`, `/undo/${time}.x.1.y`, '/undo/0.test.1.z']) {
      expect((await site.post(forged)).status).toBe(404)
    }
    site.context.clock.set(hours(24))
    const late = await site.post(undo)
    expect([late.status, await late.text()]).toEqual([410, expect.stringContaining('action="/my-link"')])
    expect((await site.subscriptions())[0]).toMatchObject({ state: 'ended' })
  })

  it('takes back that one only: not the next', async () => {
    const { path, undo } = await leaves()
    await site.post(undo)
    site.context.clock.set(hours(1))
    await site.post(path, { 'List-Unsubscribe': 'One-Click' })
    expect((await site.post(undo)).status).toBe(410)
    expect((await site.subscriptions())[0]).toMatchObject({ state: 'ended' })
  })

  it('cannot be taken back once the address is suppressed, or was reported as spam', async () => {
    const { reader, undo } = await leaves()
    await site.db
      .insertInto('suppressions')
      .values({ email_key: reader.email, reason: 'complaint', created_at: hours(0) })
      .execute()
    const refused = await site.post(undo)
    expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('we send it no more')])
    expect((await site.subscriptions())[0]).toMatchObject({ state: 'ended' })
    await site.db.updateTable('subscriptions').set({ ended_reason: 'complaint' }).execute()
    expect((await site.post(undo)).status).toBe(410)
  })

  it('offers it again when the button is pressed twice, but not after one click in the mailbox', async () => {
    const { path, undo } = await leaves()
    expect(await (await site.post(path, { from: 'page' })).text()).toContain(undo)
    expect(await site.text(path)).not.toContain('/undo/')
    const other = await aReader(site.db)
    const clicked = `/unsubscribe/${site.token('unsubscribe', other.subscriptionId)}`
    await site.post(clicked, { 'List-Unsubscribe': 'One-Click' })
    expect(await (await site.post(clicked, { from: 'page' })).text()).not.toContain('/undo/')
  })

  it('brings back nobody who had not confirmed', async () => {
    const { page } = await leaves({ state: 'pending', next_digest_at: null, confirmed_at: null })
    expect(page).toContain('You are unsubscribed')
    expect(page).not.toContain('/undo/')
  })

  it('sends the digest that was waiting, which counts as told', async () => {
    await anArticle(site.db, { firstSeenAt: hours(-1) })
    const { subscriptionId, email } = await aReader(site.db)
    await planDigests(site.context, at(monday))
    const page = await site.post(`/unsubscribe/${site.token('unsubscribe', subscriptionId)}`, { from: 'page' })
    await site.send()
    expect(await site.messages()).toMatchObject([{ state: 'canceled', reason: 'unsubscribed' }])
    await site.post(await site.link('undo', await page.text()))
    await site.send()
    expect((await site.mails()).map(({ to }) => to)).toEqual([[email]])
  })
})
