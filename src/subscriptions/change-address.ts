// Another address for the same reader: asked for with their link, made by a link that only the new address gets.
import { sql } from 'kysely'
import { recallSuppressions } from '../delivery/erased-suppressions.ts'
import { storeRendering } from '../delivery/mail-template.ts'
import { holdBegins } from '../delivery/suppress.ts'
import type { Context } from '../platform/context.ts'
import { addressKeyIn } from '../platform/database/address-key.ts'
import { isFirstNewsletter } from '../platform/database/first-newsletter.ts'
import { takeLock } from '../platform/database/row-lock.ts'
import type { InTransaction } from '../platform/database/schema.ts'
import { sha256 } from '../platform/encoding.ts'
import { PublicError } from '../platform/errors.ts'
import { deriveToken } from '../platform/signed-token.ts'
import { type Address, parseAddress } from './address.ts'
import { type Evidence, recordConsent } from './consent.ts'
import { renderLetter } from './letters.ts'
import { inMinutes } from './sign-up-limits.ts'

/** How long the link to a new address lives. */
export const addressChangeHours = 72

/** To one new address, whoever asks: as for confirmations. */
const maximumMails = [
  { within: '24 hours', count: 1 },
  { within: '30 days', count: 3 },
] as const
/** By one reader in 24 hours, to whatever addresses: a link must not become a way to mail strangers. */
const maximumChangesADay = 3

/**
 * Asks a new address whether it is the reader's, and tells the present one. Says nothing about the new one: it returns, tells
 * the present address, and shows as open the same for every address, and asks none that is suppressed, that is another
 * reader's, or that was asked in the last 24 hours or three times in 30 days. Idempotent for a day; what was asked for before
 * is given up otherwise. Throws `invalid_input` for what was typed wrong, `conflict` for a reader whose present address was
 * never confirmed, `too_many_requests` after three a day.
 */
