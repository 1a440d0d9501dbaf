// What a newsletter says of itself where one subscribes. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `alter table newsletters add description text not null default '' check (char_length(description) <= 300)`,
  `comment on column newsletters.description is 'one line, in the language of the newsletter; empty where the publisher says nothing'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
