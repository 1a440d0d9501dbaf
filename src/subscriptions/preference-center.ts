// What a reader sees behind the link to their preferences.
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { SubscriptionState } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'
import { type AtOnce, newsletterName, newslettersByName, type Topic, topicsById } from './newsletters.ts'
import type { Choices } from './preferences.ts'

/** A subscription as its reader sees it. */
export type Preferences = Choices & {
  readonly subscriptionId: number
  readonly newsletterId: number
  readonly newsletterName: string
  readonly email: string
  /** Of the words that the service says to this reader. */
  readonly language: string
  readonly state: SubscriptionState
  readonly nextDigestAt: Date | null
  /** The local day until which the digest pauses, `YYYY-MM-DD`: no digest before that day. */
  readonly pausedUntil: string | null
  /** The topics of the choices, with their names. */
  readonly chosenTopics: readonly Topic[]
}

/** A newsletter that the reader does not get. */
export type Offer = {
  readonly slug: string
  readonly name: string
  /** In the newsletter's own language; may be empty. */
  readonly description: string
  readonly language: string
}

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

/** As JSON has it: instants are text, and the topics of a choice are ids with commas in between. */
type StoredSubscription = Omit<Choices, 'topics'> & {
  readonly subscriptionId: number
  readonly newsletterId: number
  readonly language: string
  readonly state: SubscriptionState
  readonly nextDigestAt: string | null
  readonly pausedUntil: string | null
  readonly topicIds: string | null
}

type Stored = {
  readonly email: string
  readonly isSuppressed: boolean
  readonly own: StoredSubscription
  readonly others: readonly StoredSubscription[]
}

const mostOffers = 50

/**
 * What the preference center shows for a subscription's link. The names of newsletters and topics are up to a minute old.
 * Throws `not_found`, also for a reader who was erased.
 */
export async function getPreferenceCenter(context: Context, subscriptionId: number): Promise<PreferenceCenter> {
  const { rows } = await sql<{ stored: Stored | null }>`
    select preferences_of(${subscriptionId}) as stored`.execute(context.db)
  const stored = rows[0]?.stored
  if (!stored) throw new PublicError('not_found', 'There is no such subscription any more.')
  const own = await preferencesOf(context, stored.email, stored.own)
  const others: Preferences[] = []
  for (const other of stored.others) others.push(await preferencesOf(context, stored.email, other))
  const offers = (await newslettersByName(context)).filter(
    ({ id }) => id !== own.newsletterId && !others.some(({ newsletterId }) => newsletterId === id),
  )
  return { own, others, offers: offers.slice(0, mostOffers), isSuppressed: stored.isSuppressed }
}

function preferencesOf(
  context: Context,
  email: string,
  { topicIds, nextDigestAt, ...stored }: StoredSubscription,
): AtOnce<Preferences> {
  const topics = topicIds === null ? [] : topicsById(context, stored.newsletterId, topicIds)
  const name = newsletterName(context, stored.newsletterId)
  const withNames = (chosenTopics: readonly Topic[], named: string): Preferences => ({
    ...stored,
    email,
    newsletterName: named,
    chosenTopics,
    topics: chosenTopics.map(({ slug }) => slug),
    nextDigestAt: nextDigestAt === null ? null : new Date(nextDigestAt),
  })
  if (topics instanceof Promise || name instanceof Promise) {
    return Promise.all([topics, name]).then(([found, named]) => withNames(found, named))
  }
  return withNames(topics, name)
}
