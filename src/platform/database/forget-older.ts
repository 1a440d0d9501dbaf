import { sql } from 'kysely'
import { sqlBound } from '../clock.ts'
import type { Context, JobOptions } from '../context.ts'
import type { Tables } from './schema.ts'

export type ForgetOptions = Pick<JobOptions, 'signal'> & { readonly sliceSize?: number }

const defaultSliceSize = 5_000

/**
 * Deletes the rows of a table whose time is longer ago than `age` (an interval of PostgreSQL), the oldest first, in slices so
 * that no statement takes long. Rows locked by others are left to the next call. Returns how many.
 */
export async function forgetOlder<Table extends keyof Tables & string>(
  context: Pick<Context, 'db' | 'clock'>,
  rows: {
    readonly table: Table
    readonly key: keyof Tables[Table] & string
    readonly time: keyof Tables[Table] & string
  },
  age: string,
  { signal, sliceSize = defaultSliceSize }: ForgetOptions,
): Promise<number> {
  const [table, key, time] = [sql.table(rows.table), sql.ref(rows.key), sql.ref(rows.time)]
  let forgotten = 0
  while (!signal.aborted) {
    const { numAffectedRows } = await sql`
      delete from ${table} where ${key} in (
        select ${key} from ${table} where ${time} < ${sqlBound(context.clock)} - ${age}::interval
        order by ${time} limit ${sliceSize} for update skip locked)`.execute(context.db)
    const slice = Number(numAffectedRows ?? 0n)
    forgotten += slice
    if (slice < sliceSize) break
  }
  return forgotten
}
