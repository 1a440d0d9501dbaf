import { sql } from 'kysely'
import type { Database } from '../platform/database/schema.ts'

export type NewestDigest = {
  readonly editionDate: string
  readonly stories: readonly { readonly title: string; readonly url: string | null; readonly topics: string | null }[]
}

/** What the newest run sent to those who read most of it, for the front page; without what was hidden since. */
export async function findNewestDigest(db: Database, newsletterId: number): Promise<NewestDigest | undefined> {
  const { rows: digests } = await sql<{ id: number; edition_date: string }>`
    select g.id, g.edition_date
    from digests g
    where g.run_id = (
        select r.id from digest_runs r
        where r.newsletter_id = ${newsletterId} and exists (select from digests d where d.run_id = r.id and d.rendering_id is not null)
        order by r.scheduled_for desc limit 1)
      and g.rendering_id is not null
    order by g.further_count + (select count(*) from digest_articles a where a.digest_id = g.id) desc, g.id
    limit 1`.execute(db)
  const [digest] = digests
  if (!digest) return undefined
  const { rows: stories } = await sql<NewestDigest['stories'][number]>`
    select a.title, a.url,
      (select string_agg(t.name, ', ' order by t.name) from article_topics x join topics t on t.id = x.topic_id where x.article_id = a.id) as topics
    from digest_articles d join articles a on a.id = d.article_id
    where d.digest_id = ${digest.id} and a.hidden_at is null order by d.position`.execute(db)
  return stories.length > 0 ? { editionDate: digest.edition_date, stories } : undefined
}
