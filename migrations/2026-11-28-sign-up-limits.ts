// How often may be signed up. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `create table sign_up_tries (
     bucket bytea primary key check (octet_length(bucket) = 32),
     tried_at timestamptz(3)[] not null check (cardinality(tried_at) between 1 and 100),
     last_tried_at timestamptz(3) not null
   )`,
  `comment on table sign_up_tries is 'a row for each place and each address that signed up in the last hour, kept as a keyed hash: a sliding window'`,
  `comment on column sign_up_tries.tried_at is 'the tries that count, as many as the limit at most: what is refused adds nothing'`,
  `create index sign_up_tries_oldest on sign_up_tries (last_tried_at)`,
  `comment on index sign_up_tries_oldest is 'forget-sign-ups: what no longer counts'`,

  `create table confirmation_stop (
     is_only boolean primary key default true check (is_only),
     stopped_until timestamptz(3)
   )`,
  `comment on table confirmation_stop is 'its one row is locked by whoever signs up, so that all of them together keep to the limit of an hour'`,
  `comment on column confirmation_stop.stopped_until is 'the limit was reached: no sign-ups until then'`,

  `create index confirmations_newest on confirmations (requested_at)`,
  `comment on index confirmations_newest is 'subscribe, doctor: how many confirmations were asked for in the last hour'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
