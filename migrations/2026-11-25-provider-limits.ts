// What all processes have to agree on before they call the provider. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `create table provider_limits (
     account text primary key check (account <> ''),
     requests_per_second integer check (requests_per_second >= 0),
     next_call_at timestamptz(3) not null,
     held_until timestamptz(3),
     hold_reason text,
     failures integer not null default 0 check (failures >= 0),
     refusals integer not null default 0 check (refusals >= 0),
     pause_reason text,
     bulk_paused_until timestamptz(3),
     next_probe_at timestamptz(3),
     daily_used integer check (daily_used >= 0),
     monthly_used integer check (monthly_used >= 0),
     used_at timestamptz(3),
     check ((held_until is null) = (hold_reason is null)),
     check ((pause_reason is null) = (bulk_paused_until is null)),
     check ((pause_reason is null) = (next_probe_at is null))
   )`,
  `comment on table provider_limits is 'a row for each account at the provider (a digest of its key): the calls that all processes share'`,
  `comment on column provider_limits.requests_per_second is 'as the provider says; 0 when it names no limit, null before its first answer'`,
  `comment on column provider_limits.next_call_at is 'when the next call may be made: each takes its turn by moving it on'`,
  `comment on column provider_limits.held_until is 'no call before then: the provider asked for patience, or does not answer'`,
  `comment on column provider_limits.failures is 'how many calls in a row had no answer that says what became of them'`,
  `comment on column provider_limits.refusals is 'how many calls in a row were refused as a whole, for what they hold'`,
  `comment on column provider_limits.bulk_paused_until is 'digests wait until then; confirmations are tried one at a time meanwhile'`,
  `comment on column provider_limits.next_probe_at is 'during a pause: when one call may be made, to see whether it is over'`,

  `create table warm_ups (
     domain text primary key check (domain <> ''),
     started_on date not null
   )`,
  `comment on table warm_ups is 'when each sender''s domain began to send digests under WARMUP'`,
  `create index batches_digests on batches (claimed_at) where endpoint = 'emails/batch'`,
  `comment on index batches_digests is 'send-messages under WARMUP: how many digests were sent today'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
