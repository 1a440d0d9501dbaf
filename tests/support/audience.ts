// Readers by the million, made set by set, and what there is to tell them.
import { sql } from 'kysely'
import type { Database } from '../../src/platform/database/schema.ts'
import { truncateDatabase } from './empty-database.ts'

export const topicCount = 20
const topicsPerChoice = 3
/** With three topics a choice these are twelve stories a digest, as many as a digest lists. */
const storiesPerTopic = 4

/** The slot that everyone is due at: 06:00 UTC yesterday, so that it is over whenever this runs. */
export function slotBefore(now: Date): Date {
  const slot = new Date(now)
  slot.setUTCHours(6, 0, 0, 0)
  slot.setUTCDate(slot.getUTCDate() - 1)
  return slot
}

/** A query of the addresses of so many readers, as its column `address`. */
export const addressesOf = (readers: number) => sql<{ address: string }>`
  select 'reader.' || n || '@mail' || n % 500 || '.reader.example' as address from generate_series(1, ${readers}::int) n`

/**
 * Empties the database and fills it: 20 topics, four stories in each with summaries of about 300 characters, 20 choices of
 * three topics, and readers in three time zones whose daily digest is due at the slot.
 */
export async function fillAudience(db: Database, readers: number, slot: Date): Promise<void> {
  await truncateDatabase(db)
  await sql`
    insert into topics (newsletter_id, slug, name)
    select id, 'topic-' || n, 'Topic ' || n from newsletters, generate_series(1, ${topicCount}::int) n`.execute(db)
  await sql`insert into feeds (newsletter_id, url) select id, 'https://news.example/feed.xml' from newsletters`.execute(
    db,
  )
  await sql`
    insert into articles (newsletter_id, feed_id, item_key, url, url_key, title, summary, image_url, image_alt, authors,
      published_at, first_seen_at, content_hash, eligible)
    select f.newsletter_id, f.id, 'item-' || n, 'https://news.example/2026/story-' || n, 'https://news.example/2026/story-' || n,
      'Council votes ' || n || ' to ' || n + 7 || ' to keep the night trams running until spring',
      left('The vote came after ' || n || ' hours of debate in which residents, drivers and shop owners told the council what the late service means to them. '
        || repeat('Supporters point to fuller cafés and safer ways home; opponents to the bill, which grew again. ', 3), 300),
      'https://news.example/images/' || n || '.jpg', 'A tram at night', array['Ada Example'],
      ${slot}::timestamptz - make_interval(mins => n * 10), ${slot}::timestamptz - make_interval(mins => n * 10), 'hash-' || n, true
    from feeds f, generate_series(1, ${topicCount * storiesPerTopic}::int) n`.execute(db)
  await sql`
    insert into article_topics (article_id, topic_id)
    select a.id, t.id from (select id, row_number() over (order by id) - 1 as n from articles) a
      join (select id, row_number() over (order by id) - 1 as n from topics) t on t.n = a.n % ${topicCount}`.execute(db)
  await sql`
    with topic as (select id, newsletter_id, row_number() over (order by id) - 1 as n from topics),
    choice as (
      select c.n as choice, t.newsletter_id, t.id from topic c, generate_series(0, ${topicsPerChoice - 1}::int) step
        join topic t on true where t.n = (c.n + step) % ${topicCount}
    ), stored as (
      insert into topic_choices (newsletter_id, choice_key)
      select newsletter_id, string_agg(id::text, ',' order by id) from choice group by choice, newsletter_id
      returning id, choice_key
    )
    insert into topic_choice_topics (topic_choice_id, topic_id)
    select stored.id, topic::bigint from stored, unnest(string_to_array(choice_key, ',')) as topic`.execute(db)
  await sql`
    insert into subscribers (email, email_key)
    select address, address from (
      ${addressesOf(readers)}) a`.execute(db)
  await sql`
    with zone as (
      select zone, n - 1 as n, extract(hour from ${slot}::timestamptz at time zone zone)::int as hour
      from unnest(array['UTC', 'Europe/London', 'Europe/Berlin']) with ordinality as z (zone, n)
    ), choice as (select id, row_number() over (order by id) - 1 as n from topic_choices)
    insert into subscriptions (subscriber_id, newsletter_id, state, hour, time_zone, topic_choice_id, confirmed_at, read_until,
      next_digest_at)
    select r.id, n.id, 'active', zone.hour, zone.zone, choice.id, ${slot}::timestamptz - interval '30 days',
      ${slot}::timestamptz - interval '1 day', ${slot}
    from newsletters n, subscribers r join zone on zone.n = r.id % 3
      join choice on choice.n = (r.id * 7919) % ${topicCount}
    order by r.id`.execute(db)
  // What autovacuum would have done by the time that readers have collected; the messages of a run always come faster.
  await sql`vacuum analyze articles, article_topics, topics, topic_choices, topic_choice_topics, subscribers, subscriptions`.execute(
    db,
  )
}
