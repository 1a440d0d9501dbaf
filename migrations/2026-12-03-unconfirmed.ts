// Who asked and never confirmed is forgotten. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `create index subscriptions_unconfirmed on subscriptions (created_at)
     where confirmed_at is null and ended_reason is distinct from 'erased'`,
  `comment on index subscriptions_unconfirmed is 'forget-readers: who asked a month ago and never confirmed'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
