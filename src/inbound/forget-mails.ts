import { sql } from 'kysely'
import type { Context, JobOptions } from '../platform/context.ts'

/** Far longer than the event of a mail is repeated, so that each still counts once. */
const keptDays = 30
const defaultSliceSize = 5_000

/** Forgets mails of old; what they led to stays. Returns how many. */
export async function forgetMails(
  context: Context,
  { signal, sliceSize = defaultSliceSize }: JobOptions & { readonly sliceSize?: number },
): Promise<{ forgottenMails: number }> {
  let forgottenMails = 0
  while (!signal.aborted) {
    const { numAffectedRows } = await sql`
      delete from inbound_mails where id in (
        select id from inbound_mails where received_at < ${context.clock.sqlNow} - make_interval(days => ${keptDays})
        order by received_at limit ${sliceSize} for update skip locked)`.execute(context.db)
    const slice = Number(numAffectedRows ?? 0n)
    forgottenMails += slice
    if (slice < sliceSize) break
  }
  return { forgottenMails }
}
