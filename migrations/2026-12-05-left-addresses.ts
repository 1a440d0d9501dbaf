// Who a reader moved away from is not asked more often for it. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `alter table address_changes
     add column old_email_key text check (octet_length(old_email_key) <= 254),
     add check (old_email_key is null or (confirmed_at is not null and new_email is not null))`,
  `comment on column address_changes.old_email_key is 'the address that the reader left, once they have; forgotten with the new one'`,
  `create index address_changes_left on address_changes (old_email_key) where old_email_key is not null`,
  `comment on index address_changes_left is 'sign-up: how often an address was asked while it was that of somebody who has left it'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
