// When an operator last took a reader's address off the list of suppressions. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `alter table subscribers add column suppression_lifted_at timestamptz(3)`,
  `comment on column subscribers.suppression_lifted_at is 'when an operator last took the address off the list: soft bounces until then no longer count'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
