// What the provider tells about mails that it accepted. Each event is stored once, in the transaction of its effect; what
// they lead to depends on which events there were, not on how often or in which order they came.
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { addressKeyIn } from '../platform/database/address-key.ts'
import type {
  BounceKind,
  ConsentEventKind,
  InTransaction,
  MessageKind,
  MessageState,
} from '../platform/database/schema.ts'
import { storeErasedSuppression } from './erased-suppressions.ts'
import { noteConfirmations } from './settle-batch.ts'
import { suppress, weighSoftBounces } from './suppress.ts'
import type { WebhookEvent } from './webhook-event.ts'

export type WebhookResult = 'recorded' | 'repeated' | 'unknown_message' | 'unknown_type'

/** The column with the first time at which something happened to a message. `null`: the provider has it, nothing more. */
const columns = new Map(
  Object.entries({
    'email.scheduled': null,
    'email.sent': null,
    'email.delivered': 'delivered_at',
    'email.delivery_delayed': 'delayed_at',
    'email.bounced': 'bounced_at',
    'email.complained': 'complained_at',
    'email.failed': 'failed_at',
    'email.suppressed': 'suppressed_at',
    'email.opened': 'opened_at',
    'email.clicked': 'clicked_at',
  } as const),
)

type Message = {
  readonly id: number
  readonly kind: MessageKind
  readonly subscriberId: number
  readonly subscriptionId: number
  readonly batchId: number | null
  readonly state: MessageState
  readonly toEmail: string
  readonly bounceKind: BounceKind | null
  readonly hasComplained: boolean
  /** The reader was erased: nothing that names them is kept, also not the event. */
  readonly isErased: boolean
}

/** Takes an event whose signature was verified. `svixId` is the same in each repetition of it. */
export async function receiveWebhook(context: Context, svixId: string, event: WebhookEvent): Promise<WebhookResult> {
  return context.db.transaction().execute(async (trx) => {
    const occurredAt = event.occurredAt ?? context.clock.now()
    const isKnownType = columns.has(event.type)
    const messageId = await findMessage(trx, event)
    if (!(await storeEvent(context, trx, svixId, event, messageId))) return 'repeated'
    if (!isKnownType) return 'unknown_type'
    if (messageId === undefined) return 'unknown_message'
    const message = await lockMessage(trx, messageId)
    await recordOutcome(context, trx, message, event, occurredAt)
    if (message.batchId !== null) await settleLostBatch(context, trx, message.batchId)
    if (message.isErased) await keepErased(context, trx, svixId, event, occurredAt)
    else await takeConsequences(context, trx, message, event, occurredAt)
    return 'recorded'
  })
}

