import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { addressKeyIn } from '../platform/database/address-key.ts'
import { type ClaimedBatch, isNoLongerAskedFor, leaseSeconds } from './claim-batch.ts'
import { providerAccount } from './provider-limits.ts'

/** Why a try must not begin. */
export type Obstacle = 'consent changed' | 'stories changed' | 'lease lost'

/**
 * Marks the begin of a batch's first try, and looks once more at consent, and at whether its digests, or its welcome, are as
 * they are to be told. The subscriptions are locked first, by their ids as whoever suppresses addresses does it, and the digests
 * and the welcome, by theirs as whoever corrects a story does it; they are looked at by a statement of its own, which sees what was committed until then: an
 * unsubscribe, a suppression or a correction is either seen here or committed after the begin. Returns why the try must not
 * begin, or null. What is left is the moment between this commit and the first byte to the provider.
 */
export function beginBatch(context: Context, batch: ClaimedBatch): Promise<Obstacle | null> {
  return context.db.transaction().execute(async (trx) => {
    const now = context.clock.sqlNow
    const { rows: locked } = await sql`
      with mine as materialized (
        select id from batches where id = ${batch.id} and fence = ${batch.fence} and state = 'sending' and lease_until > ${now}
        for update
      ), told as materialized (
        select id from digests
        -- an array, and no join: that would be answered by reading all digests for each batch
        where id = any(array(select distinct m.digest_id from mine join messages m on m.batch_id = mine.id))
        order by id for share
      ), welcome as materialized (
        select confirmation_id from welcomes where message_id = any(array(
          select m.id from mine join messages m on m.batch_id = mine.id and m.kind = 'welcome'))
        order by confirmation_id for share
      )
      select (select count(*) from told), (select count(*) from welcome) from subscriptions
      where id in (select m.subscription_id from mine join messages m on m.batch_id = mine.id)
      order by id for share`.execute(trx)
    if (locked.length === 0) return 'lease lost'
    const { rows: begun } = await sql<{ begun: boolean; corrected: boolean }>`
      with obstructed as (
        select ${isCorrected} as corrected from messages m
          join subscriptions s on s.id = m.subscription_id
          left join address_changes a on a.id = m.address_change_id
        where m.batch_id = ${batch.id} and (
          ${isCorrected} or case m.kind
            when 'digest' then s.state <> 'active'
            when 'already_subscribed' then s.state <> 'active'
            when 'welcome' then s.state <> 'active'
            when 'preferences_changed' then s.state <> 'active'
            when 'confirmation' then s.state <> 'pending'
            else s.confirmed_at is null or ${isNoLongerAskedFor}
          end
          -- a value, and no exists: that would be answered by reading all suppressions for each batch
          or (select x.email_key from suppressions x where x.email_key = ${addressKeyIn('m.to_email')}) is not null)
      ), begun as (
        update batches set first_tried_at = ${now}, account = ${providerAccount(context.config.resend?.apiKey)}, lease_until = ${now} + make_interval(secs => ${leaseSeconds})
        where id = ${batch.id} and not exists (select from obstructed)
        returning id
      )
      select exists (select from begun) as begun, exists (select from obstructed where corrected) as corrected`.execute(
      trx,
    )
    if (begun[0]?.begun) return null
    return begun[0]?.corrected ? 'stories changed' : 'consent changed'
  })
}

/** Of a message `m`: a story of its digest, or of its welcome, was corrected or withdrawn since it was claimed. */
const isCorrected = sql<boolean>`case m.kind
  when 'digest' then (select g.rendering_id from digests g where g.id = m.digest_id) is distinct from m.rendering_id
  when 'welcome' then coalesce((
    select w.rendering_id is distinct from m.rendering_id from welcomes w
    where w.message_id = m.id and w.further_count is not null), false)
  else false end`
