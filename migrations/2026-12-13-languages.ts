// The language of a subscription's words is the reader's choice. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `comment on column subscriptions.language is 'of the words that the service says to this reader, as a BCP 47 tag; the articles are in the newsletter''s'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
