// What the archive is searched by: without accents and vowel marks, with Chinese and Japanese letters one by one, as there are no
// spaces between their words. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  String.raw`create function search_text(written text) returns text language sql immutable parallel safe as $$
    select regexp_replace(regexp_replace(
      normalize(regexp_replace(normalize(written, NFKD), '[\u0300-\u036f\u0640\u064b-\u065f\u0670]', '', 'g'), NFC),
      '([\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff])', ' \1 ', 'g'),
      '(^|[\s"])\u0627\u0644(?=\S\S\S)', '\1', 'g')
  $$`,
  `comment on function search_text is 'archive: text as it is indexed and looked for; accents and Arabic articles make no difference'`,
  `update public_digests p set words = to_tsvector('simple', search_text(coalesce((
     select string_agg(concat_ws(' ', a.title, a.summary, array_to_string(a.authors, ' ')), ' ')
     from digest_articles d join articles a on a.id = d.article_id and a.hidden_at is null and d.digest_id = p.digest_id), '')))`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
