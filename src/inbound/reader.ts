import { sql } from 'kysely'
import { isFirstNewsletter } from '../platform/database/first-newsletter.ts'
import type { InTransaction, Row } from '../platform/database/schema.ts'

/** Who a token stands for, and what they get now. */
export type Reader = {
  readonly subscriptionId: number
  readonly subscriberId: number
  readonly email: string
  readonly newsletter: Pick<Row<'newsletters'>, 'name' | 'slug' | 'language'> & { readonly isFirst: boolean }
} & Pick<
  Row<'subscriptions'>,
  'state' | 'frequency' | 'weekday' | 'time_zone' | 'language' | 'next_digest_at' | 'paused_until' | 'confirmed_at'
> & {
    /** Where they live, `YYYY-MM-DD`. */
    readonly today: string
  }

/** Undefined when there is no such subscription any more. */
export async function findReader(
  trx: InTransaction,
  now: ReturnType<typeof sql>,
  subscriptionId: number,
): Promise<Reader | undefined> {
  const { rows } = await sql<Reader>`
    select s.id as "subscriptionId", s.subscriber_id as "subscriberId", r.email, s.state, s.frequency, s.weekday, s.time_zone, s.language,
      s.next_digest_at, s.paused_until, s.confirmed_at, (${now} at time zone s.time_zone)::date as today,
      json_build_object('name', n.name, 'slug', n.slug, 'language', n.language,
        'isFirst', ${isFirstNewsletter}) as newsletter
    from subscriptions s join subscribers r on r.id = s.subscriber_id join newsletters n on n.id = s.newsletter_id
    where s.id = ${subscriptionId} and r.erased_at is null`.execute(trx)
  return rows[0]
}
