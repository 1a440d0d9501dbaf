// What a publisher decides about an article, the order that a feed gives its articles, and which tell the same story. Frozen:
// imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `alter table articles
     add pinned_at timestamptz(3),
     add hidden_at timestamptz(3),
     add hidden_untold boolean not null default false,
     add available_from timestamptz(3),
     add available_at timestamptz(3) not null generated always as (greatest(first_seen_at, available_from)) stored,
     add same_story_as bigint references articles`,
  `comment on column articles.pinned_at is 'the publisher wants it to lead the digests that it is in; the newest pin first'`,
  `comment on column articles.hidden_at is 'the publisher wants nobody to be told of it, from then on'`,
  `comment on column articles.hidden_untold is 'of a hidden one: no window had been closed over it before'`,
  `comment on column articles.available_from is 'the end of its embargo; or when it was shown again, or its embargo lifted, before anybody could have been told'`,
  `comment on column articles.available_at is 'what windows go by: when it counts as first seen'`,
  `comment on column articles.same_story_as is 'the first article that told this story, in another feed: told instead of this one'`,

  `create index articles_available on articles (newsletter_id, available_at, id) where eligible and hidden_at is null`,
  `comment on index articles_available is 'plan-digests: the articles that count as first seen in (readUntil, windowEnd]'`,
  `drop index articles_window`,
  `create index articles_newest on articles (newsletter_id, first_seen_at, id)`,
  `comment on index articles_newest is 'articles list: the newest; poll-feeds: those of the last days, which a new one may tell again'`,
  `create index articles_same_story on articles (same_story_as, id) where same_story_as is not null`,
  `comment on index articles_same_story is 'plan-digests, render-digests, articles: who else tells a story'`,
  `create index articles_decided on articles (newsletter_id, first_seen_at, id)
     where pinned_at is not null or hidden_at is not null or available_from is not null`,
  `comment on index articles_decided is 'articles list --decided: those about which a publisher decided something'`,

  `alter table feeds add item_order bigint[] not null default '{}'`,
  `comment on column feeds.item_order is 'the articles at the head of its newest document, in the publisher''s own order'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
