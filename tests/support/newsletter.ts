import type { Database } from '../../src/platform/database/schema.ts'

/** The id of the newsletter that every new installation has. */
export async function theNewsletterId(db: Database): Promise<number> {
  return (await db.selectFrom('newsletters').select('id').where('slug', '=', 'newsmatro').executeTakeFirstOrThrow()).id
}
