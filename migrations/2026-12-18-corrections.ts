// What is withdrawn or corrected after planning: the digests that tell it are found, and made anew. Frozen: imports nothing of
// the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `alter table digests
     add since timestamptz(3),
     add topic_choice_id bigint references topic_choices`,
  `comment on column digests.since is 'with topic_choice_id and the window of its run: of what its further stories are counted; null in what was planned before there was this column'`,
  `comment on column digests.rendering_id is 'what is sent of it from now on; null until it is rendered, and again when a story of it was corrected or withdrawn'`,

  `create index digest_articles_article on digest_articles (article_id)`,
  `comment on index digest_articles_article is 'poll-feeds, articles hide and show: the digests that tell it'`,

  // Most that are sent and were corrected afterwards are never rendered again: those of the runs that still send are looked for.
  `drop index digests_unrendered`,
  `create index digests_unrendered on digests (run_id, id) where rendering_id is null`,
  `comment on index digests_unrendered is 'plan-digests: what is still to be rendered of a run'`,
  `create index digests_failing on digests (id) where rendering_id is null and render_failures > 0`,
  `comment on index digests_failing is 'plan-digests, doctor: what could not be rendered'`,

  `comment on column articles.changed_at is 'when what is told of it was last corrected, hidden or shown again'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
