import { type RawBuilder, sql } from 'kysely'
import { recallSuppressions } from '../delivery/erased-suppressions.ts'
import { type MailTemplate, storeRendering } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import { addressKeyIn } from '../platform/database/address-key.ts'
import type { InTransaction } from '../platform/database/schema.ts'
import { sha256 } from '../platform/encoding.ts'
import { deriveToken } from '../platform/signed-token.ts'
import { type Address, parseAddress } from './address.ts'
import { renderConfirmationMail } from './confirmation-mail.ts'
import { checkStop, HourIsFull, keepToHourlyLimit, stopConfirmations } from './confirmation-stop.ts'
import { confirmationHours } from './confirmations.ts'
import { consentText, type Evidence, recordConsent } from './consent.ts'
import { refuseDisposable } from './disposable-domains.ts'
import { renderLetter } from './letters.ts'
import { mailLink } from './mail-link.ts'
import { getNewsletter, type Newsletter } from './newsletters.ts'
import { type Choices, defaultChoices, type PartialChoices, withKnownTimeZone } from './preferences.ts'
import { countTry } from './sign-up-limits.ts'
import { suggestAddress } from './suggest-address.ts'
import { chooseTopics } from './topic-choices.ts'

export type SubscribeRequest = PartialChoices & {
  readonly email: string
  readonly newsletter?: string | undefined
  /** What the reader is spoken to in; otherwise the newsletter's. */
  readonly language?: string | undefined
  /** In which language they read what they agreed to; otherwise the one they are spoken to in. */
  readonly wording?: string | undefined
}

const maximumConfirmations = [
  { within: '24 hours', count: 1 },
  { within: '30 days', count: 3 },
] as const
/** Also of those that never went: rows must not be made without end. */
const maximumRequests = 20

/**
 * Asks an address to confirm. Says nothing about whether the address was known: it does and returns the same for everyone,
 * and asks only an address that is not subscribed, not suppressed, and was not asked in the last 24 hours or three times in
 * 30 days. One that is subscribed gets its link. Throws `invalid_input` for what was typed wrong, `too_many_requests` and `unavailable` when there were too many.
 */
export async function subscribe(context: Context, request: SubscribeRequest, evidence: Evidence): Promise<void> {
  const address = parseAddress(request.email)
  // The domains that slips lead to are on the list of disposable ones, too: whoever made one is told of it instead.
  if (suggestAddress(address) === undefined) refuseDisposable(address)
  const newsletter = await getNewsletter(context.db, request.newsletter)
  const choices = { ...defaultChoices, ...definedChoices(request), language: request.language ?? newsletter.language }
  await checkStop(context)
  await countTry(context, evidence.ip, address)
  // Rendered for everyone, so that the answer takes as long whether or not a mail follows.
  const template = await renderConfirmationMail(context, newsletter, choices.language)
  const spoken = { ...newsletter, language: choices.language, storiesLanguage: newsletter.language }
  const toSubscribed = await renderLetter(context, 'already_subscribed', spoken)
  const nonce = context.random(32)
  const tokenHash = await sha256(deriveToken(context.keys, context.keys.newestId, nonce))

  const ask = (trx: InTransaction, subscriberId: number, subscriptionId: number) =>
    askToConfirm(trx, context, { subscriberId, subscriptionId, address, template, nonce, tokenHash })
  try {
    await withKnownTimeZone(() =>
      context.db.transaction().execute(async (trx) => {
        const subscriberId = await findOrAddSubscriber(trx, address)
        await recallSuppressions(trx, context, [address.key])
        const subscription = await requestSubscription(trx, context, newsletter, subscriberId, choices)
        await recordConsent(trx, context, {
          kind: 'requested',
          subscriberId,
          subscriptionId: subscription.id,
          evidence,
          text: consentText(newsletter.name, request.wording ?? choices.language),
          details: { ...choices, topics: [...choices.topics] },
        })
        const isUnasked = await mayBeAsked(trx, context, subscription.id, { subscriberId, address })
        // Asked, and taken back: who is known takes as long as who is not.
        await sql`savepoint asked`.execute(trx)
        await ask(trx, subscriberId, subscription.id)
        const isAsked = subscription.state === 'pending' && isUnasked
        await sql.raw(isAsked ? 'release savepoint asked' : 'rollback to savepoint asked').execute(trx)
        await mailLink(trx, context, {
          kind: 'already_subscribed',
          subscriberId,
          subscriptionId: subscription.id,
          addressKey: address.key,
          template: toSubscribed,
          isWanted: subscription.state === 'active',
        })
        await keepToHourlyLimit(trx, context, isAsked ? 1 : 0)
      }),
    )
  } catch (error) {
    if (error instanceof HourIsFull) await stopConfirmations(context)
    throw error
  }
}

