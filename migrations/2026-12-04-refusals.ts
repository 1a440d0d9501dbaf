// What is refused of transactional mail holds up no digests. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `alter table provider_limits
     add column transactional_refusals integer not null default 0 check (transactional_refusals >= 0),
     add column pauses_bulk_only boolean not null default false`,
  `comment on column provider_limits.refusals is 'how many calls of digests in a row were refused as a whole, for what they hold'`,
  `comment on column provider_limits.transactional_refusals is 'how many transactional mails in a row were refused for what they hold'`,
  `comment on column provider_limits.pauses_bulk_only is 'the pause is for what digests hold: transactional mail goes on as if there were none'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
