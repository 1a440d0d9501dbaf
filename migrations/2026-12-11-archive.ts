// The digests that anybody may read. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `create table public_digests (
     digest_id bigint primary key references digests,
     run_id bigint not null unique references digest_runs,
     newsletter_id bigint not null references newsletters,
     edition_date date not null,
     published_at timestamptz(3) not null,
     topics text[] not null,
     words tsvector not null
   )`,
  `comment on table public_digests is 'of a run that began to be sent, the digest that the archive shows; never another one later, so that links stay good'`,
  `comment on column public_digests.topics is 'the slugs of its stories'' topics'`,
  `comment on column public_digests.words is 'of its stories'' titles, summaries and authors, in no language'`,
  `create index public_digests_newsletter on public_digests (newsletter_id, edition_date, digest_id)`,
  `comment on index public_digests_newsletter is 'archive: the digests of a newsletter, newest first, between two days, page by page'`,
  `create index public_digests_newest on public_digests (edition_date, digest_id)`,
  `comment on index public_digests_newest is 'archive, feeds, sitemap: the digests of all newsletters, newest first, page by page'`,
  `create index public_digests_topics on public_digests using gin (topics)`,
  `comment on index public_digests_topics is 'archive: the digests about a topic'`,
  `create index public_digests_words on public_digests using gin (words)`,
  `comment on index public_digests_words is 'archive: the digests with certain words'`,

  `alter table digest_runs add column archived_at timestamptz(3)`,
  `comment on column digest_runs.archived_at is 'when it was decided whether the archive shows a digest of it'`,
  `create index digest_runs_unarchived on digest_runs (created_at) where archived_at is null`,
  `comment on index digest_runs_unarchived is 'publish-digests: the runs of the last days that are not decided yet'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
