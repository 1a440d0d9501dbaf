// The first schema. Frozen: imports nothing of the app, and is never edited once released.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  // --- newsletters and what they tell ------------------------------------------------------------------
  `create table newsletters (
     id bigint generated always as identity primary key,
     slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
     name text not null check (name <> ''),
     language text not null default 'en',
     created_at timestamptz(3) not null default now()
   )`,
  `insert into newsletters (slug, name) values ('newsmatro', 'Newsmatro')`,

  `create table topics (
     id bigint generated always as identity primary key,
     newsletter_id bigint not null references newsletters,
     slug text not null check (slug <> ''),
     name text not null check (name <> ''),
     unique (newsletter_id, slug),
     unique (newsletter_id, id)
   )`,

  `create table feeds (
     id bigint generated always as identity primary key,
     newsletter_id bigint not null references newsletters,
     url text not null check (url ~ '^https?://'),
     title text,
     etag text,
     last_modified text,
     next_poll_at timestamptz(3) not null default now(),
     lease_until timestamptz(3),
     last_polled_at timestamptz(3),
     last_succeeded_at timestamptz(3),
     failure_count integer not null default 0 check (failure_count >= 0),
     last_error text,
     last_error_at timestamptz(3),
     created_at timestamptz(3) not null default now(),
     unique (newsletter_id, url),
     check ((last_error is null) = (last_error_at is null))
   )`,
  `create index feeds_due on feeds (next_poll_at)`,
  `comment on index feeds_due is 'poll-feeds: the feeds whose time has come'`,

  `create table articles (
     id bigint generated always as identity primary key,
     newsletter_id bigint not null references newsletters,
     feed_id bigint not null references feeds,
     item_key text not null check (item_key <> ''),
     url text check (url ~ '^https?://'),
     url_key text,
     title text not null check (title <> ''),
     summary text not null default '',
     image_url text check (image_url ~ '^https?://'),
     image_alt text not null default '',
     authors text[] not null default '{}',
     published_at timestamptz(3) not null,
     first_seen_at timestamptz(3) not null,
     changed_at timestamptz(3),
     content_hash text not null,
     eligible boolean not null,
     unique (feed_id, item_key)
   )`,
  `comment on column articles.eligible is 'false for what was already old when it was first seen: stored, never sent'`,
  `create unique index articles_url on articles (newsletter_id, url_key) where url_key is not null`,
  `comment on index articles_url is 'poll-feeds: the same story at two addresses, or in two feeds, is one article'`,
  `create index articles_window on articles (newsletter_id, first_seen_at, id) where eligible`,
  `comment on index articles_window is 'plan-digests: the articles first seen in (readUntil, windowEnd]'`,

  `create table article_topics (
     article_id bigint not null references articles on delete cascade,
     topic_id bigint not null references topics,
     primary key (article_id, topic_id)
   )`,

  // --- readers -----------------------------------------------------------------------------------------
  `create table subscribers (
     id bigint generated always as identity primary key,
     email text not null check (octet_length(email) <= 254 and email like '%_@_%' and email !~ '[[:cntrl:][:space:]]'),
     email_key text not null unique,
     created_at timestamptz(3) not null default now()
   )`,
  `comment on column subscribers.email is 'as typed (domain lower case, punycode): what mail is sent to'`,
  `comment on column subscribers.email_key is 'case-folded: what uniqueness, limits and suppression go by'`,

  `create table topic_choices (
     id bigint generated always as identity primary key,
     newsletter_id bigint not null references newsletters,
     choice_key text not null check (choice_key <> ''),
     unique (newsletter_id, choice_key),
     unique (newsletter_id, id)
   )`,
  `comment on table topic_choices is 'each distinct set of topics that readers chose, once; no choice means every topic'`,
  `comment on column topic_choices.choice_key is 'the ids of its topics, ascending, joined by commas'`,
  `create table topic_choice_topics (
     topic_choice_id bigint not null references topic_choices on delete cascade,
     topic_id bigint not null references topics,
     primary key (topic_choice_id, topic_id)
   )`,

  `create table subscriptions (
     id bigint generated always as identity primary key,
     subscriber_id bigint not null references subscribers,
     newsletter_id bigint not null references newsletters,
     state text not null check (state in ('pending', 'active', 'ended')),
     ended_reason text check (ended_reason in ('unsubscribed', 'complaint', 'hard_bounce', 'erased')),
     frequency text not null default 'daily' check (frequency in ('daily', 'weekdays', 'weekly')),
     weekday smallint not null default 1 check (weekday between 1 and 7),
     hour smallint not null default 7 check (hour between 0 and 23),
     time_zone text not null default 'UTC' check ((timestamptz '2026-01-01 00:00Z' at time zone time_zone) is not null),
     language text not null default 'en',
     topic_choice_id bigint,
     read_until timestamptz(3),
     next_digest_at timestamptz(3),
     last_digest_on date,
     paused_until date,
     confirmed_at timestamptz(3),
     ended_at timestamptz(3),
     created_at timestamptz(3) not null default now(),
     unique (subscriber_id, newsletter_id),
     foreign key (newsletter_id, topic_choice_id) references topic_choices (newsletter_id, id),
     check ((state = 'ended') = (ended_reason is not null)),
     check ((state = 'ended') = (ended_at is not null)),
     check ((state = 'active') = (next_digest_at is not null)),
     check (state <> 'active' or (read_until is not null and confirmed_at is not null))
   )`,
  `comment on column subscriptions.weekday is 'ISO day of the week (1 = Monday) of a weekly digest'`,
  `comment on column subscriptions.last_digest_on is 'the reader''s local day of the last digest: at most one a day'`,
  `create index subscriptions_due on subscriptions (next_digest_at, newsletter_id) where state = 'active'`,
  `comment on index subscriptions_due is 'plan-digests: who is due, oldest first, and the slice of one run'`,

  `create table confirmations (
     id bigint generated always as identity primary key,
     subscriber_id bigint not null references subscribers,
     subscription_id bigint not null references subscriptions,
     token_hash bytea not null unique check (octet_length(token_hash) = 32),
     nonce bytea not null check (octet_length(nonce) >= 16),
     key_id text not null,
     requested_at timestamptz(3) not null,
     expires_at timestamptz(3) not null,
     confirmed_at timestamptz(3)
   )`,
  `create index confirmations_recent on confirmations (subscriber_id, requested_at)`,
  `comment on index confirmations_recent is 'subscribe: at most one confirmation in 24 hours and three in 30 days for an address'`,

  `create table consent_texts (
     hash text primary key,
     body text not null
   )`,
  `comment on table consent_texts is 'each wording that a reader was shown when asked for consent, kept word for word'`,
  `create table consent_events (
     id bigint generated always as identity primary key,
     subscriber_id bigint not null references subscribers,
     subscription_id bigint not null references subscriptions,
     kind text not null check (kind in ('requested', 'confirmation_sent', 'confirmed', 'imported', 'preferences_changed',
       'unsubscribed_one_click', 'unsubscribed_page', 'complaint', 'hard_bounce', 'erased')),
     occurred_at timestamptz(3) not null,
     consent_text_hash text references consent_texts,
     source text not null,
     ip text,
     user_agent text,
     details jsonb not null default '{}'
   )`,
  `create index consent_events_subscriber on consent_events (subscriber_id, id)`,
  `comment on index consent_events_subscriber is 'preference center, export: the history of consent of one reader'`,
  `create function forbid_change() returns trigger language plpgsql as $$
   begin raise exception '% is append-only', tg_table_name; end $$`,
  `create trigger consent_events_append_only before update or delete on consent_events
     for each row execute function forbid_change()`,

  `create table suppressions (
     email_key text primary key,
     reason text not null check (reason in ('hard_bounce', 'complaint', 'manual', 'provider')),
     created_at timestamptz(3) not null
   )`,

  `create table signing_keys (
     key_id text primary key,
     secret bytea not null check (octet_length(secret) >= 32),
     created_at timestamptz(3) not null default now()
   )`,
  `comment on table signing_keys is 'made once by a service that was given no SIGNING_KEYS; unused where they are set'`,

  // --- what goes out -----------------------------------------------------------------------------------
  `create table renderings (
     id bigint generated always as identity primary key,
     content_hash text not null unique,
     template jsonb not null,
     created_at timestamptz(3) not null
   )`,
  `comment on table renderings is 'a mail rendered once, with slots where readers differ; never changed, so that a retry is the same mail'`,

  `create table digest_runs (
     id bigint generated always as identity primary key,
     newsletter_id bigint not null references newsletters,
     scheduled_for timestamptz(3) not null,
     window_end timestamptz(3) not null,
     created_at timestamptz(3) not null,
     planned_at timestamptz(3),
     paused_at timestamptz(3),
     canceled_at timestamptz(3),
     unique (newsletter_id, scheduled_for)
   )`,
  `create index digest_runs_window on digest_runs (newsletter_id, window_end)`,
  `comment on index digest_runs_window is 'poll-feeds: the newest window that is closed, so that no article is stored into it'`,

  `create table digests (
     id bigint generated always as identity primary key,
     run_id bigint not null references digest_runs,
     language text not null,
     frequency text not null check (frequency in ('daily', 'weekdays', 'weekly')),
     edition_date date not null,
     content_key text not null,
     further_count integer not null check (further_count >= 0),
     rendering_id bigint references renderings,
     render_failures integer not null default 0,
     render_error text,
     created_at timestamptz(3) not null,
     unique (run_id, language, frequency, edition_date, content_key),
     unique (run_id, id)
   )`,
  `create index digests_unrendered on digests (id) where rendering_id is null`,
  `comment on index digests_unrendered is 'plan-digests: what is still to be rendered'`,
  `create table digest_articles (
     digest_id bigint not null references digests,
     position integer not null check (position >= 1),
     article_id bigint not null references articles,
     primary key (digest_id, position),
     unique (digest_id, article_id)
   )`,

  `create table batches (
     id bigint generated always as identity primary key,
     endpoint text not null check (endpoint in ('emails', 'emails/batch')),
     idempotency_key text not null unique check (length(idempotency_key) between 1 and 256),
     state text not null check (state in ('sending', 'submitted', 'refused', 'unknown')),
     message_count integer not null check (message_count between 1 and 100),
     fence integer not null default 1,
     lease_until timestamptz(3),
     attempts integer not null default 1,
     claimed_at timestamptz(3) not null,
     first_tried_at timestamptz(3),
     payload_hash text,
     last_error text,
     settled_at timestamptz(3),
     check ((state = 'sending') = (settled_at is null)),
     check ((state = 'sending') = (lease_until is not null))
   )`,
  `create index batches_leased on batches (lease_until) where state = 'sending'`,
  `comment on index batches_leased is 'send-messages: batches whose worker is gone or whose answer was lost, to be asked about again'`,

  `create table messages (
     id bigint generated always as identity primary key,
     kind text not null check (kind in ('digest', 'confirmation')),
     subscriber_id bigint not null references subscribers,
     subscription_id bigint not null references subscriptions,
     run_id bigint references digest_runs,
     digest_id bigint,
     confirmation_id bigint unique references confirmations,
     to_email text not null,
     state text not null default 'pending' check (state in ('pending', 'sending', 'submitted', 'canceled', 'failed', 'unknown')),
     reason text,
     rendering_id bigint references renderings,
     key_id text,
     batch_id bigint references batches,
     batch_position smallint,
     attempts smallint not null default 0,
     confirmed_on date,
     provider_id text,
     created_at timestamptz(3) not null,
     settled_at timestamptz(3),
     foreign key (run_id, digest_id) references digests (run_id, id),
     check ((kind = 'digest') = (run_id is not null)),
     check ((kind = 'digest') = (digest_id is not null)),
     check ((kind = 'confirmation') = (confirmation_id is not null)),
     check (kind = 'digest' or rendering_id is not null),
     check (state not in ('sending', 'submitted', 'unknown') or
            (batch_id is not null and batch_position is not null and rendering_id is not null and key_id is not null)),
     check (state <> 'pending' or batch_id is null),
     check ((state in ('pending', 'sending')) = (settled_at is null)),
     check (state not in ('canceled', 'failed') or reason is not null)
   )`,
  `create unique index messages_once on messages (subscription_id, run_id) where run_id is not null`,
  `comment on index messages_once is 'invariant 1: at most one digest for a subscription in a run; also: what one reader was sent'`,
  `create unique index messages_batch on messages (batch_id, batch_position) where batch_id is not null`,
  `comment on index messages_batch is 'send-messages: the messages of a batch, in their order'`,
  `create index messages_provider on messages (provider_id) where provider_id is not null`,
  `comment on index messages_provider is 'webhooks: the message that an event speaks of'`,
  `create index messages_transactional on messages (id) where state = 'pending' and kind <> 'digest'`,
  `comment on index messages_transactional is 'send-messages: confirmations first'`,
  `create index messages_bulk on messages (run_id, id) where state = 'pending' and kind = 'digest'`,
  `comment on index messages_bulk is 'send-messages: the digests of a run that are still to be sent'`,
  `create index messages_run on messages (run_id, state) where run_id is not null`,
  `comment on index messages_run is 'runs show: how many of a run are where'`,

  `create table exclusions (
     run_id bigint not null references digest_runs,
     subscription_id bigint not null references subscriptions,
     reason text not null check (reason in ('nothing_new', 'suppressed', 'missed')),
     created_at timestamptz(3) not null,
     primary key (run_id, subscription_id)
   )`,

  // --- local time --------------------------------------------------------------------------------------
  // PostgreSQL reads a local time that does not exist with the offset before the jump, so it moves forward;
  // of one that occurs twice it takes the second. Readers expect the first.
  `create function local_hour_at(day date, hour integer, zone text) returns timestamptz
   language plpgsql stable parallel safe as $$
   declare
     wall timestamp := day + make_interval(hours => hour);
     usual timestamptz := wall at time zone zone;
     before timestamptz := usual - interval '24 hours';
     earlier timestamptz := (wall - ((before at time zone zone) - (before at time zone 'UTC'))) at time zone 'UTC';
   begin
     if earlier < usual and earlier at time zone zone = wall then
       return earlier;
     end if;
     return usual;
   end $$`,
  `comment on function local_hour_at is 'the instant at which a zone''s clocks first show an hour on a day; an hour that is skipped moves forward'`,

  `create function digest_day(slot timestamptz, hour integer, zone text) returns date
   language sql stable parallel safe as $$
     select ((slot at time zone zone) - make_interval(hours => hour))::date
   $$`,
  `comment on function digest_day is 'the local day that a digest at this instant belongs to, also where a skipped hour moved it past midnight'`,

  // plpgsql, because PostgreSQL would plan the body of a nested SQL function again at every call
  `create function next_digest_at(
     after timestamptz, last_day date, frequency text, weekday integer, hour integer, zone text
   ) returns timestamptz
   language plpgsql stable parallel safe as $$
   declare
     first date := greatest((after at time zone zone)::date - 1, last_day + 1);
     day date := first;
     slot timestamptz;
   begin
     while day <= first + 14 loop
       if frequency = 'daily'
         or (frequency = 'weekdays' and extract(isodow from day) <= 5)
         or (frequency = 'weekly' and extract(isodow from day) = weekday)
       then
         slot := local_hour_at(day, hour, zone);
         if slot > after then
           return slot;
         end if;
       end if;
       day := day + 1;
     end loop;
     return null;
   end $$`,
  `comment on function next_digest_at is 'the first instant after "after" at which a reader is due: their hour, on a day their frequency allows, after the day of their last digest'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
