// Mails whose fate nobody knows, by time. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `create index batches_unknown on batches (settled_at) where state = 'unknown'`,
  `comment on index batches_unknown is 'doctor: what became unknown in the last days'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
