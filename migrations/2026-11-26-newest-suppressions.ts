// The list of suppressions in the order of time. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `create index suppressions_newest on suppressions (created_at, email_key)`,
  `comment on index suppressions_newest is 'suppressions list: the newest first, page by page'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
