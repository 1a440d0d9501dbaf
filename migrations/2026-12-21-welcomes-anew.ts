// What a welcome tells, so that it is made anew where a story of it is corrected or withdrawn before it goes. Frozen: imports
// nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `alter table welcomes
     add rendering_id bigint references renderings,
     add further_count integer,
     add first_digest_at timestamptz(3),
     add failures smallint not null default 0`,
  `comment on column welcomes.rendering_id is 'what is sent of it from now on; null until it is made, and again when a story of it was corrected or withdrawn'`,
  `comment on column welcomes.further_count is 'how many stories it says there are besides; null in what was made before there was this column, whose message has the rendering'`,
  `comment on column welcomes.first_digest_at is 'when it says that the first digest comes; null where it does not say'`,
  `comment on column welcomes.failures is 'how often making it has failed since it was made last'`,

  `create table welcome_articles (
     confirmation_id bigint not null references welcomes,
     position smallint not null check (position >= 1),
     article_id bigint not null references articles,
     topic_id bigint references topics,
     can_be_fewer boolean not null,
     primary key (confirmation_id, position)
   )`,
  `comment on table welcome_articles is 'the stories that a welcome tells; as digest_articles'`,
  `create index welcome_articles_article on welcome_articles (article_id)`,
  `comment on index welcome_articles_article is 'poll-feeds, articles hide and show: the welcomes that tell it'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
