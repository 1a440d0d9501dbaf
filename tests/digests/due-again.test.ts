// Choices that change around a slot: in a run that was planned ahead of its time, and while the planner is late.
import { describe, expect, it } from 'vitest'
import { planDigests } from '../../src/digests/plan-digests.ts'
import type { Evidence } from '../../src/subscriptions/consent.ts'
import { changePreferences } from '../../src/subscriptions/preferences.ts'
import { at, monday, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { anArticle, aReader } from '../support/factories.ts'

const database = testDatabase()
const hours = (number: number) => new Date(monday.getTime() + number * 3_600_000)
const evidence: Evidence = { source: 'link', ip: null, userAgent: null }
const planned = async () => ({
  messages: await database.db.selectFrom('messages').select(['subscription_id', 'state']).execute(),
  exclusions: await database.db.selectFrom('exclusions').select(['subscription_id', 'reason']).execute(),
})

describe('a reader who is due in a run again', () => {
  it('gets what their new topics hold instead of the exclusion', async () => {
    const { db } = database
    const context = testContext(db)
    await anArticle(db, { firstSeenAt: hours(-3), topics: ['climate'] })
    const { subscriptionId } = await aReader(db, { topics: ['sport'] })
    context.clock.set(hours(-1))
    await planDigests(context, at(monday))
    expect(await planned()).toEqual({
      messages: [],
      exclusions: [{ subscription_id: subscriptionId, reason: 'nothing_new' }],
    })

    await changePreferences(context, subscriptionId, { topics: ['climate'] }, evidence)
    expect(await planDigests(context, at(monday))).toMatchObject({ due: 1, messages: 1 })
    expect(await planned()).toEqual({
      messages: [{ subscription_id: subscriptionId, state: 'pending' }],
      exclusions: [],
    })
  })

  it('is excluded once, and holds up nobody', async () => {
    const { db } = database
    const context = testContext(db)
    await anArticle(db, { firstSeenAt: hours(-3), topics: ['climate'] })
    const first = await aReader(db, { topics: ['sport'] })
    context.clock.set(hours(-1))
    await planDigests(context, at(monday))
    const second = await aReader(db)
    await changePreferences(context, first.subscriptionId, { hour: 6 }, evidence)
    expect(await planDigests(context, at(monday))).toMatchObject({ due: 2, messages: 1 })
    expect(await planned()).toEqual({
      messages: [{ subscription_id: second.subscriptionId, state: 'pending' }],
      exclusions: [{ subscription_id: first.subscriptionId, reason: 'nothing_new' }],
    })
  })

  it.each([true, false])('keeps the one message that was made for them, whether there is news: %s', async (hasNews) => {
    const { db } = database
    const context = testContext(db)
    await anArticle(db, { firstSeenAt: hours(-3) })
    const { subscriptionId } = await aReader(db)
    await planDigests(context, at(monday))
    await db
      .updateTable('subscriptions')
      .set({ next_digest_at: monday, ...(hasNews && { read_until: hours(-24) }) })
      .execute()

    expect(await planDigests(context, at(monday))).toMatchObject({ due: 1, messages: 0 })
    expect(await planned()).toEqual({
      messages: [{ subscription_id: subscriptionId, state: 'pending' }],
      exclusions: [],
    })
    expect(await planDigests(context, at(monday))).toMatchObject({ due: 0 })
  })
})

describe('a reader who changes their choices when they are due, and not planned yet', () => {
  // Monday 06:00 UTC, 20 minutes ago. Weekday 1 is Monday.
  it.each<[string, Parameters<typeof changePreferences>[2], Date, Parameters<typeof aReader>[1]]>([
    ['other topics', { topics: [] }, hours(0), {}],
    ['an hour that has passed on that day', { hour: 5 }, hours(0), {}],
    ['the same day only', { frequency: 'weekly', weekday: 1 }, hours(0), {}],
    ['a zone where the hour has passed', { timeZone: 'Asia/Tokyo' }, hours(0), {}],
    ['a pause that ends', { pauseDays: 0 }, hours(0), { paused_until: '2026-11-23' }],
    ['a later hour of that day', { hour: 18 }, hours(12), {}],
    ['a zone where the hour is still to come', { timeZone: 'America/New_York' }, hours(5), {}],
    ['another day', { frequency: 'weekly', weekday: 3 }, hours(48), {}],
    ['a pause', { pauseDays: 2 }, hours(48), {}],
    ['an hour that has passed, of a day that had a digest', { hour: 5 }, hours(23), { last_digest_on: '2026-11-23' }],
  ])('to %s', async (_name, change, next, reader) => {
    const { db } = database
    const context = testContext(db)
    await anArticle(db, { firstSeenAt: hours(-3) })
    await aReader(db, { ...reader, next_digest_at: monday })
    context.clock.set(hours(1 / 3))
    const { id } = await db.selectFrom('subscriptions').select('id').executeTakeFirstOrThrow()
    await changePreferences(context, id, change, evidence)
    const row = await db.selectFrom('subscriptions').select('next_digest_at').executeTakeFirstOrThrow()
    expect(row.next_digest_at).toEqual(next)
    const isDue = next <= monday
    expect(await planDigests(context, at(monday))).toMatchObject({ due: isDue ? 1 : 0, messages: isDue ? 1 : 0 })
  })

  it('has it on that day, and no second one, where the hour that they choose has passed too', async () => {
    const { db } = database
    const context = testContext(db)
    await anArticle(db, { firstSeenAt: hours(-3) })
    const { subscriptionId } = await aReader(db, { hour: 6, last_digest_on: '2026-11-22', next_digest_at: monday })
    context.clock.set(hours(4))
    await changePreferences(context, subscriptionId, { hour: 9 }, evidence)
    expect(await planDigests(context, at(hours(4)))).toMatchObject({ due: 1, messages: 1 })
    expect(await db.selectFrom('digests').select('edition_date').execute()).toEqual([{ edition_date: '2026-11-23' }])
    await changePreferences(context, subscriptionId, { hour: 18 }, evidence)
    const row = await db.selectFrom('subscriptions').select(['last_digest_on', 'next_digest_at']).executeTakeFirst()
    expect(row).toEqual({ last_digest_on: '2026-11-23', next_digest_at: hours(36) })
  })

  it('is on record for each slot of an outage', async () => {
    const { db } = database
    const context = testContext(db)
    const { subscriptionId } = await aReader(db, { next_digest_at: monday })
    context.clock.set(hours(50))
    await changePreferences(context, subscriptionId, { topics: [] }, evidence)
    await planDigests(context, at(hours(50)))
    expect((await planned()).exclusions.map(({ reason }) => reason)).toEqual(['missed', 'missed', 'nothing_new'])
  })
})
