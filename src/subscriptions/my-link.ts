import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { isFirstNewsletter } from '../platform/database/first-newsletter.ts'
import { joinTransaction } from '../platform/database/join-transaction.ts'
import type { InTransaction } from '../platform/database/schema.ts'
import { parseAddress } from './address.ts'
import { renderLetter } from './letters.ts'
import { mailLink } from './mail-link.ts'
import { getNewsletter } from './newsletters.ts'
import { countTryFrom } from './sign-up-limits.ts'

/**
 * Mails the link to their preference center to who lost it. Says nothing about whether the address is known: it returns the
 * same for everyone, and mails only an address that was confirmed once, is not suppressed, and got no link in the last hour
 * nor three in 24 hours. Throws `invalid_input` for what was typed wrong, `too_many_requests` after too many tries from one place.
 */
export async function mailMyLink(context: Context, email: string, ip: string | null): Promise<void> {
  const address = parseAddress(email)
  await context.db.transaction().execute(async (trx) => {
    await countTryFrom(joinTransaction(context, trx), ip)
    const found = await findProven(trx, address.key)
    const newsletter = await getNewsletter(trx)
    const template = await renderLetter(
      context,
      'preferences_link',
      found ?? { ...newsletter, storiesLanguage: newsletter.language },
    )
    // The same statements for everyone, with nobody's id where the address is unknown, and one commit that writes: so that
    // the answer takes as long whether or not a mail follows.
    const { subscriberId, subscriptionId } = found ?? { subscriberId: 0, subscriptionId: 0 }
    await sql`
      select from subscribers where id = ${subscriberId} and email_key = ${address.key}
      for no key update`.execute(trx)
    const to = { subscriberId, subscriptionId, addressKey: address.key }
    await mailLink(trx, context, { kind: 'preferences_link', ...to, template, isWanted: true })
  })
}

type Proven = {
  subscriberId: number
  subscriptionId: number
  name: string
  slug: string
  isFirst: boolean
  language: string
  storiesLanguage: string
}

/** The reader with this address, if it was confirmed, and of their subscriptions one that is active, else the newest. */
async function findProven(trx: InTransaction, addressKey: string): Promise<Proven | undefined> {
  const { rows } = await sql<Proven>`
    select r.id as "subscriberId", s.id as "subscriptionId", n.name, n.slug, ${isFirstNewsletter} as "isFirst", s.language, n.language as "storiesLanguage"
    from subscribers r join subscriptions s on s.subscriber_id = r.id join newsletters n on n.id = s.newsletter_id
    where r.email_key = ${addressKey} and s.confirmed_at is not null
    order by s.state = 'active' desc, s.id desc limit 1`.execute(trx)
  return rows[0]
}
