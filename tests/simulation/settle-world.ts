// Who and what is there when a world begins.
import { poisonUrl } from './bookkeeper.ts'
import { topicSlugs } from './plan-world.ts'
import type { World } from './world.ts'

/** Everybody who is there from the start, the topics, and the feed. */
export async function settle(world: World): Promise<void> {
  const { session, plan, books } = world
  const start = new Date(plan.start)
  await session.run(`insert into feeds (newsletter_id, url) values (1, 'https://news.example/feed.xml')`)
  for (const slug of topicSlugs)
    await session.run('insert into topics (newsletter_id, slug, name) values (1, $1, $1)', [slug])
  for (const reader of plan.readers) {
    books.readers.add(reader)
    if (reader.state !== 'active') continue
    const { choices } = reader
    reader.isConfirmed = true
    const [choice] =
      choices.topics.length === 0
        ? []
        : await session.read<{ id: number }>(
            `with chosen as (
               insert into topic_choices (newsletter_id, choice_key)
               select 1, string_agg(id::text, ',' order by id) from topics where slug = any($1)
               on conflict (newsletter_id, choice_key) do update set choice_key = excluded.choice_key returning id
             ), topics as (
               insert into topic_choice_topics select chosen.id, topics.id from chosen, topics where slug = any($1)
               on conflict do nothing)
             select id from chosen`,
            [choices.topics],
          )
    const [row] = await session.read<{ id: number }>(
      `with who as (insert into subscribers (email, email_key) values ($1, lower($1)) returning id)
       insert into subscriptions (subscriber_id, newsletter_id, state, frequency, weekday, hour, time_zone, topic_choice_id,
         confirmed_at, read_until, next_digest_at)
       select id, 1, 'active', $2, $3, $4, $5, $8, $6, $6, $7 from who returning id`,
      [
        reader.email,
        choices.frequency,
        choices.weekday,
        choices.hour,
        choices.timeZone,
        start,
        new Date(reader.nextDigestAt ?? 0),
        choice?.id ?? null,
      ],
    )
    reader.subscriptionId = row?.id
    books.bySubscription.set(row?.id ?? 0, reader)
  }
  if (!plan.hasPoisonArticle) return
  await session.run(
    `with article as (
       insert into articles (newsletter_id, feed_id, item_key, url, url_key, title, authors, published_at, first_seen_at,
         content_hash, eligible)
       values (1, 1, 'poison', $1, $1, 'Poison', array[null]::text[], $2, $2, 'poison', true) returning id
     )
     insert into article_topics select article.id, topics.id from article, topics where slug = 'sport'`,
    [poisonUrl, new Date(plan.start + 1)],
  )
  await books.noteArticles(new Map([[poisonUrl, true]]))
}
