import { type RawBuilder, sql } from 'kysely'
import type { InTransaction } from './schema.ts'

/**
 * Waits until no other transaction has the lock of that name, and has it until this one ends. A row and no advisory lock, which
 * Hyperdrive does not know: https://developers.cloudflare.com/hyperdrive/reference/supported-databases-and-features/. Rows
 * stay: let the names be few, and name nobody.
 */
export async function takeLock(trx: InTransaction, name: string | RawBuilder<string>): Promise<void> {
  await sql`insert into row_locks (name) values (${name}) on conflict (name) do update set name = excluded.name`.execute(
    trx,
  )
}
