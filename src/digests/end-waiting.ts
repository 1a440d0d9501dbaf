// The end of messages that wait for a digest which will not be made.
import { type RawBuilder, sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { Database, Row } from '../platform/database/schema.ts'

/** So often a digest is tried to be rendered. */
export const maximumFailures = 5

/** Messages ended in one statement. */
const endedAtOnce = 10_000

/** Fails what waits for digests that were given up, at each call: a slice planned later joins a digest that is there. */
export async function endGivenUp(context: Context, signal: AbortSignal): Promise<void> {
  const givenUp = sql`
    select run_id, array_agg(id) as digest_ids from digests
    where rendering_id is null and render_failures > 0 and render_failures >= ${maximumFailures}
    group by run_id`
  const end = { state: 'failed', reason: 'the digest could not be rendered' } as const
  while ((await endSome(context, context.db, givenUp, end)) && !signal.aborted);
}

/**
 * Cancels what waits for a digest of which no story is left. Looked at with the newsletter's row taken: a story that is just
 * being shown again is either seen here, or comes after it.
 */
export async function endWithdrawn(context: Context, digest: Row<'digests'>, signal: AbortSignal): Promise<void> {
  const withdrawn = sql`
    select run_id, array[id] as digest_ids from digests
    where id = ${digest.id} and rendering_id is null and not exists (
      select from digest_articles d join articles a on a.id = d.article_id
      where d.digest_id = ${digest.id} and a.hidden_at is null)`
  const end = { state: 'canceled', reason: 'its stories were withdrawn' } as const
  const some = () =>
    context.db.transaction().execute(async (trx) => {
      await sql`
        select from newsletters where id = (select newsletter_id from digest_runs where id = ${digest.run_id}) for share`.execute(
        trx,
      )
      return endSome(context, trx, withdrawn, end)
    })
  while ((await some()) && !signal.aborted);
}

/**
 * Each run once, as a range in the order of messages_bulk; most have nothing pending. Messages locked by others are left to the
 * next call. Returns whether there may be more.
 */
async function endSome(
  { clock }: Context,
  db: Database,
  digests: RawBuilder<unknown>,
  { state, reason }: { readonly state: 'failed' | 'canceled'; readonly reason: string },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    with ended as materialized (${digests}), waiting as materialized (
      select m.id from ended e, lateral (
        select id from messages
        where run_id between e.run_id and e.run_id and state = 'pending' and kind = 'digest'
          and digest_id = any(e.digest_ids)
        order by run_id, id limit ${endedAtOnce}
        for no key update skip locked) as m
      limit ${endedAtOnce}
    )
    update messages set state = ${state}, reason = ${reason}, settled_at = ${clock.sqlNow}
    where id in (select id from waiting)`.execute(db)
  return Number(numAffectedRows ?? 0n) >= endedAtOnce
}
