import type { Database } from './database/schema.ts'
import { type SigningKeys, signingKeysOf } from './signing-keys.ts'

/** The keys of a service that was given none: made once, kept in the database, the same for every process on it. */
export async function loadSigningKeys(db: Database, random: (byteCount: number) => Uint8Array): Promise<SigningKeys> {
  await db
    .insertInto('signing_keys')
    .values({ key_id: 'made-1', secret: random(32) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const rows = await db.selectFrom('signing_keys').selectAll().orderBy('created_at', 'desc').execute()
  return signingKeysOf(new Map(rows.map((row) => [row.key_id, new Uint8Array(row.secret)])))
}
