import { sql } from 'kysely'
import type { Database, Row } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'

/** A newsletter and the topics to offer. */
export type Newsletter = Row<'newsletters'> & { readonly topics: readonly Row<'topics'>[] }

/** A newsletter, with its topics in the order of their names; without a slug, the oldest one. Throws when there is none of that name. */
export async function getNewsletter(db: Database, slug?: string): Promise<Newsletter> {
  let query = db.selectFrom('newsletters').selectAll().orderBy('id').limit(1)
  if (slug !== undefined) query = query.where('slug', '=', slug)
  const newsletter = await query.executeTakeFirst()
  if (!newsletter) {
    const message = 'There is no newsletter of that name.'
    throw new PublicError('invalid_input', message, { fields: { newsletter: message } })
  }
  return withTopics(db, newsletter, [])
}

/** The newsletter of a subscription; its topics include those with the slugs in `always`. */
export async function getNewsletterById(db: Database, id: number, always: readonly string[]): Promise<Newsletter> {
  return withTopics(
    db,
    await db.selectFrom('newsletters').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    always,
  )
}

const shownTopics = 24

/** Feeds can invent categories without end: a form shows those most in use in the last two weeks, and those in `always`. */
async function withTopics(
  db: Database,
  newsletter: Row<'newsletters'>,
  always: readonly string[],
): Promise<Newsletter> {
  const { rows: topics } = await sql<Row<'topics'>>`
    with used as (
      select x.topic_id, count(*) as uses
      from articles a join article_topics x on x.article_id = a.id
      where a.newsletter_id = ${newsletter.id} and a.eligible and a.first_seen_at > now() - interval '14 days'
      group by x.topic_id
    ), ranked as (
      select t.*, row_number() over (order by coalesce(used.uses, 0) desc, t.name) as place
      from topics t left join used on used.topic_id = t.id
      where t.newsletter_id = ${newsletter.id}
    )
    select id, newsletter_id, slug, name from ranked
    where place <= ${shownTopics} or slug = any(${always}::text[])
    order by name`.execute(db)
  return { ...newsletter, topics }
}
