// What is kept for choosing stories: how far up an article ever was, which of its topics came from where and under which a digest
// shows it, and since when readers were told under the topics that they have. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `alter table articles add best_place smallint`,
  `comment on column articles.best_place is 'the furthest up that it ever was among the feed''s articles in its document, from 0; null if never among the first 50'`,
  `update articles set best_place = found.place - 1
     from (select distinct on (item.id) item.id, item.place
       from feeds, unnest(item_order) with ordinality as item (id, place) order by item.id, item.place) as found
     where articles.id = found.id and found.place <= 50`,
  // item_order stays for what runs while this is deployed, or is gone back to.

  `alter table article_topics
     add place smallint not null default 0,
     add is_added boolean not null default false`,
  `comment on column article_topics.place is 'where its feed names it among the topics of the article'`,
  `comment on column article_topics.is_added is 'by another feed, which has an item with the same address'`,

  `alter table digest_articles
     add topic_id bigint references topics,
     add can_be_fewer boolean not null default true`,
  `comment on column digest_articles.topic_id is 'the one under which it is shown: of those that the digest''s readers chose'`,
  `comment on column digest_articles.can_be_fewer is 'its readers have other topics too, and without this one they would not be told of it'`,

  `alter table digests add told_from timestamptz(3)`,
  `comment on column digests.told_from is 'with since: from when on its readers were told what matches; null: since ever'`,
  `alter table subscriptions add told_from timestamptz(3)`,
  `comment on column subscriptions.told_from is 'what was available after it, up to read_until, and matches the topics they have now, they were told; null: since ever'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
