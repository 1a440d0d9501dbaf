// What the provider tells about the mails it accepted. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `create table webhook_events (
     svix_id text primary key check (svix_id <> ''),
     type text not null check (type <> ''),
     provider_id text,
     message_id bigint references messages,
     occurred_at timestamptz(3) not null,
     received_at timestamptz(3) not null,
     payload jsonb not null
   )`,
  `comment on table webhook_events is 'each event once, stored in the transaction of its effect; kept also where the type or the message is unknown'`,
  `comment on column webhook_events.svix_id is 'the same in every repetition, which may come days later'`,
  `comment on column webhook_events.occurred_at is 'by the provider''s clock: the order of events goes by it, since they arrive in any'`,
  `create index webhook_events_message on webhook_events (message_id) where message_id is not null`,
  `comment on index webhook_events_message is 'runs show, export: what happened to one message'`,
  `create index webhook_events_received on webhook_events (received_at)`,
  `comment on index webhook_events_received is 'housekeeping: events old enough to go; doctor: the time of the newest'`,

  `alter table messages
     add column delivered_at timestamptz(3),
     add column delayed_at timestamptz(3),
     add column bounced_at timestamptz(3),
     add column bounce_kind text check (bounce_kind in ('hard', 'soft')),
     add column complained_at timestamptz(3),
     add column failed_at timestamptz(3),
     add column failure_reason text,
     add column suppressed_at timestamptz(3),
     add column opened_at timestamptz(3),
     add column clicked_at timestamptz(3),
     add check ((bounced_at is null) = (bounce_kind is null)),
     add check ((failed_at is null) = (failure_reason is null))`,
  `comment on column messages.delivered_at is 'like the others: the first occurrence, by the provider''s clock'`,
  `comment on column messages.failed_at is 'when the provider gave up on a mail that it had accepted; a refused call leaves it empty'`,
  `create index messages_soft_bounces on messages (subscriber_id, bounced_at) where bounce_kind = 'soft'`,
  `comment on index messages_soft_bounces is 'webhooks: the row of soft bounces of one reader'`,

  `alter table suppressions drop constraint suppressions_reason_check,
     add constraint suppressions_reason_check check (reason in ('hard_bounce', 'soft_bounces', 'complaint', 'manual', 'provider'))`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