/** Keeps an event; false where it was kept before. */
export async function storeEvent(
  context: Context,
  trx: InTransaction,
  svixId: string,
  event: WebhookEvent,
  messageId: number | undefined,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into webhook_events (svix_id, type, provider_id, message_id, occurred_at, received_at, payload)
    values (${svixId}, ${event.type}, ${event.providerId ?? null}, ${messageId ?? null},
      ${event.occurredAt ?? context.clock.now()}, ${context.clock.sqlNow}, ${event.json}::jsonb)
    on conflict (svix_id) do nothing`.execute(trx)
  return numAffectedRows === 1n
}

/**
 * By the provider's id, else by the tag: the answer that would have told the id was lost, or is still on its way. Another
 * service of the same team may number its messages alike, so a tag counts only together with the address.
 */
async function findMessage(trx: InTransaction, event: WebhookEvent): Promise<number | undefined> {
  if (event.providerId === undefined) return undefined
  const { rows } = await sql<{ id: number }>`
    select id from messages where provider_id = ${event.providerId}
    union all
    select id from messages
    where id = ${event.messageTag ?? null}::bigint and provider_id is null and ${addressKeyIn('to_email')} = any(${event.to}::text[])
    limit 1`.execute(trx)
  return rows[0]?.id
}

/**
 * Reader, batch, message: always in this order, and the batch before its messages as a settling worker does. No lock is
 * one against keys: each event that was stored holds its message's key, also while it waits for another to end.
 */
async function lockMessage(trx: InTransaction, id: number): Promise<Message> {
  await sql`
    select id from subscribers where id = (select subscriber_id from messages where id = ${id}) for no key update`.execute(
    trx,
  )
  await sql`
    select id from batches where id = (select batch_id from messages where id = ${id}) and state in ('sending', 'unknown')
    for no key update`.execute(trx)
  const { rows } = await sql<Message>`
    select id, kind, subscriber_id as "subscriberId",
      (select erased_at is not null from subscribers r where r.id = subscriber_id) as "isErased", subscription_id as "subscriptionId", batch_id as "batchId",
      state, to_email as "toEmail", bounce_kind as "bounceKind", complained_at is not null as "hasComplained"
    from messages where id = ${id} for no key update`.execute(trx)
  const [message] = rows
  if (!message) throw new Error(`message ${id} is gone`)
  return message
}

/**
 * Notes what happened, and settles a message whose answer is missing. The provider's `failed` undoes its acceptance: the
 * mail was never sent, unless there is a delivery too. A call that was refused, or a message taken back, stays as it is.
 */
async function recordOutcome(
  context: Context,
  trx: InTransaction,
  message: Message,
  event: WebhookEvent,
  occurredAt: Date,
): Promise<void> {
  const column = columns.get(event.type)
  // What the provider says may name the reader.
  const failureReason = message.isErased ? 'erased' : event.failureReason
  if (column) {
    await sql`
      update messages set ${sql.ref(column)} = least(${sql.ref(column)}, ${occurredAt}::timestamptz)
        ${column === 'bounced_at' ? sql`, bounce_kind = ${message.bounceKind === 'hard' ? 'hard' : event.bounceKind}` : sql``}
        ${column === 'failed_at' ? sql`, failure_reason = least(failure_reason, ${failureReason}::text)` : sql``}
      where id = ${message.id}`.execute(trx)
  }
  await sql`
    update messages set provider_id = ${event.providerId},
      state = case when failed_at is not null and delivered_at is null then 'failed' else 'submitted' end,
      reason = case when failed_at is not null and delivered_at is null then failure_reason end,
      settled_at = case when state in ('sending', 'unknown') then ${context.clock.sqlNow} else settled_at end
    where id = ${message.id} and (state in ('sending', 'submitted', 'unknown') or (state = 'failed' and provider_id is not null))
      and (state <> case when failed_at is not null and delivered_at is null then 'failed' else 'submitted' end
        or reason is distinct from case when failed_at is not null and delivered_at is null then failure_reason end)`.execute(
    trx,
  )
  if (message.state === 'sending' || message.state === 'unknown') {
    const told = sql`(select * from messages where id = ${message.id})`
    await noteConfirmations(context.clock.sqlNow, told).execute(trx)
  }
}

/**
 * A batch whose answer was lost is settled when the last of its messages is. One whose call is still under way is left to
 * its worker, which is about to learn the same.
 */
async function settleLostBatch(context: Context, trx: InTransaction, batchId: number): Promise<void> {
  const now = context.clock.sqlNow
  await sql`
    update batches set state = 'submitted', lease_until = null, fence = fence + 1, settled_at = ${now}
    where id = ${batchId} and (state = 'unknown' or (state = 'sending' and (last_error is not null or lease_until <= ${now})))
      and not exists (select from messages where batch_id = ${batchId} and state in ('sending', 'unknown'))`.execute(
    trx,
  )
}

/** What follows for the reader. */
async function takeConsequences(
  context: Context,
  trx: InTransaction,
  message: Message,
  event: WebhookEvent,
  occurredAt: Date,
): Promise<void> {
  const now = context.clock.sqlNow
  switch (event.type) {
    case 'email.delivered':
      await weighSoftBounces(trx, message)
      return
    case 'email.bounced':
      // Also after a hard one: that message no longer counts among the soft ones.
      await weighSoftBounces(trx, message)
      if (event.bounceKind === 'soft') return
      await suppress(trx, message, 'hard_bounce', occurredAt, now)
      if (message.bounceKind !== 'hard') await recordConsent(context, trx, message, 'hard_bounce')
      return
    case 'email.complained':
      // First, as it locks the reader's subscriptions in the order of a begin.
      await suppress(trx, message, 'complaint', occurredAt, now)
      // The mail to a new address came to somebody else perhaps, who says nothing of the reader's digest.
      if (message.kind !== 'address_change') {
        await sql`
          update subscriptions set state = 'ended', ended_reason = 'complaint', ended_at = ${now}, next_digest_at = null
          where id = ${message.subscriptionId} and state <> 'ended'`.execute(trx)
      }
      if (!message.hasComplained) await recordConsent(context, trx, message, 'complaint')
      return
    case 'email.suppressed':
      await suppress(trx, message, 'provider', occurredAt, now)
  }
}

/**
 * What follows for an address whose reader was erased: it is suppressed by its hash alone, or in plain where it belongs to
 * somebody again.
 */
async function keepErased(
  context: Context,
  trx: InTransaction,
  svixId: string,
  event: WebhookEvent,
  occurredAt: Date,
): Promise<void> {
  await sql`update webhook_events set payload = '{}' where svix_id = ${svixId}`.execute(trx)
  const reason = reasonOf(event)
  const [addressKey] = event.to
  if (reason === undefined || addressKey === undefined || event.to.length > 1) return
  const { rows } = await sql<{ id: number }>`
    select id from subscribers where email_key = ${addressKey} for no key update`.execute(trx)
  const [anew] = rows
  if (!anew) return storeErasedSuppression(trx, context, addressKey, reason, occurredAt)
  await suppress(trx, { subscriberId: anew.id, toEmail: addressKey }, reason, occurredAt, context.clock.sqlNow)
}

/** The reason for which an event suppresses an address by itself. */
function reasonOf({ type, bounceKind }: WebhookEvent): 'hard_bounce' | 'complaint' | 'provider' | undefined {
  if (type === 'email.bounced') return bounceKind === 'hard' ? 'hard_bounce' : undefined
  if (type === 'email.complained') return 'complaint'
  return type === 'email.suppressed' ? 'provider' : undefined
}

async function recordConsent(
  context: Context,
  trx: InTransaction,
  message: Message,
  kind: ConsentEventKind & ('hard_bounce' | 'complaint'),
): Promise<void> {
  await trx
    .insertInto('consent_events')
    .values({
      subscriber_id: message.subscriberId,
      subscription_id: message.subscriptionId,
      kind,
      occurred_at: context.clock.sqlNow,
      source: 'provider',
      ip: null,
      user_agent: null,
      consent_text_hash: null,
      details: JSON.stringify({ message: message.id }),
    })
    .execute()
}
