import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { PublicError } from '../platform/errors.ts'
import { signToken, verifyToken } from '../platform/signed-token.ts'
import { consentText, type Evidence, limitActs, recordConsent } from './consent.ts'
import { isSuppressed, lockReader, notMailed } from './reader.ts'

/**
 * Ends a subscription and takes back what is still waiting to be sent, in one transaction. Idempotent, also for a
 * subscription that is gone: whoever presses the button twice is told the same.
 */
export async function unsubscribe(
  context: Context,
  subscriptionId: number,
  kind: 'unsubscribed_one_click' | 'unsubscribed_page',
  evidence: Evidence,
): Promise<void> {
  await context.db.transaction().execute(async (trx) => {
    const now = context.clock.sqlNow
    const { rows } = await sql<{ subscriber_id: number; was: string }>`
      with before as materialized (select id, state from subscriptions where id = ${subscriptionId} for no key update)
      update subscriptions s set state = 'ended', ended_reason = 'unsubscribed', ended_at = ${now}, next_digest_at = null,
        left_as = null
      from before where s.id = before.id and before.state <> 'ended'
      returning s.subscriber_id, before.state as was`.execute(trx)
    const [row] = rows
    if (!row) return
    await sql`
      update messages set state = 'canceled', reason = 'unsubscribed', settled_at = ${now}
      where state = 'pending' and id in (
        select id from messages where subscription_id = ${subscriptionId} and run_id is not null
        union all
        select m.id from messages m join confirmations c on c.id = m.confirmation_id 
        where c.subscriber_id = ${row.subscriber_id} and c.subscription_id = ${subscriptionId}
        union all
        select id from messages
        where subscriber_id = ${row.subscriber_id} and kind not in ('digest', 'confirmation') and subscription_id = ${subscriptionId}
          and kind in ('welcome', 'preferences_changed'))`.execute(trx)
    await recordConsent(trx, context, {
      kind,
      subscriberId: row.subscriber_id,
      subscriptionId,
      evidence,
      details: { was: row.was },
    })
  })
}

/** How long whoever unsubscribed on the page can take it back. */
export const undoHours = 24

/** A subscription `s` as its reader left it, also where somebody has asked for it since, who need not be the reader. */
export const asLeft = sql`jsonb_populate_record(s, case when s.state = 'pending' then coalesce(s.left_as, '{}') else '{}' end)`

/**
 * A token that takes back an unsubscribing on the page, until a day after it; undefined where there is none to take back:
 * one made by the mailbox is not, nor a subscription that was never confirmed, nor one to a suppressed address.
 */
export async function undoToken(context: Context, subscriptionId: number): Promise<string | undefined> {
  const { rows } = await sql<{ ended_at: Date }>`
    select was.ended_at from subscriptions s, lateral ${asLeft} as was, lateral (
      select e.kind, e.details from consent_events e
      where e.subscriber_id = s.subscriber_id and e.subscription_id = s.id
        and e.kind in ('unsubscribed_page', 'unsubscribed_one_click')
      order by e.id desc limit 1) as last
    where s.id = ${subscriptionId} and s.state <> 'active' and was.ended_reason = 'unsubscribed'
      and was.ended_at > ${context.clock.sqlNow} - make_interval(hours => ${undoHours})
      and last.kind = 'unsubscribed_page' and last.details ->> 'was' = 'active'
      and not exists (
        select from suppressions x join subscribers r on r.email_key = x.email_key where r.id = s.subscriber_id)`.execute(
    context.db,
  )
  const [row] = rows
  if (!row) return undefined
  const { keys } = context
  const time = row.ended_at.getTime()
  return `${time}.${signToken(keys, keys.newestId, `undo ${time}`, subscriptionId)}`
}

export type Undo = {
  readonly subscriptionId: number
  readonly newsletterName: string
  readonly language: string
  /** Nothing is left to do: it was pressed before, or they came back another way. */
  readonly isActive: boolean
}

