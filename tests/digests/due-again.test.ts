// Due in the same run for a second time: it was planned ahead, or the clock was set back, and choices changed since.
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
