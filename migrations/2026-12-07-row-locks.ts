// Locks by name that a pooler in between knows, as it does not know advisory ones. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `create table row_locks (name text primary key)`,
  `comment on table row_locks is 'who holds the row holds the lock; the rows are few and stay'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
