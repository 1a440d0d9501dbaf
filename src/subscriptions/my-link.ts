import { sql } from 'kysely'
import { storeRendering } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import type { InTransaction } from '../platform/database/schema.ts'
import { parseAddress } from './address.ts'
import { renderLetter } from './letters.ts'
import { getNewsletter } from './newsletters.ts'
import { isSuppressed } from './reader.ts'
import { countTryFrom } from './sign-up-limits.ts'

const maximumLinks = [
  { within: '1 hour', count: 1 },
  { within: '24 hours', count: 3 },
] as const

/**
 * Mails the link to their preference center to who lost it. Says nothing about whether the address is known: it returns the
 * same for everyone, and mails only an address that was confirmed once, is not suppressed, and got no link in the last hour
 * nor three in 24 hours. Throws `invalid_input` for what was typed wrong, `too_many_requests` after too many tries from one place.
 */
export async function mailMyLink(context: Context, email: string, ip: string | null): Promise<void> {
  const address = parseAddress(email)
  await countTryFrom(context, ip)
  // Rendered for everyone, so that the answer takes as long whether or not a mail follows.
  const reader = await findProven(context, address.key)
  const newsletter = reader ?? (await getNewsletter(context.db))
  const template = await renderLetter(context, 'preferences_link', newsletter)
  await context.db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ email: string }>`
      select email from subscribers where id = ${reader?.subscriberId ?? 0} and email_key = ${address.key}
      for no key update`.execute(trx)
    const [locked] = rows
    if (!reader || !locked) return
    if ((await isSuppressed(trx, reader.subscriberId)) || !(await mayBeMailed(trx, context, reader.subscriberId)))
      return
    await trx
      .insertInto('messages')
      .values({
        kind: 'preferences_link',
        subscriber_id: reader.subscriberId,
        subscription_id: reader.subscriptionId,
        to_email: locked.email,
        rendering_id: await storeRendering(trx, template, context.clock.now()),
        key_id: context.keys.newestId,
        created_at: context.clock.sqlNow,
      })
      .execute()
  })
}

type Proven = { subscriberId: number; subscriptionId: number; name: string; slug: string; language: string }

/** The reader with this address, if it was confirmed, and of their subscriptions one that is active, else the newest. */
async function findProven(context: Context, addressKey: string): Promise<Proven | undefined> {
  const { rows } = await sql<Proven>`
    select r.id as "subscriberId", s.id as "subscriptionId", n.name, n.slug, n.language
    from subscribers r join subscriptions s on s.subscriber_id = r.id join newsletters n on n.id = s.newsletter_id
    where r.email_key = ${addressKey} and s.confirmed_at is not null
    order by s.state = 'active' desc, s.id desc limit 1`.execute(context.db)
  return rows[0]
}

/** Counted from when it was asked for, and from when the provider had it: it may have waited in between. */
async function mayBeMailed(trx: InTransaction, context: Context, subscriberId: number): Promise<boolean> {
  for (const { within, count } of maximumLinks) {
    const since = sql`${context.clock.sqlNow} - ${within}::interval`
    const { rows } = await sql<{ mailed: number }>`
      select count(*) as mailed from messages
      where subscriber_id = ${subscriberId} and kind not in ('digest', 'confirmation') and kind = 'preferences_link'
        and (created_at > ${since} or state in ('pending', 'sending')
          or (state in ('submitted', 'unknown') and settled_at > ${since}))`.execute(trx)
    if ((rows[0]?.mailed ?? 0) >= count) return false
  }
  return true
}
