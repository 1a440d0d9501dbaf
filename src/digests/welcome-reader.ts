// Who is to be welcomed, and with which stories.
import { sql } from 'kysely'
import { oneGroup, selectArticles, type ToldArticle } from '../articles/select-articles.ts'
import { firstDigestAt, isOutdated, isUnmade } from '../delivery/welcomes.ts'
import type { Context } from '../platform/context.ts'
import { isFirstNewsletter } from '../platform/database/first-newsletter.ts'
import type { Database, Row } from '../platform/database/schema.ts'
import { type DigestContent, readStories } from './digest-mail.ts'

export type Reader = Pick<
  Row<'subscriptions'>,
  'subscriber_id' | 'newsletter_id' | 'language' | 'frequency' | 'time_zone' | 'told_from'
> &
  Pick<Row<'welcomes'>, 'confirmation_id' | 'subscription_id' | 'message_id' | 'rendering_id' | 'failures'> & {
    readonly read_until: Date
    readonly further_count: number | null
    readonly first_digest_at: Date | null
    readonly newsletter: DigestContent['newsletter']
    readonly topicIds: readonly number[] | null
    readonly today: string
    readonly confirmedOn: string
    /** Where the newest window of the newsletter ends: what is in it, it holds for good. */
    readonly windowEnd: Date | null
    /** Anything that is changed of the subscription changes this. */
    readonly version: string
  }

/** Undefined for who has left, or is not mailed, and where it was made or settled meanwhile. */
export async function readReader({ db, clock }: Context, confirmationId: number): Promise<Reader | undefined> {
  const { rows } = await sql<Reader>`
    select w.confirmation_id, w.subscription_id, w.message_id, w.rendering_id, w.failures, w.further_count,
      s.subscriber_id, s.newsletter_id, s.language, s.frequency, s.time_zone, s.read_until, s.told_from,
      ${firstDigestAt} as first_digest_at,
      json_build_object('name', n.name, 'slug', n.slug, 'language', n.language, 'isFirst', ${isFirstNewsletter}) as newsletter,
      (select json_agg(topic_id) from topic_choice_topics where topic_choice_id = s.topic_choice_id) as "topicIds",
      (${clock.sqlNow} at time zone s.time_zone)::date as today, (s.confirmed_at at time zone s.time_zone)::date as "confirmedOn",
      (select window_end from digest_runs where newsletter_id = s.newsletter_id order by window_end desc limit 1) as "windowEnd",
      s.xmin::text as version
    from welcomes w join subscriptions s on s.id = w.subscription_id
      join subscribers r on r.id = s.subscriber_id join newsletters n on n.id = s.newsletter_id
    where w.confirmation_id = ${confirmationId} and case
      when w.message_id is not null then ${isUnmade} or ${isOutdated}
      else w.settled_at is null and s.state = 'active'
        and not exists (select from suppressions x where x.email_key = r.email_key) end`.execute(db)
  return rows[0]
}

/** What the newest run would have told them, which is perhaps nothing; or what it was made with. */
export async function readTold(
  { db, config }: Context,
  reader: Reader,
): Promise<{ told: readonly ToldArticle[]; further: number }> {
  const { windowEnd, read_until, told_from, topicIds } = reader
  if (reader.message_id !== null) {
    const { rows } = await sql<ToldArticle>`
      select article_id as id, topic_id as topic, can_be_fewer as "canBeFewer" from welcome_articles
      where confirmation_id = ${reader.confirmation_id} order by position`.execute(db)
    return { told: rows, further: reader.further_count ?? 0 }
  }
  if (windowEnd === null) return { told: [], further: 0 }
  const [selection] = await selectArticles(
    db,
    reader.newsletter_id,
    windowEnd,
    oneGroup({ since: read_until, toldFrom: told_from, topicIds }),
    config.storiesPerDigest,
  )
  const { articles = [], total = 0 } = selection ?? {}
  return { told: articles, further: total - articles.length }
}

/** As they are now, without those that were hidden since. */
export async function readVisible(db: Database, told: readonly ToldArticle[]): Promise<DigestContent['stories']> {
  if (told.length === 0) return []
  const { rows } = await sql<{ id: number }>`
    select id from articles where id = any(${told.map(({ id }) => id)}::bigint[]) and hidden_at is null`.execute(db)
  const visible = new Set(rows.map(({ id }) => id))
  return readStories(
    db,
    told.filter(({ id }) => visible.has(id)),
  )
}
