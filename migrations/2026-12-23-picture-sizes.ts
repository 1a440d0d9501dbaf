// How large a story's picture is, so that no mail blows up a small one. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `alter table articles add image_width integer, add image_height integer`,
  `comment on column articles.image_width is 'in pixels, as the feed states it; null where it does not, and for what was stored before there was this column'`,
  `comment on column articles.image_height is 'as image_width'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
