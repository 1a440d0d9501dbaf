// Mails are stored first and acted on later: the provider waits for an answer to its event, and their text has to be fetched.
import { sql } from 'kysely'
import type { WebhookEvent } from '../delivery/webhook-event.ts'
import { storeEvent } from '../delivery/webhooks.ts'
import type { Context } from '../platform/context.ts'
import { targetOf } from './received-event.ts'

export type ReceiveResult = 'stored' | 'repeated' | 'not_for_us'

/**
 * Takes an `email.received` event whose signature was verified. Each event counts once, and each mail, whatever the number
 * of events. A mail to no address of ours, or with a token that is not genuine, is not kept. What the event says of people
 * and tokens is not kept either.
 */
export async function receiveMail(
  context: Context,
  domain: string,
  svixId: string,
  event: WebhookEvent,
): Promise<ReceiveResult> {
  const { providerId } = event
  const target = targetOf(event, domain, context.keys)
  return context.db.transaction().execute(async (trx) => {
    const json = JSON.stringify({ type: event.type, data: { email_id: providerId } })
    if (!(await storeEvent(context, trx, svixId, { ...event, json }, undefined))) return 'repeated'
    if (!target || providerId === undefined) return 'not_for_us'
    const now = context.clock.sqlNow
    const { numAffectedRows } = await sql`
      insert into inbound_mails (provider_id, received_at, purpose, target_id, newsletter, due_at)
      values (${providerId}, ${now}, ${target.purpose}, ${target.purpose === 'subscribe' ? null : target.id},
        ${target.purpose === 'subscribe' ? target.newsletter : null}, ${now})
      on conflict (provider_id) do nothing`.execute(trx)
    return numAffectedRows === 1n ? 'stored' : 'repeated'
  })
}
