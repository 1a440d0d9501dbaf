// What a reader sees behind the link to their preferences.
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { SubscriptionState } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'
import type { Topic } from './newsletters.ts'
import type { Choices } from './preferences.ts'

/** A subscription as its reader sees it. */
export type Preferences = Choices & {
  readonly subscriptionId: number
  readonly newsletterId: number
  readonly newsletterName: string
  readonly email: string
  readonly state: SubscriptionState
  readonly nextDigestAt: Date | null
  /** The local day until which the digest pauses, `YYYY-MM-DD`: no digest before that day. */
  readonly pausedUntil: string | null
  /** The topics of the choices, with their names. */
  readonly chosenTopics: readonly Topic[]
}

/** A newsletter that the reader does not get. */
export type Offer = { readonly slug: string; readonly name: string }

export type PreferenceCenter = {
  /** Mail to the reader's address is kept back, whatever they choose. */
  readonly isSuppressed: boolean
  /** That of the link, active or not. */
  readonly own: Preferences
  /** The reader's other active ones, the oldest first. */
  readonly others: readonly Preferences[]
  /** By name, at most 50. */
  readonly offers: readonly Offer[]
}

/** As JSON has it: instants are text. */
type Stored = {
  readonly email: string
  readonly subscriptions: readonly (Omit<Preferences, 'email' | 'topics' | 'nextDigestAt'> & {
    readonly nextDigestAt: string | null
  })[]
  readonly offers: readonly Offer[]
}

/** What the preference center shows for a subscription's link. Throws `not_found`, also for a reader who was erased. */
export async function getPreferenceCenter(context: Context, subscriptionId: number): Promise<PreferenceCenter> {
  const { rows } = await sql<{ center: Stored | null; is_suppressed: boolean }>`
    select preference_center(${subscriptionId}) as center, exists (
      select from subscriptions s join subscribers r on r.id = s.subscriber_id join suppressions x on x.email_key = r.email_key
      where s.id = ${subscriptionId}) as is_suppressed`.execute(context.db)
  const center = rows[0]?.center
  const [own, ...others] = (center?.subscriptions ?? []).map(
    (stored): Preferences => ({
      ...stored,
      email: center?.email ?? '',
      topics: stored.chosenTopics.map(({ slug }) => slug),
      nextDigestAt: stored.nextDigestAt === null ? null : new Date(stored.nextDigestAt),
    }),
  )
  if (!center || !own) throw new PublicError('not_found', 'There is no such subscription any more.')
  return { own, others, offers: center.offers, isSuppressed: rows[0]?.is_suppressed ?? false }
}
