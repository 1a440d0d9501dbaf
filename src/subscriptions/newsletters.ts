import type { Database, Row } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'

export type Newsletter = Row<'newsletters'> & { readonly topics: readonly Row<'topics'>[] }

/** A newsletter with its topics in the order of their names; without a slug, the oldest one. Throws when there is none of that name. */
export async function getNewsletter(db: Database, slug?: string): Promise<Newsletter> {
  let query = db.selectFrom('newsletters').selectAll().orderBy('id').limit(1)
  if (slug !== undefined) query = query.where('slug', '=', slug)
  const newsletter = await query.executeTakeFirst()
  if (!newsletter) {
    const message = 'There is no newsletter of that name.'
    throw new PublicError('invalid_input', message, { fields: { newsletter: message } })
  }
  return withTopics(db, newsletter)
}

/** The newsletter of a subscription. */
export async function getNewsletterById(db: Database, id: number): Promise<Newsletter> {
  return withTopics(db, await db.selectFrom('newsletters').selectAll().where('id', '=', id).executeTakeFirstOrThrow())
}

async function withTopics(db: Database, newsletter: Row<'newsletters'>): Promise<Newsletter> {
  const topics = await db
    .selectFrom('topics')
    .selectAll()
    .where('newsletter_id', '=', newsletter.id)
    .orderBy('name')
    .execute()
  return { ...newsletter, topics }
}
