// Fewer indexes and checks a message. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  // PostgreSQL could not tell a run's pending messages from all of them while its statistics were older than the run, and
  // read each of them for every claim. Now only messages_bulk has them.
  `drop index messages_run`,
  `create index messages_run on messages (run_id, state) where run_id is not null and state <> 'pending'`,
  `comment on index messages_run is 'runs show: how many of a run are where; the pending ones are in messages_bulk'`,

  // A digest has no confirmation: no need for an entry in its index.
  `alter table messages drop constraint messages_confirmation_id_key`,
  `create unique index messages_confirmation on messages (confirmation_id) where confirmation_id is not null`,
  `comment on index messages_confirmation is 'at most one mail for a confirmation'`,

  // The key (run_id, digest_id) says it already: both are set or neither is, and a digest has a run.
  `alter table messages drop constraint messages_run_id_fkey`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