/** Looks, and changes nothing. Throws `not_found` for a token that is not genuine, `expired` for one that is of no use any more. */
export async function findUndo(context: Context, token: string): Promise<Undo> {
  const [, digits = '', signed = ''] = /^([1-9]\d{0,14})\.(.{1,200})$/.exec(token) ?? []
  const time = Number(digits)
  const subscriptionId = digits === '' ? undefined : verifyToken(context.keys, `undo ${time}`, signed)
  if (subscriptionId === undefined)
    throw new PublicError('not_found', 'This link is not one of ours, or was cut short.')
  const { rows } = await sql<{ name: string; language: string; is_active: boolean; is_open: boolean }>`
    select n.name, was.language, s.state = 'active' as is_active,
      s.state <> 'active' and was.ended_reason = 'unsubscribed' and was.ended_at = ${new Date(time)}::timestamptz
        and was.ended_at > ${context.clock.sqlNow} - make_interval(hours => ${undoHours}) as is_open
    from subscriptions s join newsletters n on n.id = s.newsletter_id, lateral ${asLeft} as was where s.id = ${subscriptionId}`.execute(
    context.db,
  )
  const [row] = rows
  if (!row || !(row.is_active || row.is_open)) {
    throw new PublicError('expired', `This could be taken back for ${undoHours} hours only. Please subscribe again.`)
  }
  return { subscriptionId, newsletterName: row.name, language: row.language, isActive: row.is_active }
}

/**
 * Brings a subscription back as it was, and a digest that was waiting. Idempotent. Throws as {@link findUndo} does, and `conflict` when the address must
 * not be mailed any more, `too_many_requests` after 100 acts in a day.
 */
export async function undoUnsubscribe(context: Context, token: string, evidence: Evidence): Promise<Undo> {
  const undo = await findUndo(context, token)
  if (undo.isActive) return undo
  const { subscriptionId } = undo
  await context.db.transaction().execute(async (trx) => {
    // Before the reader, as whoever sends the rest of a run: a cancel under way is waited for, and seen.
    await sql`
      select from digest_runs where id in (
        select run_id from messages where subscription_id = ${subscriptionId} and run_id is not null
          and state = 'canceled' and reason = 'unsubscribed')
      order by id for share`.execute(trx)
    const readerId = await lockReader(trx, subscriptionId)
    if (readerId === undefined || (await isSuppressed(trx, readerId))) throw new PublicError('conflict', notMailed)
    await limitActs(trx, context, readerId)
    const time = new Date(Number(token.split('.', 1)[0]))
    const now = context.clock.sqlNow
    const { numAffectedRows } = await sql`
      update subscriptions set state = 'active', ended_reason = null, ended_at = null, left_as = null,
        frequency = was.frequency, weekday = was.weekday, hour = was.hour, time_zone = was.time_zone,
        language = was.language, topic_choice_id = was.topic_choice_id, paused_until = was.paused_until,
        next_digest_at = next_digest_at(
          ${now}, greatest(was.last_digest_on, was.paused_until - 1), was.frequency, was.weekday, was.hour, was.time_zone)
      from subscriptions s, lateral ${asLeft} as was
      where s.id = ${subscriptionId} and subscriptions.id = s.id and subscriptions.state <> 'active'
        and was.ended_reason = 'unsubscribed' and was.ended_at = ${time}`.execute(trx)
    if (numAffectedRows !== 1n) return
    // What was planned for them before counts as told: it goes out after all, unless its run was canceled.
    await sql`
      update messages m set state = 'pending', reason = null, settled_at = null,
        to_email = (select email from subscribers where id = ${readerId})
      where m.subscription_id = ${subscriptionId} and m.run_id is not null and m.state = 'canceled'
        and m.reason = 'unsubscribed' and m.settled_at >= ${time}
        and exists (select from digest_runs d where d.id = m.run_id and d.canceled_at is null)`.execute(trx)
    // And so does what a welcome told.
    await sql`
      update messages set state = 'pending', reason = null, settled_at = null,
        to_email = (select email from subscribers where id = ${readerId})
      where subscriber_id = ${readerId} and kind not in ('digest', 'confirmation') and subscription_id = ${subscriptionId}
        and kind = 'welcome' and state = 'canceled' and reason = 'unsubscribed' and settled_at >= ${time}`.execute(trx)
    // The notice of a change is written anew: who has a forwarded link could else change, leave and undo, and nobody is told.
    await sql`
      update change_notices n set due_at = ${now}
      where n.subscription_id = ${subscriptionId} and (n.due_at is not null or exists (
        select from messages m
        where m.id = n.message_id and m.state = 'canceled' and m.reason = 'unsubscribed' and m.settled_at >= ${time}))`.execute(
      trx,
    )
    await recordConsent(trx, context, {
      kind: 'unsubscribe_undone',
      subscriberId: readerId,
      subscriptionId,
      evidence,
      text: consentText(undo.newsletterName, undo.language),
    })
  })
  return findUndo(context, token) // it may have been taken back, or ended otherwise, in between
}
