// Whoever asks for the address of somebody who just left takes nothing from them. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `alter table subscriptions add column left_as jsonb`,
  `create index subscriptions_left_as on subscriptions (id) where left_as is not null`,
  `comment on column subscriptions.left_as is 'of a pending one: the columns as they were when its reader left, for as long as that can be undone; a request may be somebody else''s'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
