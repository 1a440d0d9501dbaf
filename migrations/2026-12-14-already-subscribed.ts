// One more kind of mail: to a reader whose address is entered once more. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  // Whatever others there are by now.
  `do $$ declare kinds text; begin
     select pg_get_constraintdef(oid) into strict kinds from pg_constraint
       where conrelid = 'messages'::regclass and conname = 'messages_kind_check';
     execute 'alter table messages drop constraint messages_kind_check, add constraint messages_kind_check '
       || replace(kinds, '''digest''::text', '''digest''::text, ''already_subscribed''::text');
   end $$`,
  `comment on index messages_to_reader is 'my-link, subscribe: at most one link an hour and three a day; handle-mails: so many answers in an hour and a day; suppressing, erasing, export: a reader''s other mails'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
