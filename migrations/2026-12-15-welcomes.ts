// Two more kinds of mail: the welcome, and the one that says that settings were changed on a page. Frozen: imports nothing of
// the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  // Whatever others there are by now. Every kind that was allowed still is: nobody has to wait until all messages were looked at.
  `do $$ declare kinds text; begin
     select pg_get_constraintdef(oid) into strict kinds from pg_constraint
       where conrelid = 'messages'::regclass and conname = 'messages_kind_check';
     execute 'alter table messages drop constraint messages_kind_check, add constraint messages_kind_check '
       || replace(regexp_replace(kinds, ' NOT VALID$', ''), '''digest''::text', '''digest''::text, ''welcome''::text, ''preferences_changed''::text')
       || ' not valid';
   end $$`,
  `alter table messages add column first_digest text`,
  `comment on column messages.first_digest is 'of a welcome: when the first digest comes, in the reader''s words and zone'`,
  `comment on index messages_to_reader is 'my-link, subscribe: at most one link an hour and three a day; handle-mails: so many answers in an hour and a day; suppressing, leaving, undoing, erasing, export: a reader''s other mails'`,

  `create table welcomes (
     confirmation_id bigint primary key references confirmations,
     subscription_id bigint not null references subscriptions,
     created_at timestamptz(3) not null,
     settled_at timestamptz(3),
     message_id bigint unique references messages,
     check (message_id is null or settled_at is not null)
   )`,
  `comment on table welcomes is 'who confirmed and is to be welcomed: once a confirmation, which the key guards'`,
  `comment on column welcomes.settled_at is 'when its message was made, or it turned out that there is none to make'`,
  `create unique index welcomes_waiting on welcomes (subscription_id) where settled_at is null`,
  `comment on index welcomes_waiting is 'write-letters: the welcomes to be written; one a subscription'`,

  `create table change_notices (
     subscription_id bigint primary key references subscriptions,
     due_at timestamptz(3),
     message_id bigint references messages
   )`,
  `comment on table change_notices is 'whose settings were changed on a page: one row a subscription, however many changes'`,
  `comment on column change_notices.due_at is 'when the mail about it is to be written; null where none is owed'`,
  `comment on column change_notices.message_id is 'the last one'`,
  `create index change_notices_due on change_notices (due_at, subscription_id) where due_at is not null`,
  `comment on index change_notices_due is 'write-letters: the notices that are due, the longest due first'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
