import { sql } from 'kysely'
import type { Database } from '../platform/database/schema.ts'

/** Any number will do, as long as nothing else in the database takes the same advisory lock. */
const lockId = 7_351_902_664

/** What the last statement makes: where it is, all is there. */
const newest = 'received_due'

const statements = [
  'create schema if not exists sandbox',
  `create table if not exists sandbox.emails (
    id uuid primary key,
    position bigint generated always as identity unique,
    team text not null,
    created_at timestamptz not null,
    "from" text not null,
    "to" text[] not null,
    cc text[] not null,
    bcc text[] not null,
    reply_to text[] not null,
    recipients text[] not null,
    subject text not null,
    html text,
    text text,
    headers jsonb not null,
    tags jsonb not null,
    attachments jsonb not null,
    last_event text not null,
    idempotency_key text
  )`,
  `create table if not exists sandbox.events (
    position bigint generated always as identity primary key,
    email_id uuid not null references sandbox.emails on delete cascade,
    type text not null,
    created_at timestamptz not null,
    posted_at timestamptz,
    attempts integer not null default 0,
    due_at timestamptz
  )`,
  // Serves the history of one mail, and the cascade.
  'create index if not exists events_email on sandbox.events (email_id, position)',
  `create table if not exists sandbox.idempotency_keys (
    team text not null,
    endpoint text not null,
    key text not null,
    body_hash text not null,
    claim uuid not null,
    reserved_at timestamptz not null,
    answer jsonb,
    primary key (team, endpoint, key)
  )`,
  // Serves the removal of expired keys.
  'create index if not exists idempotency_keys_reserved on sandbox.idempotency_keys (reserved_at)',
  `create table if not exists sandbox.suppressions (
    team text not null,
    address text not null,
    origin text not null,
    email_id uuid not null,
    created_at timestamptz not null,
    primary key (team, address)
  )`,
  // Unlogged: a crash of the database may forget how many requests the last second had.
  `create unlogged table if not exists sandbox.request_windows (
    team text primary key,
    started_at timestamptz not null,
    used integer not null
  )`,
  `create table if not exists sandbox.usage (
    team text not null,
    period text not null,
    used integer not null,
    primary key (team, period)
  )`,
  'create table if not exists sandbox.leases (name text primary key, until timestamptz not null)',
  'alter table sandbox.events add column if not exists repeat_at timestamptz, add column if not exists bounce_type text',
  'drop index if exists sandbox.events_due',
  // Compressing mails is most of what storing them costs, and lz4 is several times as fast. Not every server has it.
  `do $$ begin
    alter table sandbox.emails alter column html set compression lz4, alter column text set compression lz4;
  exception when feature_not_supported then null;
  end $$`,
  // Serves the webhooks that are due, in order.
  'create index if not exists events_due_at on sandbox.events (due_at, position) where due_at is not null',
  `create table if not exists sandbox.received (
    id uuid primary key,
    position bigint generated always as identity unique,
    created_at timestamptz not null,
    "from" text not null,
    "to" text[] not null,
    subject text not null,
    text text,
    html text,
    headers jsonb not null,
    message_id text not null,
    posted_at timestamptz,
    attempts integer not null default 0,
    due_at timestamptz
  )`,
  // Serves the webhooks of received mails that are due, in order.
  `create index if not exists ${newest} on sandbox.received (due_at, position) where due_at is not null`,
]

/**
 * Creates the schema `sandbox` and what is missing in it. Call it once before the sandbox is served; several processes may
 * do so at the same time. Throws what the database throws.
 */
export async function prepareSandbox(db: Database): Promise<void> {
  // The statements lock tables even where they change nothing, and another process may be using them.
  const { rows } = await sql<{ is_prepared: boolean }>`
    select to_regclass(${`sandbox.${newest}`}) is not null as is_prepared`.execute(db)
  if (rows[0]?.is_prepared) return
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${lockId}::bigint)`.execute(tx)
    for (const statement of statements) await sql.raw(statement).execute(tx)
  })
}