type Asking = {
  readonly subscriberId: number
  readonly subscriptionId: number
  readonly address: Address
  readonly template: MailTemplate
  readonly nonce: Uint8Array
  readonly tokenHash: Uint8Array
}

/** Puts the mail that asks to confirm into the outbox, in place of one that still waits. */
async function askToConfirm(trx: InTransaction, context: Context, asking: Asking): Promise<void> {
  const { subscriberId: subscriber_id, subscriptionId: subscription_id } = asking
  const now = context.clock.sqlNow
  await dropWaitingConfirmation(trx, context, subscriber_id, subscription_id)
  const { id: confirmation_id } = await trx
    .insertInto('confirmations')
    .values({
      subscriber_id,
      subscription_id,
      token_hash: asking.tokenHash,
      nonce: asking.nonce,
      key_id: context.keys.newestId,
      requested_at: now,
      expires_at: sql<Date>`${now} + make_interval(hours => ${confirmationHours})`,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await trx
    .insertInto('messages')
    .values({
      kind: 'confirmation',
      subscriber_id,
      subscription_id,
      confirmation_id,
      to_email: asking.address.email,
      rendering_id: await storeRendering(trx, asking.template, context.clock.now()),
      key_id: context.keys.newestId,
      created_at: now,
    })
    .execute()
}

function definedChoices(request: SubscribeRequest): Partial<Choices> {
  const { frequency, weekday, hour, timeZone, topics } = request
  return {
    ...(frequency === undefined ? {} : { frequency }),
    ...(weekday === undefined ? {} : { weekday }),
    ...(hour === undefined ? {} : { hour }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(topics === undefined ? {} : { topics }),
  }
}

/**
 * Locks the subscriber's row, so that two requests at once count each other's confirmations. Whoever waits here for a reader
 * to be erased finds nobody then, and adds them anew.
 */
async function findOrAddSubscriber(trx: InTransaction, address: Address): Promise<number> {
  for (;;) {
    await trx
      .insertInto('subscribers')
      .values({ email: address.email, email_key: address.key })
      .onConflict((conflict) => conflict.column('email_key').doNothing())
      .execute()
    const found = await trx
      .selectFrom('subscribers')
      .select('id')
      .where('email_key', '=', address.key)
      .forNoKeyUpdate() // a stronger lock would hold up, and be held up by, a mail to them that is just being begun
      .executeTakeFirst()
    if (found) return found.id
  }
}

/** What a request takes the place of, to be undone: nobody has shown yet that it is the reader's own. */
const asItWas = sql`(select jsonb_object_agg(name, value) from jsonb_each(to_jsonb(subscriptions)) as kept (name, value)
  where name in ('ended_reason', 'ended_at', 'frequency', 'weekday', 'hour', 'time_zone', 'language', 'topic_choice_id', 'paused_until'))`

/** A new or ended subscription waits for confirmation; a waiting one takes the newest choices; an active one stays as it is. */
async function requestSubscription(
  trx: InTransaction,
  context: Context,
  newsletter: Newsletter,
  subscriberId: number,
  choices: Choices & { readonly language: string },
) {
  const chosen = {
    frequency: choices.frequency,
    weekday: choices.weekday,
    hour: choices.hour,
    time_zone: choices.timeZone,
    language: choices.language,
    topic_choice_id: await chooseTopics(trx, newsletter.id, choices.topics),
  }
  return trx
    .insertInto('subscriptions')
    .values({
      subscriber_id: subscriberId,
      newsletter_id: newsletter.id,
      state: 'pending',
      created_at: context.clock.sqlNow,
      ...chosen,
    })
    .onConflict((conflict) =>
      conflict.columns(['subscriber_id', 'newsletter_id']).doUpdateSet((eb) => {
        const isActive = eb('subscriptions.state', '=', 'active')
        const keep = <T>(current: T, requested: T) =>
          sql<never>`case when ${isActive} then ${current} else ${requested} end`
        return {
          state: keep(sql.ref('subscriptions.state'), sql`'pending'`),
          left_as: sql<null>`case when subscriptions.state = 'ended' then ${asItWas} else subscriptions.left_as end`,
          ended_reason: null,
          ended_at: null,
          paused_until: keep(sql.ref('subscriptions.paused_until'), sql`null`),
          frequency: keep(sql.ref('subscriptions.frequency'), sql.ref('excluded.frequency')),
          weekday: keep(sql.ref('subscriptions.weekday'), sql.ref('excluded.weekday')),
          hour: keep(sql.ref('subscriptions.hour'), sql.ref('excluded.hour')),
          time_zone: keep(sql.ref('subscriptions.time_zone'), sql.ref('excluded.time_zone')),
          language: keep(sql.ref('subscriptions.language'), sql.ref('excluded.language')),
          topic_choice_id: keep(sql.ref('subscriptions.topic_choice_id'), sql.ref('excluded.topic_choice_id')),
        }
      }),
    )
    .returning(['id', 'state'])
    .executeTakeFirstOrThrow()
}

/**
 * At most one mail that asks an address in 24 hours and three in 30 days, whether to confirm or to be a reader's new one; none for a
 * suppressed one. Counted from when it was asked for, and from when the provider had it: it may have waited in between. What
 * never went does not count. What it was asked while it was that of a reader who has left it since does.
 */
async function mayBeAsked(
  trx: InTransaction,
  context: Context,
  subscriptionId: number,
  { subscriberId, address }: { readonly subscriberId: number; readonly address: Address },
): Promise<boolean> {
  // Held until the end, and before they are counted: one that is just being claimed is either on its way by then, or waits.
  await sql`
    select from messages m join confirmations c on c.id = m.confirmation_id
    where c.subscriber_id = ${subscriberId} and m.state = 'pending' order by m.id for no key update of m`.execute(trx)
  // As a reader's new address: see change-address.ts for how often that may be.
  const askedAsAnother = (since: RawBuilder<unknown>) => sql`(
    select count(*) from address_changes a join messages m on m.subscriber_id = a.subscriber_id and m.address_change_id = a.id
    where a.new_email_key = ${address.key} and m.kind not in ('digest', 'confirmation') and m.kind = 'address_change'
      and m.state in ('pending', 'sending', 'submitted', 'unknown')
      and coalesce(m.settled_at, ${context.clock.sqlNow}) > ${since})`
  const isAskedLess = maximumConfirmations.map(({ within, count }) => {
    const since = sql`${context.clock.sqlNow} - ${within}::interval`
    return sql`(
      select count(*) < ${maximumRequests} and count(*) filter (where m.state in ('sending', 'submitted', 'unknown')
        or (m.state = 'failed' and m.provider_id is not null)
        or (m.state = 'pending' and (c.requested_at > ${since} or c.subscription_id <> ${subscriptionId})))
        + ${askedAsAnother(since)} < ${count}
      from confirmations c join messages m on m.confirmation_id = c.id
      where c.subscriber_id = any(${[subscriberId]}::bigint[]
          || array(select a.subscriber_id from address_changes a where a.old_email_key = ${address.key}))
        and (c.subscriber_id = ${subscriberId} or ${addressKeyIn('m.to_email')} = ${address.key})
        and (c.requested_at > ${since} or m.state in ('pending', 'sending') or m.settled_at > ${since}))`
  })
  const { rows } = await sql<{ may: boolean }>`
    select ${sql.join(isAskedLess, sql` and `)}
      and not exists (select from suppressions where email_key = ${address.key}) as may`.execute(trx)
  return rows[0]?.may ?? false
}

/** What has waited for a day is replaced, not followed: its link is old, and two would come at once. */
async function dropWaitingConfirmation(
  trx: InTransaction,
  context: Context,
  subscriberId: number,
  subscriptionId: number,
): Promise<void> {
  await sql`
    update messages m set state = 'canceled', reason = 'asked for again', settled_at = ${context.clock.sqlNow}
    from confirmations c
    where c.subscriber_id = ${subscriberId} and c.subscription_id = ${subscriptionId} and m.confirmation_id = c.id and m.state = 'pending'`.execute(
    trx,
  )
}
