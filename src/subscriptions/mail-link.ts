// Mails with the link to the preference center, whoever asks for them.
import { sql } from 'kysely'
import { type MailTemplate, storeRendering } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import type { InTransaction } from '../platform/database/schema.ts'
import { isSuppressed } from './reader.ts'

const maximumLinks = [
  { within: '1 hour', count: 1 },
  { within: '24 hours', count: 3 },
] as const

type LinkMail = {
  readonly kind: 'preferences_link' | 'already_subscribed'
  /** Nobody's id where there is no reader to mail. */
  readonly subscriberId: number
  readonly subscriptionId: number
  /** The address that was entered: the reader's, unless they changed it meanwhile. */
  readonly addressKey: string
  readonly template: MailTemplate
  readonly isWanted: boolean
}

/**
 * Puts one into the outbox if it is wanted, the address is not suppressed and got no link in the last hour nor three in 24 hours.
 * The same statements for everyone, so that how long they take tells nothing.
 */
export async function mailLink(trx: InTransaction, context: Context, mail: LinkMail): Promise<void> {
  const { kind, subscriberId, subscriptionId, addressKey, template, isWanted } = mail
  const isObstructed = await isSuppressed(trx, subscriberId)
  const isUnasked = await mayGetLink(trx, context, subscriberId)
  const renderingId = await storeRendering(trx, template, context.clock.now())
  await sql`
    insert into messages (kind, subscriber_id, subscription_id, to_email, rendering_id, key_id, created_at)
    select ${kind}, id, ${subscriptionId}, email, ${renderingId}, ${context.keys.newestId}, ${context.clock.sqlNow}
    from subscribers where id = ${subscriberId} and email_key = ${addressKey} and ${isWanted && isUnasked && !isObstructed}`.execute(
    trx,
  )
}

/**
 * Counted from when one was asked for, and from when the provider had it: it may have waited in between.
 */
async function mayGetLink(trx: InTransaction, context: Context, subscriberId: number): Promise<boolean> {
  const isMailedLess = maximumLinks.map(({ within, count }) => {
    const since = sql`${context.clock.sqlNow} - ${within}::interval`
    return sql`(
      select count(*) < ${count} from messages
      where subscriber_id = ${subscriberId} and kind not in ('digest', 'confirmation') and kind in ('preferences_link', 'already_subscribed')
        and (created_at > ${since} or state in ('pending', 'sending')
          or (state in ('submitted', 'unknown') and settled_at > ${since})))`
  })
  const { rows } = await sql<{ may: boolean }>`select ${sql.join(isMailedLess, sql` and `)} as may`.execute(trx)
  return rows[0]?.may ?? false
}
