import { sql } from 'kysely'
import type { Context, JobOptions } from '../platform/context.ts'
import type { InTransaction } from '../platform/database/schema.ts'

/** Stands where an erased reader's address was. `.invalid` is a domain that no mail can reach (RFC 2606). */
export const erasedAddress = (subscriberId: ReturnType<typeof sql.ref>) =>
  sql<string>`'erased-' || ${subscriberId} || '@erased.invalid'`

/**
 * Takes from a reader's mails what names them: the address, the day they confirmed, what the provider said of a failure, and
 * its events as they came. But for a mail whose batch was begun and has no answer: its retry has to be the same bytes, also
 * where an event told already of this one. Returns whether there is one.
 */
export async function eraseMail(trx: InTransaction, subscriberId: number): Promise<boolean> {
  const { rows } = await sql<{ under_way: boolean }>`
    with mine as materialized (
      select m.id, m.batch_id from subscriptions s join messages m on m.subscription_id = s.id
      where s.subscriber_id = ${subscriberId} and m.run_id is not null
      union all
      select m.id, m.batch_id from confirmations c join messages m on m.confirmation_id = c.id
      where c.subscriber_id = ${subscriberId}
      union all
      select id, batch_id from messages
      where subscriber_id = ${subscriberId} and kind not in ('digest', 'confirmation')
    ), under_way as materialized (
      select mine.id from mine join batches b on b.id = mine.batch_id
      where b.state = 'sending' and b.first_tried_at is not null
    ), erased as (
      update messages set to_email = ${erasedAddress(sql.ref('messages.subscriber_id'))},
        -- what is claimed and not begun is still made, and refused at its begin
        confirmed_on = case when messages.state = 'sending' then confirmed_on end,
        first_digest = case when messages.state = 'sending' then first_digest end,
        in_reply_to = case when messages.state = 'sending' then in_reply_to end,
        mail_references = case when messages.state = 'sending' then mail_references end,
        reason = case when messages.state = 'failed' then 'erased' else messages.reason end,
        failure_reason = case when failed_at is null then null else 'erased' end
      from mine where messages.id = mine.id and mine.id not in (select id from under_way)
    ), events as (
      update webhook_events set payload = '{}' from mine where message_id = mine.id and payload <> '{}'
    )
    select exists (select from under_way) as under_way`.execute(trx)
  return rows[0]?.under_way ?? false
}

/** Takes the address from the last mails of erased readers that have their answer now. Returns of how many readers. */
export async function finishErasures(context: Context, { signal }: Pick<JobOptions, 'signal'>): Promise<number> {
  let finished = 0
  let last = 0
  while (!signal.aborted) {
    const next = await context.db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ id: number }>`
        select id from subscribers where is_mail_under_way and id > ${last}
        order by id limit 1 for no key update skip locked`.execute(trx)
      const [reader] = rows
      if (!reader) return undefined
      const isUnderWay = await eraseMail(trx, reader.id)
      if (!isUnderWay) await sql`update subscribers set is_mail_under_way = false where id = ${reader.id}`.execute(trx)
      return { id: reader.id, isFinished: !isUnderWay }
    })
    if (!next) break
    last = next.id
    if (next.isFinished) finished += 1
  }
  return finished
}
