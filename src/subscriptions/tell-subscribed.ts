import { sql } from 'kysely'
import { type MailTemplate, storeRendering } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import type { InTransaction, SubscriptionState } from '../platform/database/schema.ts'
import { mayGetLink } from './my-link.ts'

/** Mails their link to a reader who is subscribed already, not more often than when they ask for it. The same for everyone, too. */
export async function tellSubscribed(
  trx: InTransaction,
  context: Context,
  telling: { subscriberId: number; subscription: { id: number; state: SubscriptionState }; template: MailTemplate },
): Promise<void> {
  const { subscriberId, subscription, template } = telling
  const mayGet = await mayGetLink(trx, context, subscriberId)
  const renderingId = await storeRendering(trx, template, context.clock.now())
  await sql`
    insert into messages (kind, subscriber_id, subscription_id, to_email, rendering_id, key_id, created_at)
    select 'already_subscribed', r.id, ${subscription.id}, r.email, ${renderingId}, ${context.keys.newestId}, ${context.clock.sqlNow}
    from subscribers r
    where r.id = ${subscriberId} and ${subscription.state === 'active' && mayGet}
      and not exists (select from suppressions where email_key = r.email_key)`.execute(trx)
}
