import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { Database } from '../platform/database/schema.ts'
import { toHex } from '../platform/encoding.ts'

/** The addresses of a file so far. */
export type SeenAddresses = {
  /** Notes the lines of a set, whose addresses differ. Returns, for each that was noted before, the line on which it was. */
  note(lines: readonly { readonly emailKey: string; readonly number: number }[]): Promise<ReadonlyMap<string, number>>
}

/**
 * Keeps the addresses in the database as long as the work lasts, in a temporary table of a connection of its own: a file
 * can name more than fit into memory.
 */
export function withSeenAddresses<T>(context: Context, work: (seen: SeenAddresses) => Promise<T>): Promise<T> {
  // On the embedded database all connections are one session, and two imports would share a name.
  const table = sql.ref(`seen_addresses_${toHex(context.random(8))}`)
  return context.db.connection().execute(async (db) => {
    await sql`create temporary table ${table} (email_key text primary key, line integer not null)`.execute(db)
    try {
      return await work({ note: (lines) => note(db, table, lines) })
    } finally {
      // Where that fails the connection is gone, and the table with it.
      await sql`drop table ${table}`.execute(db).catch(() => {})
    }
  })
}

async function note(
  db: Database,
  table: ReturnType<typeof sql.ref>,
  lines: readonly { readonly emailKey: string; readonly number: number }[],
): Promise<ReadonlyMap<string, number>> {
  // The limit has each address looked up by itself: the planner knows nothing of the table, and would read all of it.
  const { rows } = await sql<{ email_key: string; line: number }>`
    with given as (
      select * from unnest(${lines.map(({ emailKey }) => emailKey)}::text[], ${lines.map(({ number }) => number)}::integer[])
        as given (email_key, line)
    ), noted as (
      insert into ${table} select * from given on conflict do nothing
    )
    select given.email_key, earlier.line from given, lateral (
      select line from ${table} as known where known.email_key = given.email_key limit 1) as earlier`.execute(db)
  return new Map(rows.map(({ email_key, line }) => [email_key, line]))
}
