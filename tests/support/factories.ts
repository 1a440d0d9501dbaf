// Rows for tests, made of no more than a test says.
import { sql } from 'kysely'
import type { Database, NewRow } from '../../src/platform/database/schema.ts'
import { theNewsletterId } from './newsletter.ts'

let sequence = 0

/** A topic of the one newsletter; the same slug is the same topic. */
export async function aTopic(db: Database, slug: string): Promise<number> {
  const newsletter_id = await theNewsletterId(db)
  const row = await db
    .insertInto('topics')
    .values({ newsletter_id, slug, name: slug.replace(/^./, (letter) => letter.toUpperCase()) })
    .onConflict((conflict) => conflict.columns(['newsletter_id', 'slug']).doUpdateSet({ slug }))
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

export type ArticleOptions = Partial<NewRow<'articles'>> & {
  readonly firstSeenAt: Date
  readonly topics?: readonly string[]
}

/** An eligible article, first seen when the test says. */
export async function anArticle(db: Database, { firstSeenAt, topics = [], ...row }: ArticleOptions): Promise<number> {
  const newsletter_id = await theNewsletterId(db)
  const number = ++sequence
  const feed = await db
    .insertInto('feeds')
    .values({ newsletter_id, url: 'https://news.example/feed.xml' })
    .onConflict((conflict) =>
      conflict.columns(['newsletter_id', 'url']).doUpdateSet({ url: 'https://news.example/feed.xml' }),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  const { id } = await db
    .insertInto('articles')
    .values({
      newsletter_id,
      feed_id: feed.id,
      item_key: `item-${number}`,
      url: `https://news.example/${number}`,
      url_key: `https://news.example/${number}`,
      title: `Story ${number}`,
      summary: `What happened in story ${number}.`,
      published_at: firstSeenAt,
      first_seen_at: firstSeenAt,
      content_hash: String(number),
      eligible: true,
      ...row,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  for (const slug of topics) {
    await db
      .insertInto('article_topics')
      .values({ article_id: id, topic_id: await aTopic(db, slug) })
      .execute()
  }
  return id
}

export type ReaderOptions = Partial<NewRow<'subscriptions'>> & {
  readonly email?: string
  readonly topics?: readonly string[]
}

/** A reader with an active subscription; due at `next_digest_at`. */
export async function aReader(
  db: Database,
  { email, topics, ...row }: ReaderOptions = {},
): Promise<{ subscriptionId: number; subscriberId: number; email: string }> {
  const newsletter_id = await theNewsletterId(db)
  const address = email ?? `reader${++sequence}@reader.example`
  const { id: subscriber_id } = await db
    .insertInto('subscribers')
    .values({ email: address, email_key: address.toLowerCase() })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { id } = await db
    .insertInto('subscriptions')
    .values({
      subscriber_id,
      newsletter_id,
      state: 'active',
      hour: 6,
      confirmed_at: '2026-11-20T12:00:00Z',
      read_until: '2026-11-22T06:00:00Z',
      next_digest_at: '2026-11-23T06:00:00Z',
      topic_choice_id: topics ? await aTopicChoice(db, topics) : null,
      ...row,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { subscriptionId: id, subscriberId: subscriber_id, email: address }
}

export async function aTopicChoice(db: Database, slugs: readonly string[]): Promise<number> {
  const newsletter_id = await theNewsletterId(db)
  const ids: number[] = []
  for (const slug of slugs) ids.push(await aTopic(db, slug))
  const choice_key = ids.sort((a, b) => a - b).join(',')
  const { id } = await db
    .insertInto('topic_choices')
    .values({ newsletter_id, choice_key })
    .onConflict((conflict) => conflict.columns(['newsletter_id', 'choice_key']).doUpdateSet({ choice_key }))
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('topic_choice_topics')
    .values(ids.map((topic_id) => ({ topic_choice_id: id, topic_id })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return id
}

/** The titles that a subscription was told, digest by digest, in order. */
export async function digestsOf(db: Database, subscriptionId: number): Promise<string[][]> {
  const { rows } = await sql<{ titles: string[] }>`
    select array_agg(a.title order by d.position) as titles
    from messages m join digest_articles d on d.digest_id = m.digest_id join articles a on a.id = d.article_id
    where m.subscription_id = ${subscriptionId}
    group by m.id order by m.id`.execute(db)
  return rows.map((row) => row.titles)
}

export type MessageOptions = Partial<NewRow<'messages'>> & { readonly batch?: Partial<NewRow<'batches'>> }

/** A digest that was given to the provider in a batch and a run of its own; pending ones have no batch. */
export async function aMessage(
  db: Database,
  reader: { readonly subscriptionId: number; readonly subscriberId: number; readonly email: string },
  { batch = {}, ...row }: MessageOptions = {},
): Promise<number> {
  const number = ++sequence
  const created_at = new Date('2026-11-23T06:00:00Z')
  const one = <T>(insert: { executeTakeFirstOrThrow(): Promise<T> }) => insert.executeTakeFirstOrThrow()
  const { id: rendering_id } = await one(
    db
      .insertInto('renderings')
      .values({ content_hash: `rendering ${number}`, template: '{}', created_at })
      .returning('id'),
  )
  const scheduled_for = new Date(created_at.getTime() + number)
  const { id: run_id } = await one(
    db
      .insertInto('digest_runs')
      .values({ newsletter_id: await theNewsletterId(db), scheduled_for, window_end: created_at, created_at })
      .returning('id'),
  )
  const { id: digest_id } = await one(
    db
      .insertInto('digests')
      .values({
        run_id,
        language: 'en',
        frequency: 'daily',
        edition_date: '2026-11-23',
        content_key: 'one',
        further_count: 0,
        rendering_id,
        created_at,
      })
      .returning('id'),
  )
  const state = row.state ?? 'submitted'
  const isSettled = state !== 'pending' && state !== 'sending'
  const { id: batch_id } = await one(
    db
      .insertInto('batches')
      .values({
        endpoint: 'emails/batch',
        idempotency_key: `batch/${number}`,
        state: 'submitted',
        message_count: 1,
        claimed_at: created_at,
        first_tried_at: created_at,
        settled_at: batch.state === 'sending' ? null : created_at,
        ...batch,
      })
      .returning('id'),
  )
  const { id } = await one(
    db
      .insertInto('messages')
      .values({
        kind: 'digest',
        subscriber_id: reader.subscriberId,
        subscription_id: reader.subscriptionId,
        run_id,
        digest_id,
        to_email: reader.email,
        created_at,
        state,
        settled_at: isSettled ? created_at : null,
        provider_id: state === 'submitted' ? `provider-${number}` : null,
        ...(state === 'pending' ? {} : { rendering_id, key_id: 'test', batch_id, batch_position: 1 }),
        ...row,
      })
      .returning('id'),
  )
  return id
}
