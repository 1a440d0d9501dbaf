// What readers do by their links alone: have a link mailed, leave and come back, change their address, be erased. Frozen:
// imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  // --- changes of address --------------------------------------------------------------------------------
  `create table address_changes (
     id bigint generated always as identity primary key,
     subscriber_id bigint not null references subscribers,
     new_email text check (octet_length(new_email) <= 254),
     new_email_key text,
     token_hash bytea not null unique check (octet_length(token_hash) = 32),
     nonce bytea not null check (octet_length(nonce) >= 16),
     key_id text not null,
     requested_at timestamptz(3) not null,
     expires_at timestamptz(3) not null,
     confirmed_at timestamptz(3),
     stopped_at timestamptz(3),
     check ((new_email is null) = (new_email_key is null)),
     check (new_email is not null or confirmed_at is not null or stopped_at is not null)
   )`,
  `comment on table address_changes is 'asked for with a reader''s link, made by a link that only the new address is mailed'`,
  `comment on column address_changes.new_email is 'null once it is of no use any more: the reader was erased, or 30 days are over'`,
  `comment on column address_changes.stopped_at is 'by the reader, by a newer request, or because it could not be made any more'`,
  `create index address_changes_reader on address_changes (subscriber_id, id)`,
  `comment on index address_changes_reader is 'preference center: the change that a reader has asked for'`,
  `create index address_changes_address on address_changes (new_email_key, requested_at) where new_email_key is not null`,
  `comment on index address_changes_address is 'change of address: at most one mail in 24 hours and three in 30 days to a new address; suppressing: whose mail to it may be about to begin'`,
  `create index address_changes_old on address_changes (requested_at) where new_email is not null`,
  `comment on index address_changes_old is 'forget-readers: addresses typed so long ago that no limit counts them'`,

  // --- mails about the preference center ------------------------------------------------------------------
  `alter table messages drop constraint messages_kind_check,
     add constraint messages_kind_check check (kind in ('digest', 'confirmation', 'preferences_link', 'address_change', 'address_change_notice')),
     add column address_change_id bigint references address_changes,
     add check ((kind in ('address_change', 'address_change_notice')) = (address_change_id is not null))`,
  `comment on index messages_transactional is 'send-messages: what is not a digest goes first'`,
  `create index messages_to_reader on messages (subscriber_id, created_at) where kind not in ('digest', 'confirmation')`,
  `comment on index messages_to_reader is 'my-link: at most one an hour and three a day; suppressing, erasing, export: a reader''s other mails'`,

  // --- erased readers -------------------------------------------------------------------------------------
  `alter table subscribers
     add column erased_at timestamptz(3),
     add column is_mail_under_way boolean not null default false,
     add check (erased_at is not null or not is_mail_under_way)`,
  `comment on column subscribers.erased_at is 'the reader is gone: the row stands for them in the sums of runs, with an address that is none'`,
  `comment on column subscribers.is_mail_under_way is 'a mail was being sent when they were erased: its retry has to be the same bytes, so its address goes when it has its answer'`,
  `create index subscribers_under_way on subscribers (id) where is_mail_under_way`,
  `comment on index subscribers_under_way is 'forget-readers: whose last address is still to go'`,
  `create table erased_suppressions (
     address_hash bytea primary key check (octet_length(address_hash) = 32),
     key_id text not null,
     reason text not null check (reason in ('hard_bounce', 'soft_bounces', 'complaint', 'manual', 'provider')),
     created_at timestamptz(3) not null
   )`,
  `comment on table erased_suppressions is 'suppressions of erased readers; one becomes a suppression again when somebody gives the service its address'`,
  `comment on column erased_suppressions.address_hash is 'HMAC of the case-folded address with the signing key key_id, which is not in the database of a service that was given its keys'`,
  `create index erased_suppressions_key on erased_suppressions (key_id)`,
  `comment on index erased_suppressions_key is 'subscribe, import, change of address: which keys the hashes rest on'`,

  // --- the history of consent -----------------------------------------------------------------------------
  `alter table consent_events drop constraint consent_events_kind_check,
     add constraint consent_events_kind_check check (kind in ('requested', 'confirmation_sent', 'confirmed', 'imported',
       'preferences_changed', 'unsubscribed_one_click', 'unsubscribed_page', 'unsubscribe_undone', 'address_change_requested',
       'address_change_stopped', 'address_changed', 'complaint', 'hard_bounce', 'erased'))`,
  `create function guard_consent_event() returns trigger language plpgsql as $$
   begin
     if tg_op = 'UPDATE' and new.ip is null and new.user_agent is null and new.details = '{}'
       and (new.id, new.subscriber_id, new.subscription_id, new.kind, new.occurred_at, new.source)
         = (old.id, old.subscriber_id, old.subscription_id, old.kind, old.occurred_at, old.source)
       and new.consent_text_hash is not distinct from old.consent_text_hash
       and exists (select from subscribers where id = old.subscriber_id and erased_at is not null)
     then
       return new;
     end if;
     raise exception 'consent_events is append-only';
   end $$`,
  `comment on function guard_consent_event is 'events are never changed, but that erasing a reader takes from theirs what could name them'`,
  `drop trigger consent_events_append_only on consent_events`,
  `create trigger consent_events_append_only before update or delete on consent_events
     for each row execute function guard_consent_event()`,
  `drop function forbid_change()`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
