// A batch without an answer is asked about again where it was asked. Frozen: imports nothing of the app.
import { type Kysely, sql } from 'kysely'

const statements: string[] = [
  `alter table batches add column account text`,
  // An address that the provider repeated: what is said of a batch is masked from now on.
  `update batches set last_error = regexp_replace(last_error, '[^[:space:]"''<>@:,;()\\\\]+@[^[:space:]"''<>@:,;()\\\\]+', '[address]', 'g')
     where last_error like '%@%'`,
  `comment on column batches.account is 'provider_limits.account of the first try: no other account knows the key, and would send a second time'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
