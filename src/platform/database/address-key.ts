import { type RawBuilder, sql } from 'kysely'

/**
 * The key of an address in a column, as {@link Address} has it: its letters are A to Z, and folded as such. By the locale of
 * the database an I can become another letter than i (Turkish), and what is suppressed would not be found.
 */
export function addressKeyIn(column: string): RawBuilder<string> {
  // by the default again for what it is compared with, whose indexes are of no use for any other
  return sql`(lower(${sql.ref(column)} collate "C") collate "default")`
}
