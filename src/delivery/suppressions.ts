// The list of addresses never to mail, as an operator sees and changes it.
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { SuppressionReason } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'
import { recallSuppressions } from './erased-suppressions.ts'
import { cancelPending, holdBegins } from './suppress.ts'

export type Suppression = {
  /** Case-folded: no spelling of it is mailed. */
  readonly address: string
  readonly reason: SuppressionReason
  readonly since: Date
}

/** The newest first. Read page by page, with no transaction open in between. */
export async function* listSuppressions(
  context: Context,
  { reason, pageSize = 5_000 }: { readonly reason?: SuppressionReason; readonly pageSize?: number } = {},
): AsyncGenerator<Suppression> {
  let last: Suppression | undefined
  for (;;) {
    const { rows } = await sql<Suppression>`
      select email_key as address, reason, created_at as since from suppressions
      where ${reason ? sql`reason = ${reason}` : sql`true`}
        and ${last ? sql`(created_at, email_key) < (${last.since}, ${last.address})` : sql`true`}
      order by created_at desc, email_key desc limit ${pageSize}`.execute(context.db)
    yield* rows
    last = rows.at(-1)
    if (!last) return
  }
}

/** What adding an address changed: `was` is the reason for which it was on the list before. */
export type AddedSuppression = { readonly address: string; readonly was: SuppressionReason | null }

/**
 * Suppresses addresses by an operator's decision, which is stronger than any other reason, and takes back what is waiting
 * for them. An address that is on the list by such a decision stays as it is.
 */
export function addSuppressions(
  context: Context,
  addressKeys: readonly string[],
): Promise<{ readonly added: readonly AddedSuppression[]; readonly canceled: number }> {
  return context.db.transaction().execute(async (trx) => {
    const now = context.clock.sqlNow
    const keys = [...new Set(addressKeys)].sort() // rows are locked in one order everywhere
    // As the provider's events do, which suppress too.
    const { rows: readers } = await sql<{ id: number }>`
      select id from subscribers where email_key = any(${keys}::text[]) order by email_key for no key update`.execute(
      trx,
    )
    const readerIds = readers.map(({ id }) => id)
    await holdBegins(trx, readerIds, keys)
    await recallSuppressions(trx, context, keys)
    await sql`select from suppressions where email_key = any(${keys}::text[]) order by email_key for update`.execute(
      trx,
    )
    const { rows: added } = await sql<AddedSuppression>`
      with written as (
        insert into suppressions (email_key, reason, created_at)
        select key, 'manual', ${now} from unnest(${keys}::text[]) as key order by key
        on conflict (email_key) do update set reason = excluded.reason, created_at = excluded.created_at
        where suppressions.reason <> 'manual'
      )
      select key as address, x.reason as was from unnest(${keys}::text[]) as key
        left join suppressions x on x.email_key = key
      order by key`.execute(trx)
    return { added, canceled: await cancelPending(trx, readerIds, keys, now) }
  })
}

/**
 * Takes addresses off the list, all or none. Nobody is subscribed by it, and what was canceled stays canceled. The soft
 * bounces until now no longer count. Throws {@link PublicError} when one of them is not on the list.
 */
export async function removeSuppressions(
  context: Context,
  addressKeys: readonly string[],
): Promise<readonly Suppression[]> {
  return context.db.transaction().execute(async (trx) => {
    const keys = [...new Set(addressKeys)]
    await recallSuppressions(trx, context, keys)
    await sql`
      with readers as materialized (
        select id from subscribers where email_key = any(${keys}::text[]) order by email_key for no key update
      )
      update subscribers set suppression_lifted_at = ${context.clock.sqlNow} from readers where subscribers.id = readers.id`.execute(
      trx,
    )
    await sql`select from suppressions where email_key = any(${keys}::text[]) order by email_key for update`.execute(
      trx,
    )
    const { rows } = await sql<Suppression>`
      delete from suppressions where email_key = any(${keys}::text[])
      returning email_key as address, reason, created_at as since`.execute(trx)
    const removed = new Map(rows.map((row) => [row.address, row]))
    const index = addressKeys.findIndex((key) => !removed.has(key))
    if (index < 0) return keys.flatMap((key) => removed.get(key) ?? [])
    const which = addressKeys.length === 1 ? 'That address' : `Address ${index + 1} of ${addressKeys.length}`
    throw new PublicError(
      'not_found',
      `${which} is not on the list, so nothing was changed: newsmatro suppressions list shows who is.`,
    )
  })
}
