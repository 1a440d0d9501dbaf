import { type RawBuilder, sql } from 'kysely'
import { erasedAddress, eraseMail } from '../delivery/erased-mail.ts'
import { forgetSuppressedAddresses } from '../delivery/erased-suppressions.ts'
import { holdBegins } from '../delivery/suppress.ts'
import type { Context } from '../platform/context.ts'
import { addressKeyIn } from '../platform/database/address-key.ts'
import type { InTransaction } from '../platform/database/schema.ts'
import { type Evidence, recordConsent } from './consent.ts'

/**
 * Erases the reader of a subscription, in one transaction (GDPR 17). What stays names nobody: the rows that the sums of runs
 * count, the kinds and times of what they agreed to, and of a suppressed address a keyed hash. A mail that was begun before
 * keeps its address until it has its answer; none begins afterwards. Idempotent. With `ifSilentSince` it leaves alone who has
 * confirmed by now, or asked since then.
 */
export async function eraseReader(
  context: Context,
  subscriptionId: number,
  evidence: Evidence,
  { ifSilentSince }: { readonly ifSilentSince?: RawBuilder<Date> } = {},
): Promise<void> {
  await context.db.transaction().execute(async (trx) => {
    // The reader before their subscriptions, as whoever suppresses an address locks them. With no lock against keys, which
    // a mail that is just being begun holds; the one that the new key needs is free once nobody begins.
    const { rows } = await sql<{ id: number; email_key: string }>`
      select id, email_key from subscribers
      where id = (select subscriber_id from subscriptions where id = ${subscriptionId}) and erased_at is null
      for no key update`.execute(trx)
    const [reader] = rows
    if (!reader) return
    await holdBegins(trx, [reader.id], [])
    if (ifSilentSince && !(await isSilent(trx, reader.id, ifSilentSince))) return
    const now = context.clock.sqlNow
    await forgetSuppressedAddresses(trx, context, await addressesOf(trx, reader.id, reader.email_key))
    await recordConsent(trx, context, {
      kind: 'erased',
      subscriberId: reader.id,
      subscriptionId,
      evidence: { source: evidence.source, ip: null, userAgent: null },
    })
    const nobody = erasedAddress(sql.ref('id'))
    await sql`
      update subscribers set erased_at = ${now}, email = ${nobody}, email_key = ${nobody}, suppression_lifted_at = null
      where id = ${reader.id}`.execute(trx)
    await sql`
      update subscriptions set state = 'ended', ended_reason = 'erased', ended_at = ${now}, next_digest_at = null,
        frequency = 'daily', weekday = 1, hour = 7, time_zone = 'UTC', language = 'en', topic_choice_id = null, paused_until = null,
        read_until = null, told_from = null, last_digest_on = null, confirmed_at = null, left_as = null
      where subscriber_id = ${reader.id}`.execute(trx)
    await sql`
      update messages set state = 'canceled', reason = 'erased', settled_at = ${now}
      where state = 'pending' and id in (
        select m.id from subscriptions s join messages m on m.subscription_id = s.id
        where s.subscriber_id = ${reader.id} and m.run_id is not null
        union all
        select m.id from confirmations c join messages m on m.confirmation_id = c.id where c.subscriber_id = ${reader.id}
        union all
        select id from messages where subscriber_id = ${reader.id} and kind not in ('digest', 'confirmation'))`.execute(
      trx,
    )
    await sql`
      delete from change_notices where subscription_id in (
        select id from subscriptions where subscriber_id = ${reader.id})`.execute(trx)
    await sql`
      update address_changes set new_email = null, new_email_key = null, old_email_key = null,
        stopped_at = case when confirmed_at is null then coalesce(stopped_at, ${now}) else stopped_at end
      where subscriber_id = ${reader.id}`.execute(trx)
    await sql`
      update consent_events set ip = null, user_agent = null, details = '{}'
      where subscriber_id = ${reader.id}`.execute(trx)
    if (await eraseMail(trx, reader.id)) {
      await sql`update subscribers set is_mail_under_way = true where id = ${reader.id}`.execute(trx)
    }
  })
}

async function isSilent(trx: InTransaction, subscriberId: number, since: RawBuilder<Date>): Promise<boolean> {
  const { rows } = await sql`
    select from subscriptions where subscriber_id = ${subscriberId} and confirmed_at is not null
    union all
    select from confirmations where subscriber_id = ${subscriberId} and requested_at >= ${since}
    limit 1`.execute(trx)
  return rows.length === 0
}

/** The address they have, and those they had: what was mailed to them, and belongs to nobody else now. */
async function addressesOf(trx: InTransaction, subscriberId: number, addressKey: string): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select ${addressKey}::text as key
    union
    select key from (
      select ${addressKeyIn('m.to_email')} as key from subscriptions s join messages m on m.subscription_id = s.id
      where s.subscriber_id = ${subscriberId} and m.run_id is not null
      union
      select ${addressKeyIn('m.to_email')} from confirmations c join messages m on m.confirmation_id = c.id
      where c.subscriber_id = ${subscriberId}
      union
      select old_email_key from address_changes where subscriber_id = ${subscriberId} and old_email_key is not null
    ) as had
    where not exists (select from subscribers r where r.email_key = had.key and r.id <> ${subscriberId})
    order by key`.execute(trx)
  return rows.map(({ key }) => key)
}
