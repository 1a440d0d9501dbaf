// What readers do by mail. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `create table inbound_mails (
     id bigint generated always as identity primary key,
     provider_id text not null unique check (provider_id <> ''),
     received_at timestamptz(3) not null,
     purpose text not null check (purpose in ('subscribe', 'confirm', 'unsubscribe', 'reply')),
     target_id bigint,
     newsletter text,
     state text not null default 'waiting' check (state in ('waiting', 'done', 'given_up')),
     outcome text,
     fence integer not null default 0,
     attempts integer not null default 0,
     due_at timestamptz(3),
     last_error text,
     settled_at timestamptz(3),
     check ((purpose = 'subscribe') = (target_id is null)),
     check (newsletter is null or purpose = 'subscribe'),
     check ((state = 'waiting') = (due_at is not null)),
     check ((state = 'waiting') = (settled_at is null)),
     check ((state = 'done') = (outcome is not null))
   )`,
  `comment on table inbound_mails is 'mails to the service, each once: what they are for, by the token of their address, and what became of it; neither what they say nor whom they are from'`,
  `comment on column inbound_mails.provider_id is 'the provider''s id of the mail, by which its text is fetched: one mail may be told of by several events'`,
  `comment on column inbound_mails.target_id is 'of a confirm the confirmation, else the subscription; no key, as either may be gone by then'`,
  `comment on column inbound_mails.newsletter is 'the slug in the address of a subscribe; null for the oldest newsletter'`,
  `comment on column inbound_mails.fence is 'goes up with each claim: a worker that was stalled and wakes up changes nothing'`,
  `comment on column inbound_mails.due_at is 'when it may be claimed: at once, after a failure later, and while it is worked on when the lease ends'`,
  `create index inbound_mails_due on inbound_mails ((purpose = 'subscribe'), due_at, id) where due_at is not null`,
  `comment on index inbound_mails_due is 'handle-mails: the mails that are due, the longest due first; those that anybody can send come last'`,
  `create index inbound_mails_received on inbound_mails (received_at)`,
  `comment on index inbound_mails_received is 'forget-events: mails old enough to go'`,

  // Two more kinds, whatever others there are by now.
  `do $$ declare kinds text; begin
     select pg_get_constraintdef(oid) into strict kinds from pg_constraint
       where conrelid = 'messages'::regclass and conname = 'messages_kind_check';
     execute 'alter table messages drop constraint messages_kind_check, add constraint messages_kind_check '
       || replace(kinds, '''digest''::text', '''digest''::text, ''answer''::text, ''help''::text');
   end $$`,
  `alter table messages
     add column in_reply_to text check (octet_length(in_reply_to) <= 300),
     add column mail_references text check (octet_length(mail_references) <= 900)`,
  `comment on column messages.kind is 'answer: to a mail that did something; help: to one that did nothing'`,
  `comment on column messages.in_reply_to is 'of an answer: the Message-ID of the mail it answers'`,
  `create index if not exists messages_to_reader on messages (subscriber_id, created_at) where kind not in ('digest', 'confirmation')`,
  `comment on index messages_to_reader is 'handle-mails: so many answers in an hour and a day; suppressing: what waits for a reader'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
