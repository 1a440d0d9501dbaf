import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'

export type DigestRun = {
  readonly id: number
  readonly newsletterId: number
  readonly scheduledFor: Date
  readonly windowEnd: Date
}

/**
 * Finds the run of a newsletter for a slot, or opens it and closes its window. Closing takes the newsletter's row in a
 * mode that waits for every ingest under way and holds off the next ones: what was first seen up to `windowEnd` is
 * visible from now on, and nothing is stored into the window afterwards.
 */
export async function openRun(context: Context, newsletterId: number, scheduledFor: Date): Promise<DigestRun> {
  const existing = await findRun(context, newsletterId, scheduledFor)
  if (existing) return existing
  await context.db.transaction().execute(async (trx) => {
    await sql`select from newsletters where id = ${newsletterId} for no key update`.execute(trx)
    const now = sql`date_trunc('milliseconds', ${context.clock.sqlNow})`
    await sql`
      insert into digest_runs (newsletter_id, scheduled_for, window_end, created_at)
      values (${newsletterId}, ${scheduledFor}, ${now}, ${now})
      on conflict (newsletter_id, scheduled_for) do nothing`.execute(trx)
  })
  const opened = await findRun(context, newsletterId, scheduledFor)
  if (!opened) throw new Error('a digest run was not stored')
  return opened
}

async function findRun(context: Context, newsletterId: number, scheduledFor: Date): Promise<DigestRun | undefined> {
  const row = await context.db
    .selectFrom('digest_runs')
    .select(['id', 'window_end'])
    .where('newsletter_id', '=', newsletterId)
    .where('scheduled_for', '=', scheduledFor)
    .executeTakeFirst()
  return row && { id: row.id, newsletterId, scheduledFor, windowEnd: row.window_end }
}
