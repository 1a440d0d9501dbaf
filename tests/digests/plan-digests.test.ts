import { sql } from 'kysely'
import { describe, expect, inject, it } from 'vitest'
import { openRun } from '../../src/digests/open-run.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { at, monday, testContext } from '../support/context.ts'
import { testDatabase, theNewsletterId } from '../support/database.ts'
import { anArticle, aReader, aTopic, digestsOf } from '../support/factories.ts'

const database = testDatabase()
const hours = (number: number, from = monday) => new Date(from.getTime() + number * 3_600_000)
const days = (number: number, from = monday) => hours(24 * number, from)

const subscription = (id: number) =>
  database.db.selectFrom('subscriptions').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

/** Plans, of which one part fails; the other reader's digest is planned and rendered all the same. */
async function expectOnlyPlanned(reader: { readonly subscriptionId: number }, failure: string): Promise<void> {
  const { db } = database
  await expect(planDigests(testContext(db), at(monday))).rejects.toThrow(failure)
  const messages = await db.selectFrom('messages').select('subscription_id').execute()
  expect(messages).toEqual([{ subscription_id: reader.subscriptionId }])
  expect(await db.selectFrom('digests').select('rendering_id').execute()).toEqual([
    { rendering_id: expect.any(Number) },
  ])
}