export async function requestAddressChange(
  context: Context,
  subscriptionId: number,
  email: string,
  evidence: Evidence,
): Promise<void> {
  const address = parseAddress(email)
  const { keys, clock } = context
  const newsletter = await newsletterOf(context, subscriptionId)
  const question = await renderLetter(context, 'address_change', newsletter)
  const notice = await renderLetter(context, 'address_change_notice', newsletter)
  const nonce = context.random(32)
  const tokenHash = await sha256(deriveToken(keys, keys.newestId, nonce))
  await context.db.transaction().execute(async (trx) => {
    const reader = await lockReader(trx, subscriptionId)
    if (!reader.isConfirmed) throw new PublicError('conflict', 'Confirm the address you have first.')
    if (reader.emailKey === address.key) throw invalid('That is the address you have.')
    const isWayBack = await wasTheirs(trx, context, reader.id, address)
    if (!isWayBack && !(await isNewRequest(trx, context, reader.id, address))) return
    await recallSuppressions(trx, context, [address.key])
    const isAsked = await mayBeAsked(trx, context, address, isWayBack)
    await giveUpOpen(trx, context, reader.id)
    const now = clock.sqlNow
    const { id: changeId } = await trx
      .insertInto('address_changes')
      .values({
        subscriber_id: reader.id,
        new_email: address.email,
        new_email_key: address.key,
        token_hash: tokenHash,
        nonce,
        key_id: keys.newestId,
        requested_at: now,
        expires_at: sql<Date>`${now} + make_interval(hours => ${addressChangeHours})`,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const about = {
      subscriber_id: reader.id,
      subscription_id: subscriptionId,
      address_change_id: changeId,
      key_id: keys.newestId,
    }
    const rendered = clock.now()
    await trx
      .insertInto('messages')
      .values([
        {
          kind: 'address_change_notice',
          ...about,
          to_email: reader.email,
          rendering_id: await storeRendering(trx, notice, rendered),
          created_at: clock.sqlNow,
        },
        ...(isAsked
          ? [
              {
                kind: 'address_change' as const,
                ...about,
                to_email: address.email,
                rendering_id: await storeRendering(trx, question, rendered),
                created_at: clock.sqlNow,
              },
            ]
          : []),
      ])
      .execute()
    await recordConsent(trx, context, {
      kind: 'address_change_requested',
      subscriberId: reader.id,
      subscriptionId,
      evidence,
      details: { addressChange: changeId },
    })
  })
}

type LockedReader = { id: number; email: string; emailKey: string; isConfirmed: boolean }

async function lockReader(trx: InTransaction, subscriptionId: number): Promise<LockedReader> {
  const { rows } = await sql<LockedReader>`
    select id, email, email_key as "emailKey",
      exists (select from subscriptions s where s.subscriber_id = r.id and s.confirmed_at is not null) as "isConfirmed"
    from subscribers r
    where id = (select subscriber_id from subscriptions where id = ${subscriptionId}) and erased_at is null
    for no key update`.execute(trx)
  const [reader] = rows
  if (!reader) throw new PublicError('not_found', 'There is no such subscription any more.')
  return reader
}

async function newsletterOf(context: Context, subscriptionId: number) {
  const newsletter = await context.db
    .selectFrom('subscriptions as s')
    .innerJoin('newsletters as n', 'n.id', 's.newsletter_id')
    .select(['n.name', 'n.slug', isFirstNewsletter.as('isFirst'), 's.language', 'n.language as storiesLanguage'])
    .where('s.id', '=', subscriptionId)
    .executeTakeFirst()
  if (!newsletter) throw new PublicError('not_found', 'There is no such subscription any more.')
  return newsletter
}

/** False for what the reader asked for in the last 24 hours already. */
async function isNewRequest(
  trx: InTransaction,
  context: Context,
  subscriberId: number,
  address: Address,
): Promise<boolean> {
  const { rows: recent } = await sql<{ is_same: boolean; seconds: number }>`
    select new_email_key = ${address.key} and confirmed_at is null and stopped_at is null as is_same,
      ceil(extract(epoch from requested_at + interval '24 hours' - ${context.clock.sqlNow}))::integer as seconds
    from address_changes
    where subscriber_id = ${subscriberId} and requested_at > ${context.clock.sqlNow} - interval '24 hours'
    order by id desc limit ${maximumChangesADay}`.execute(trx)
  if (recent.some(({ is_same }) => is_same)) return false
  if (recent.length < maximumChangesADay) return true
  const retryAfterSeconds = Math.max(1, recent.at(-1)?.seconds ?? 1)
  throw new PublicError(
    'too_many_requests',
    `Address changes can be asked for ${maximumChangesADay} times a day. Please try again ${inMinutes(retryAfterSeconds)}.`,
    { retryAfterSeconds },
  )
}

/**
 * Whether it was their address until a change, and they have not asked for it back today: somebody who had their link may have
 * made that change, and used up what may be asked in a day.
 */
async function wasTheirs(
  trx: InTransaction,
  context: Context,
  subscriberId: number,
  address: Address,
): Promise<boolean> {
  const { rows } = await sql<{ was: boolean }>`
    select exists (
        select from address_changes
        where old_email_key = ${address.key} and subscriber_id = ${subscriberId} and confirmed_at is not null)
      and not exists (
        select from address_changes
        where subscriber_id = ${subscriberId} and new_email_key = ${address.key}
          and requested_at > ${context.clock.sqlNow} - interval '24 hours') as was`.execute(trx)
  return rows[0]?.was ?? false
}

/** Under a lock of the address, so that two readers who ask for the same one count each other. */
async function mayBeAsked(
  trx: InTransaction,
  context: Context,
  address: Address,
  isWayBack: boolean,
): Promise<boolean> {
  await takeLock(trx, sql`'address ' || (hashtext(${address.key}) & ${addressLocks - 1})`)
  const { rows: taken } = await sql`
    select from subscribers where email_key = ${address.key}
    union all select from suppressions where email_key = ${address.key}`.execute(trx)
  if (taken.length > 0) return false
  if (isWayBack) return true
  for (const { within, count } of maximumMails) {
    const since = sql`${context.clock.sqlNow} - ${within}::interval`
    const isRecent = sql`(m.state in ('pending', 'sending') or (m.state in ('submitted', 'unknown') and m.settled_at > ${since}))`
    // Also to confirm, while it was that of a reader who has left it since.
    const { rows } = await sql<{ asked: number }>`
      select (
        select count(*) from address_changes a
          join messages m on m.subscriber_id = a.subscriber_id and m.address_change_id = a.id
        where a.new_email_key = ${address.key} and m.kind not in ('digest', 'confirmation') and m.kind = 'address_change'
          and (a.requested_at > ${since} or ${isRecent})
      ) + (
        select count(*) from confirmations c join messages m on m.confirmation_id = c.id
        where c.subscriber_id in (select subscriber_id from address_changes where old_email_key = ${address.key})
          and ${addressKeyIn('m.to_email')} = ${address.key} and ${isRecent}
      ) as asked`.execute(trx)
    if ((rows[0]?.asked ?? 0) >= count) return false
  }
  return true
}

/** A power of two. Addresses that share one wait for each other for no more than a moment. */
const addressLocks = 1_024

/** Stops what the reader asked for before, and takes back its mails. Returns the ids of the changes. */
async function giveUpOpen(trx: InTransaction, context: Context, subscriberId: number): Promise<number[]> {
  await holdBegins(trx, [subscriberId], [])
  const now = context.clock.sqlNow
  const { rows } = await sql<{ id: number }>`
    update address_changes set stopped_at = ${now}
    where subscriber_id = ${subscriberId} and confirmed_at is null and stopped_at is null
    returning id`.execute(trx)
  const ids = rows.map(({ id }) => id)
  await sql`
    update messages set state = 'canceled', reason = 'no longer asked for', settled_at = ${now}
    where subscriber_id = ${subscriberId} and kind not in ('digest', 'confirmation') and state = 'pending'
      and address_change_id = any(${ids}::bigint[])`.execute(trx)
  return ids
}

/** The address that a reader asked for and that has not confirmed yet; undefined when there is none. */
export async function openAddressChange(context: Context, subscriberId: number): Promise<string | undefined> {
  const { rows } = await sql<{ new_email: string }>`
    select new_email from address_changes
    where subscriber_id = ${subscriberId} and confirmed_at is null and stopped_at is null
      and expires_at > ${context.clock.sqlNow}
    order by id desc limit 1`.execute(context.db)
  return rows[0]?.new_email
}

/** Gives up what a reader asked for. Idempotent. Throws `not_found`. */
export async function stopAddressChange(context: Context, subscriptionId: number, evidence: Evidence): Promise<void> {
  await context.db.transaction().execute(async (trx) => {
    const reader = await lockReader(trx, subscriptionId)
    const [changeId] = await giveUpOpen(trx, context, reader.id)
    if (changeId === undefined) return
    await recordConsent(trx, context, {
      kind: 'address_change_stopped',
      subscriberId: reader.id,
      subscriptionId,
      evidence,
      details: { addressChange: changeId },
    })
  })
}

const invalid = (message: string) => new PublicError('invalid_input', message, { fields: { email: message } })
