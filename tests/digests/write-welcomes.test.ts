import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { writeLettersJob } from '../../jobs/write-letters.ts'
import { hideArticle } from '../../src/articles/newsroom.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { writeWelcomes } from '../../src/digests/write-welcomes.ts'
import { unsubscribe } from '../../src/subscriptions/unsubscribe.ts'
import { at, monday, type TestContext, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { anArticle, aReader, digestsOf, type ReaderOptions } from '../support/factories.ts'
import { theNewsletterId } from '../support/newsletter.ts'

const database = testDatabase()
const hours = (number: number) => new Date(monday.getTime() + number * 3_600_000)
const { signal } = new AbortController()
const write = (context: TestContext) => writeWelcomes(context, { signal })

/** A run whose window ends then: what was available before is in it. */
async function aWindow(end: Date) {
  const newsletter_id = await theNewsletterId(database.db)
  await database.db
    .insertInto('digest_runs')
    .values({ newsletter_id, scheduled_for: end, window_end: end, created_at: end, planned_at: end })
    .execute()
}

/** A reader who has just confirmed, and is due at 07:00. */
async function aConfirmed(options: ReaderOptions = {}) {
  const reader = await aReader(database.db, {
    ...{ confirmed_at: monday, read_until: hours(-24), next_digest_at: hours(1), hour: 7 },
    ...options,
  })
  const { id } = await database.db
    .insertInto('confirmations')
    .values({
      subscriber_id: reader.subscriberId,
      subscription_id: reader.subscriptionId,
      token_hash: new Uint8Array(32).fill(reader.subscriberId),
      nonce: new Uint8Array(32),
      key_id: 'test',
      requested_at: monday,
      expires_at: hours(72),
      confirmed_at: monday,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const owed = { confirmation_id: id, subscription_id: reader.subscriptionId, created_at: monday }
  await database.db.insertInto('welcomes').values(owed).execute()
  return { ...reader, owed }
}

const readUntil = async ({ subscriptionId }: { subscriptionId: number }) =>
  (
    await database.db
      .selectFrom('subscriptions')
      .select('read_until')
      .where('id', '=', subscriptionId)
      .executeTakeFirstOrThrow()
  ).read_until

/** The welcomes that were made, with the stories that they tell. */
const welcomes = async () => {
  const rows = await database.db
    .selectFrom('messages as m')
    .innerJoin('renderings as r', 'r.id', 'm.rendering_id')
    .select(['m.id', 'm.subscription_id', 'm.state', 'm.to_email', 'm.first_digest', 'm.rendering_id', 'r.template'])
    .where('m.kind', '=', 'welcome')
    .orderBy('m.id')
    .execute()
  return rows.map(({ template, ...row }) => ({
    ...row,
    stories: [...new Set(JSON.stringify(template).match(/Story [A-Z]+(?= )|Story [A-Z]+(?=[<\\"])/g) ?? [])].sort(),
  }))
}

/** The database, whose transactions begin when that is done, if it has begun. */
const waitingFor = (meanwhile: () => Promise<unknown> | undefined) =>
  new Proxy(database.db, {
    get: (target, name) => {
      if (name !== 'transaction' || !meanwhile()) {
        const value = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      }
      return () => ({
        execute: async (work: Parameters<ReturnType<typeof target.transaction>['execute']>[0]) => {
          await meanwhile()
          return target.transaction().execute(work)
        },
      })
    },
  })

describe('a welcome', () => {
  it('tells what the newest run told, and the first digest goes on from there', async () => {
    const context = testContext(database.db)
    await anArticle(database.db, { title: 'Story OLD', firstSeenAt: hours(-25) })
    await anArticle(database.db, { title: 'Story TOLD', firstSeenAt: hours(-2) })
    await anArticle(database.db, { title: 'Story LATER', firstSeenAt: hours(-0.5) })
    await aWindow(hours(-30))
    await aWindow(hours(-1))
    const reader = await aConfirmed()
    expect(await write(context)).toEqual({ welcomes: 1 })
    expect(await welcomes()).toMatchObject([
      {
        ...{ state: 'pending', to_email: reader.email, stories: ['Story TOLD'] },
        first_digest: 'Monday 23 November, at 07:00 UTC',
      },
    ])
    expect(await readUntil(reader)).toEqual(hours(-1))
    expect(await write(context)).toEqual({ welcomes: 0 })
    context.clock.set(hours(1))
    await planDigests(context, at(hours(1)))
    expect(await digestsOf(database.db, reader.subscriptionId)).toEqual([['Story LATER']])
  })

  it.each([
    ['there was no run yet', async () => {}, {}],
    ['nothing is new since', () => aWindow(hours(-1)), { read_until: hours(-1) }],
    ['nothing is in their topics', () => aWindow(hours(-1)), { topics: ['climate'] }],
    ['the newest run is older than they are', () => aWindow(hours(-48)), {}],
  ])('tells no stories where %s, and the cursor stays', async (_, given, options) => {
    await anArticle(database.db, { title: 'Story TOLD', firstSeenAt: hours(-2), topics: ['sport'] })
    await given()
    const reader = await aConfirmed(options)
    const before = await readUntil(reader)
    expect(await write(testContext(database.db))).toEqual({ welcomes: 1 })
    expect(await welcomes()).toMatchObject([{ stories: [] }])
    expect(await readUntil(reader)).toEqual(before)
  })

  it('is stored once for all who are told the same, whenever their first digest comes', async () => {
    await anArticle(database.db, { title: 'Story TOLD', firstSeenAt: hours(-2) })
    await aWindow(hours(-1))
    await aConfirmed()
    await aConfirmed({ time_zone: 'Asia/Tokyo', next_digest_at: hours(16) })
    await write(testContext(database.db))
    const made = await welcomes()
    expect(new Set(made.map(({ rendering_id }) => rendering_id)).size).toBe(1)
    expect(made.map(({ first_digest }) => first_digest)).toEqual([
      'Monday 23 November, at 07:00 UTC',
      'Tuesday 24 November, at 07:00 in Tokyo',
    ])
  })

  it('is rendered once for all who are told the same, and by one process', async () => {
    await anArticle(database.db, { title: 'Story TOLD', firstSeenAt: hours(-2) })
    await aWindow(hours(-1))
    const context = testContext(database.db)
    let renderings = 0
    const counting = {
      ...context,
      random: (bytes: number) => {
        renderings += 1
        return context.random(bytes)
      },
    }
    for (let reader = 0; reader < 3; reader++) await aConfirmed()
    expect(await write(counting)).toEqual({ welcomes: 3 })
    expect(renderings).toBe(1)
    await aConfirmed({ language: 'de' })
    expect(await write(counting)).toEqual({ welcomes: 1 })
    expect(renderings).toBe(2)
  })

  it('is made by itself where it is asked for by itself', async () => {
    const [{ subscriptionId }] = [await aConfirmed(), await aConfirmed()]
    const context = testContext(database.db)
    expect(await writeWelcomes(context, { signal, subscriptionId })).toEqual({ welcomes: 1 })
    expect((await welcomes()).map((made) => made.subscription_id)).toEqual([subscriptionId])
  })

  it('tells no story that was hidden while it was rendered, and as corrected what was corrected', async () => {
    const hidden = await anArticle(database.db, { title: 'Story HIDDEN', firstSeenAt: hours(-3) })
    const corrected = await anArticle(database.db, { title: 'Story WRONG', firstSeenAt: hours(-2) })
    await aWindow(hours(-1))
    await aConfirmed()
    const context = testContext(database.db)
    let changed: Promise<unknown> | undefined
    const change = async () => {
      await hideArticle(context, String(hidden))
      await database.db.updateTable('articles').set({ title: 'Story RIGHT' }).where('id', '=', corrected).execute()
    }
    const overtaken = {
      ...context,
      random: (bytes: number) => {
        changed ??= change()
        return context.random(bytes)
      },
      db: waitingFor(() => changed),
    }
    expect(await write(overtaken)).toEqual({ welcomes: 1 })
    expect(await welcomes()).toMatchObject([{ stories: ['Story RIGHT'] }])
  })

  it('that fails costs itself only, and is made without stories, or given up, in the end', async () => {
    await anArticle(database.db, { title: 'Story TOLD', firstSeenAt: hours(-2) })
    await aWindow(hours(-1))
    const [poison, other] = [await aConfirmed(), await aConfirmed()]
    const context = testContext(database.db)
    await sql`alter table welcome_articles add constraint poison check (confirmation_id <> ${sql.lit(poison.owed.confirmation_id)})`.execute(
      database.db,
    )
    await expect(write(context)).rejects.toThrow('poison')
    expect((await welcomes()).map((made) => made.subscription_id)).toEqual([other.subscriptionId])
    for (let time = 1; time < 5; time++) await expect(write(context)).rejects.toThrow('poison')
    expect(await write(context)).toEqual({ welcomes: 1 })
    expect((await welcomes()).at(-1)).toMatchObject({ subscription_id: poison.subscriptionId, stories: [] })
    expect(await readUntil(poison)).toEqual(hours(-24))

    await sql`alter table welcome_articles drop constraint poison`.execute(database.db)
    await sql`alter table messages add constraint poison check (kind <> 'welcome') not valid`.execute(database.db)
    await aConfirmed()
    for (let time = 0; time < 10; time++) await expect(write(context)).rejects.toThrow('poison')
    expect(await write(context)).toEqual({ welcomes: 0 })
    await sql`alter table messages drop constraint poison`.execute(database.db)
  })

  it('does not stop the notices of changed settings', async () => {
    const { subscriptionId } = await aConfirmed()
    await database.db.insertInto('change_notices').values({ subscription_id: subscriptionId, due_at: monday }).execute()
    await sql`alter table messages add constraint poison check (kind <> 'welcome') not valid`.execute(database.db)
    await expect(writeLettersJob.run(testContext(database.db), at(monday))).rejects.toThrow('poison')
    await sql`alter table messages drop constraint poison`.execute(database.db)
    const made = await database.db.selectFrom('messages').select('kind').execute()
    expect(made).toEqual([{ kind: 'preferences_changed' }])
  })

  it('that cannot tell its stories tells none, and none is lost', async () => {
    // Rendering it throws: it has an author without a name.
    await anArticle(database.db, { title: 'Story BAD', firstSeenAt: hours(-2), authors: [null as never] })
    await aWindow(hours(-1))
    const reader = await aConfirmed()
    expect(await write(testContext(database.db))).toEqual({ welcomes: 1 })
    expect(await welcomes()).toMatchObject([{ stories: [] }])
    expect(await readUntil(reader)).toEqual(hours(-24))
  })

  it('is owed once a confirmation, and one at a time: the database guards it', async () => {
    const { owed } = await aConfirmed()
    const insert = (row: object) =>
      database.db
        .insertInto('welcomes')
        .values({ ...owed, ...row })
        .execute()
    await expect(insert({ settled_at: monday })).rejects.toThrow(/welcomes_pkey/)
    const { confirmation_id } = (await aConfirmed()).owed
    await expect(insert({ confirmation_id })).rejects.toThrow(/welcomes_/)
  })

  it('is not made for who has left, or is suppressed', async () => {
    const context = testContext(database.db)
    const gone = await aConfirmed()
    await unsubscribe(context, gone.subscriptionId, 'unsubscribed_page', { source: 'link', ip: null, userAgent: null })
    const never = await aConfirmed()
    const suppression = { email_key: never.email, reason: 'manual', created_at: monday } as const
    await database.db.insertInto('suppressions').values(suppression).execute()
    expect(await write(context)).toEqual({ welcomes: 0 })
    expect(await welcomes()).toEqual([])
    const settled = await database.db.selectFrom('welcomes').select(['settled_at', 'message_id']).execute()
    expect(settled).toEqual(Array(2).fill({ settled_at: monday, message_id: null }))
  })

  it('tells no story that a digest was planned with while it was rendered', async () => {
    await anArticle(database.db, { title: 'Story TOLD', firstSeenAt: hours(-2) })
    await aWindow(hours(-1))
    const reader = await aConfirmed()
    const context = testContext(database.db)
    let isPlanned = false
    const overtaken = {
      ...context,
      // What a rendering draws: the last thing before its transaction.
      random: (byteCount: number) => {
        if (!isPlanned) planning = planDigests(context, at(hours(1)))
        isPlanned = true
        return context.random(byteCount)
      },
    }
    let planning: Promise<unknown> | undefined
    const db = waitingFor(() => planning)
    context.clock.set(hours(1))
    expect(await write({ ...overtaken, db })).toEqual({ welcomes: 1 })
    expect(await digestsOf(database.db, reader.subscriptionId)).toEqual([['Story TOLD']])
    expect(await welcomes()).toMatchObject([{ stories: [] }])
  })
})