describe('planning a digest', () => {
  it('tells what was first seen after readUntil, up to the end of the window, newest first', async () => {
    const { db } = database
    const context = testContext(db)
    await anArticle(db, { title: 'told before', firstSeenAt: new Date('2026-11-22T06:00:00Z') })
    await anArticle(db, { title: 'older', firstSeenAt: hours(-20) })
    await anArticle(db, { title: 'newer', firstSeenAt: hours(-1) })
    await anArticle(db, { title: 'too old to tell', firstSeenAt: hours(-1), eligible: false })
    await anArticle(db, { title: 'after the window', firstSeenAt: hours(1) })
    const { subscriptionId } = await aReader(db)

    const result = await planDigests(context, at(monday))

    expect(result).toMatchObject({ runs: 1, due: 1, messages: 1, digests: 1, renderFailures: 0 })
    expect(await digestsOf(db, subscriptionId)).toEqual([['newer', 'older']])
    expect(await subscription(subscriptionId)).toMatchObject({
      read_until: monday,
      next_digest_at: days(1),
      last_digest_on: '2026-11-23',
    })
  })

  it('renders once for all who get the same, however they came to it', async () => {
    const { db } = database
    await anArticle(db, { firstSeenAt: hours(-3), topics: ['climate'] })
    await anArticle(db, { firstSeenAt: hours(-2), topics: ['sport'] })
    for (const slug of ['culture', 'food']) await aTopic(db, slug)
    for (let index = 0; index < 6; index++) await aReader(db, { read_until: hours(-24 + index) })
    await aReader(db, { topics: ['climate', 'sport'] })
    await aReader(db, { topics: ['climate', 'food'] })
    await aReader(db, { topics: ['climate', 'culture'] })

    const result = await planDigests(testContext(db), at(monday))

    expect(result).toMatchObject({ due: 9, messages: 9, digests: 2 })
    expect(await db.selectFrom('renderings').selectAll().execute()).toHaveLength(2)
  })

  it('sends nothing when nothing is new, records why, and leaves the cursor', async () => {
    const { db } = database
    await anArticle(db, { firstSeenAt: hours(-3), topics: ['climate'] })
    const { subscriptionId } = await aReader(db, { topics: ['sport'] })

    const result = await planDigests(testContext(db), at(monday))

    expect(result).toMatchObject({ due: 1, messages: 0, excluded: { nothing_new: 1, suppressed: 0, missed: 0 } })
    expect(await db.selectFrom('exclusions').select(['subscription_id', 'reason']).execute()).toEqual([
      { subscription_id: subscriptionId, reason: 'nothing_new' },
    ])
    expect(await subscription(subscriptionId)).toMatchObject({
      read_until: new Date('2026-11-22T06:00:00Z'),
      next_digest_at: days(1),
      last_digest_on: null,
    })
  })

  it('leaves out a suppressed address, whatever its case, and says so', async () => {
    const { db } = database
    await anArticle(db, { firstSeenAt: hours(-3) })
    await aReader(db, { email: 'Ada@reader.example' })
    await db
      .insertInto('suppressions')
      .values({ email_key: 'ada@reader.example', reason: 'complaint', created_at: monday })
      .execute()
    const result = await planDigests(testContext(db), at(monday))
    expect(result).toMatchObject({ due: 1, messages: 0, excluded: { nothing_new: 0, suppressed: 1, missed: 0 } })
  })

  it('passes over whoever is not due, not confirmed or gone', async () => {
    const { db } = database
    await anArticle(db, { firstSeenAt: hours(-3) })
    await aReader(db, { next_digest_at: hours(1) })
    await aReader(db, { state: 'pending', next_digest_at: null, confirmed_at: null })
    await aReader(db, { state: 'ended', ended_reason: 'unsubscribed', ended_at: monday, next_digest_at: null })
    expect(await planDigests(testContext(db), at(monday))).toMatchObject({ runs: 0, due: 0 })
  })

  it('catches up on missed ticks with one digest, and tells every story once over days of them', async () => {
    const { db } = database
    const context = testContext(db)
    const { subscriptionId } = await aReader(db)
    const told: string[] = []
    for (let day = 0; day < 5; day++) {
      for (const hour of [-20, -9, -1]) {
        const title = `day ${day}, ${hour} h`
        told.push(title)
        await anArticle(db, { title, firstSeenAt: hours(hour, days(day)) })
      }
      if (day === 1 || day === 2) continue // the service was down
      context.clock.set(days(day))
      await planDigests(context, at(days(day)))
    }
    const digests = await digestsOf(db, subscriptionId)
    // The slots of days 1 and 2 are two days and one day late on day 3: each is recorded as missed, and their stories come
    // with the digest of day 3, which is on time.
    const missed = await db
      .selectFrom('exclusions as e')
      .innerJoin('digest_runs as r', 'r.id', 'e.run_id')
      .select(['e.reason', 'r.scheduled_for'])
      .orderBy('r.scheduled_for')
      .execute()
    expect(missed).toEqual([1, 2].map((day) => ({ reason: 'missed', scheduled_for: days(day) })))
    expect(digests.flat().sort()).toEqual(told.sort())
    expect(digests.map((titles) => titles.length)).toEqual([3, 9, 3])
  })

  it('plans a slot that is a few hours late, for the day it belongs to', async () => {
    const { db } = database
    await anArticle(db, { firstSeenAt: hours(-3) })
    const { subscriptionId } = await aReader(db)
    const result = await planDigests(testContext(db), at(hours(11)))
    expect(result).toMatchObject({ messages: 1 })
    expect(await subscription(subscriptionId)).toMatchObject({ next_digest_at: days(1), last_digest_on: '2026-11-23' })
  })

  it('plans a slot that is a few hours late also where the one before was missed', async () => {
    const { db } = database
    await anArticle(db, { firstSeenAt: hours(-3) })
    const { subscriptionId } = await aReader(db)
    const context = testContext(db)
    context.clock.set(hours(2, days(1)))
    expect(await planDigests(context, at(hours(2, days(1))))).toMatchObject({
      runs: 2,
      messages: 1,
      excluded: { missed: 1 },
    })
    expect(await subscription(subscriptionId)).toMatchObject({ next_digest_at: days(2), last_digest_on: '2026-11-24' })
  })

  it('plans the other slots when one cannot be planned, and tells of it', async () => {
    const { db } = database
    await anArticle(db, { firstSeenAt: hours(-3) })
    await aReader(db, { next_digest_at: hours(-1), hour: 5 })
    const fine = await aReader(db)
    await sql`
      create function fail() returns trigger language plpgsql as $$ begin raise 'a row that breaks its slice'; end $$;
      create trigger fail before insert on messages for each row
        when (new.subscription_id <> ${sql.lit(fine.subscriptionId)}) execute function fail()`.execute(db)
    try {
      await expectOnlyPlanned(fine, 'a row that breaks its slice')
    } finally {
      await sql`drop trigger fail on messages; drop function fail()`.execute(db)
    }
  })

  it('plans other newsletters when the run of one cannot be opened', async () => {
    const { db } = database
    await anArticle(db, { firstSeenAt: hours(-3) })
    const fine = await aReader(db)
    const evening = await db
      .insertInto('newsletters')
      .values({ slug: 'evening', name: 'Evening', language: 'en' })
      .returning('id')
      .executeTakeFirstOrThrow()
    await aReader(db, { newsletter_id: evening.id, next_digest_at: hours(-1), hour: 5 })
    await sql`
      create function fail() returns trigger language plpgsql as $$ begin raise 'its row is held'; end $$;
      create trigger fail before insert on digest_runs for each row
        when (new.newsletter_id = ${sql.lit(evening.id)}) execute function fail()`.execute(db)
    try {
      await expectOnlyPlanned(fine, 'its row is held')
    } finally {
      await sql`drop trigger fail on digest_runs; drop function fail()`.execute(db)
    }
  })

  it('takes smaller slices of a database that is too slow for larger ones', async () => {
    const { db } = database
    await anArticle(db, { firstSeenAt: hours(-3) })
    for (let index = 0; index < 20; index++) await aReader(db)
    await sql`
      create sequence tries;
      create function fail() returns trigger language plpgsql as $$ begin
        if (select count(*) from added) <= 3 then return null; end if;
        perform nextval('tries');
        raise 'too slow' using errcode = '57014'; end $$;
      create trigger fail after insert on messages referencing new table as added
        for each statement execute function fail()`.execute(db)
    const slices: number[] = []
    let due = 0
    try {
      const onProgress = (result: { due: number }) => {
        if (result.due > due) slices.push(result.due - due)
        due = result.due
      }
      await planDigests(testContext(db), { ...at(monday), sliceSize: 16, onProgress })
      const { rows } = await sql<{ tries: number }>`select last_value as tries from tries`.execute(db)
      expect(rows[0]?.tries).toBeLessThanOrEqual(2) // once for each lane
    } finally {
      await sql`drop trigger fail on messages; drop function fail(); drop sequence tries`.execute(db)
    }
    expect(due).toBe(20)
    expect(Math.max(...slices)).toBe(2)
  })

  it('plans all others of a slot when one of them breaks their slice, and that one when it is mended', async () => {
    const { db } = database
    await anArticle(db, { firstSeenAt: hours(-3) })
    const readers = []
    for (let index = 0; index < 30; index++) readers.push((await aReader(db)).subscriptionId)
    const [bad, worse] = [readers[0] ?? 0, readers[17] ?? 0]
    // No day comes after it.
    await sql`update subscriptions set last_digest_on = '5874897-12-31' where id in (${bad}, ${worse})`.execute(db)

    await expect(planDigests(testContext(db), { ...at(monday), sliceSize: 20 })).rejects.toThrow('out of range')

    const planned = await db.selectFrom('messages').select('subscription_id').orderBy('subscription_id').execute()
    expect(planned.map(({ subscription_id }) => subscription_id)).toEqual(
      readers.filter((id) => id !== bad && id !== worse),
    )
    expect(await db.selectFrom('digest_runs').select('planned_at').executeTakeFirst()).toEqual({ planned_at: null })

    await sql`update subscriptions set last_digest_on = null where id in (${bad}, ${worse})`.execute(db)
    expect(await planDigests(testContext(db), at(hours(1)))).toMatchObject({ due: 2, messages: 2 })
    expect(await db.selectFrom('digest_runs').select('planned_at').executeTakeFirst()).not.toEqual({ planned_at: null })
  })

  it('gives up a run of which nobody can be planned, and plans who stands behind many who cannot', async () => {
    const { db } = database
    await anArticle(db, { firstSeenAt: hours(-3) })
    const bad = { last_digest_on: '5874897-12-31' }
    for (let index = 0; index < 450; index++) await aReader(db, bad)
    const context = testContext(db)
    const told: string[] = []
    const log = { ...context.log, error: (event: string) => void told.push(event) }
    await expect(planDigests({ ...context, log }, at(monday))).rejects.toThrow('out of range')
    // A hundred at either end, by each of two lanes or by one.
    expect(told.length).toBeGreaterThanOrEqual(200)
    expect(told.length).toBeLessThanOrEqual(400)

    const fine = []
    for (let index = 0; index < 5; index++) fine.push((await aReader(db)).subscriptionId)
    await expect(planDigests(context, at(monday))).rejects.toThrow('out of range')
    const planned = await db.selectFrom('messages').select('subscription_id').orderBy('subscription_id').execute()
    expect(planned.map(({ subscription_id }) => subscription_id)).toEqual(fine)
  }, 120_000) // eight hundred transactions that fail

  it('makes a run for each slot, and tells weekly and daily readers apart', async () => {
    const { db } = database
    await anArticle(db, { firstSeenAt: hours(-3) })
    const daily = await aReader(db)
    const weekly = await aReader(db, { frequency: 'weekly', weekday: 1, next_digest_at: monday })
    const india = await aReader(db, {
      time_zone: 'Asia/Kolkata',
      hour: 11,
      next_digest_at: new Date('2026-11-23T05:30:00Z'),
    })
    expect(await planDigests(testContext(db), at(monday))).toMatchObject({ runs: 2, due: 3, digests: 3 })
    expect((await subscription(daily.subscriptionId)).next_digest_at).toEqual(days(1))
    expect((await subscription(weekly.subscriptionId)).next_digest_at).toEqual(days(7))
    expect((await subscription(india.subscriptionId)).next_digest_at).toEqual(new Date('2026-11-24T05:30:00Z'))
  })

  it('holds up nobody for an operator who is deciding about the run, and goes on when that is done', async ({
    skip,
  }) => {
    const { db } = database
    skip(inject('testDatabase').kind === 'embedded', 'all connections are one session there')
    const context = testContext(db)
    await anArticle(db, { firstSeenAt: hours(-3) })
    const { subscriptionId } = await aReader(db)
    await openRun(context, await theNewsletterId(db), monday)
    const operator = connect(database.url)
    await operator.transaction().execute(async (trx) => {
      await sql`select from digest_runs for no key update`.execute(trx)
      expect(await planDigests(context, at(monday))).toMatchObject({ due: 0 })
      await sql`update subscriptions set hour = 9 where id = ${subscriptionId}`.execute(db) // no reader is held
    })
    await operator.destroy()
    expect(await planDigests(context, at(monday))).toMatchObject({ due: 1, messages: 1 })
  })

  it('plans each reader once when several processes plan at the same time', async () => {
    const { db } = database
    await anArticle(db, { firstSeenAt: hours(-3) })
    for (let index = 0; index < 40; index++) await aReader(db)
    const others = [connect(database.url), connect(database.url)]
    const results = await Promise.all(
      [db, ...others].map((each) => planDigests(testContext(each), { ...at(monday), sliceSize: 7 })),
    )
    await Promise.all(others.map((each) => each.destroy()))
    expect(results.reduce((sum, result) => sum + result.messages, 0)).toBe(40)
    expect(await db.selectFrom('messages').select('subscription_id').distinct().execute()).toHaveLength(40)
    expect(await db.selectFrom('digests').selectAll().execute()).toHaveLength(1)
    const run = await db.selectFrom('digest_runs').selectAll().executeTakeFirstOrThrow()
    expect(run.planned_at).toEqual(monday)
  })

  it('keeps its window when a run is planned in two goes', async () => {
    const { db } = database
    const context = testContext(db)
    const first = await openRun(context, await theNewsletterId(db), monday)
    context.clock.set(hours(1))
    const again = await openRun(context, await theNewsletterId(db), monday)
    expect(again).toEqual(first)
    expect(first.windowEnd).toEqual(monday)
  })

  it('costs a digest that cannot be rendered nothing but itself, and gives up on it in the end', async () => {
    const { db } = database
    let calls = 0
    const context = testContext(db, {
      random: (byteCount) => {
        if (++calls !== 2) throw new Error('no randomness')
        return new Uint8Array(byteCount)
      },
    })
    await anArticle(db, { firstSeenAt: hours(-3), topics: ['climate'] })
    await anArticle(db, { firstSeenAt: hours(-2), topics: ['sport'] })
    await aReader(db, { topics: ['climate'] })
    await aReader(db, { topics: ['sport'] })
    // Which of the two is rendered first is the database's choice.
    const states = () => db.selectFrom('messages').select(['state', 'reason']).orderBy('state').execute()

    expect(await planDigests(context, at(monday))).toMatchObject({ digests: 1, renderFailures: 1 })
    for (let tick = 2; tick <= 4; tick++) await planDigests(context, at(monday))
    expect(await states()).toEqual(Array(2).fill({ state: 'pending', reason: null }))
    await planDigests(context, at(monday))
    expect(await states()).toEqual([
      { state: 'failed', reason: 'the digest could not be rendered' },
      { state: 'pending', reason: null },
    ])
  })

  it('does not hold it against a digest that the database failed, and renders the others', async () => {
    const { db } = database
    const context = testContext(db)
    await anArticle(db, { firstSeenAt: hours(-3), topics: ['climate'] })
    await anArticle(db, { firstSeenAt: hours(-2), topics: ['sport'] })
    await aReader(db, { topics: ['climate'] })
    await aReader(db, { topics: ['sport'] })
    await sql`
      create function fail() returns trigger language plpgsql as $$ begin raise 'the disk is full'; end $$;
      create trigger fail before update on digests for each row
        when (old.id = 1) execute function fail()`.execute(db)
    for (let tick = 1; tick <= 6; tick++) {
      await expect(planDigests(context, at(monday))).rejects.toThrow('the disk is full')
    }
    await sql`drop trigger fail on digests; drop function fail()`.execute(db)
    expect(await planDigests(context, at(monday))).toMatchObject({ digests: 1, renderFailures: 0 })
    const states = await db.selectFrom('messages').select(['state', 'reason']).execute()
    expect(states).toEqual(Array(2).fill({ state: 'pending', reason: null }))
  })
})
