import { sql } from 'kysely'
import { z } from 'zod'
import type { Context } from '../platform/context.ts'
import type { Frequency, InTransaction } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'
import { noteChange } from './change-notices.ts'
import { type Evidence, limitActs, recordConsent } from './consent.ts'
import { knownLanguage } from './languages.ts'
import { mostTopics } from './newsletters.ts'
import { chooseTopics } from './topic-choices.ts'

/** In the order in which they are offered. */
export const frequencies = ['daily', 'weekdays', 'weekly'] as const satisfies readonly Frequency[]

/** What a reader chooses. No topics means every topic. */
export type Choices = {
  readonly frequency: Frequency
  readonly weekday: number
  readonly hour: number
  readonly timeZone: string
  readonly topics: readonly string[]
}

export const defaultChoices: Choices = { frequency: 'daily', weekday: 1, hour: 7, timeZone: 'UTC', topics: [] }

const unknownTimeZone = 'That is not a time zone, like Europe/Berlin.'

/** A number, or the digits of one as a form sends them. */
export const wholeNumber = (minimum: number, maximum: number, message: string) =>
  z
    .union(
      [
        z.number(message),
        z
          .string(message)
          .regex(/^\d{1,3}$/, message)
          .transform(Number),
      ],
      message,
    )
    .pipe(z.number().int(message).min(minimum, message).max(maximum, message))

/** The choices as they arrive, from a form (all text) or from JSON. Absent ones stay as they are. */
export const choicesSchema = z
  .object({
    frequency: z.enum(frequencies, 'Choose daily, weekdays or weekly.'),
    weekday: wholeNumber(1, 7, 'Choose a day of the week.'),
    hour: wholeNumber(0, 23, 'Choose an hour from 0 to 23.'),
    timeZone: z
      .string()
      .max(64)
      .trim()
      .transform((zone, { addIssue }) => {
        const known = knownTimeZone(zone)
        if (known === undefined) addIssue({ code: 'custom', message: unknownTimeZone })
        return known ?? z.NEVER
      }),
    language: z
      .string()
      .max(35)
      .transform((tag, { addIssue }) => {
        const known = knownLanguage(tag)
        if (known === undefined) addIssue({ code: 'custom', message: 'Choose one of our languages, like en.' })
        return known ?? z.NEVER
      }),
    topics: z.array(z.string().max(100), 'Topics are a list.').max(mostTopics, 'Those are too many topics.'),
  })
  .partial()

/** What the short names of the tz database stand for (its file `backward`); some programs still know them as zones of their own. */
const places: Readonly<Record<string, string>> = {
  CET: 'Europe/Brussels',
  MET: 'Europe/Brussels',
  EET: 'Europe/Athens',
  WET: 'Europe/Lisbon',
  EST: 'America/Panama',
  MST: 'America/Phoenix',
  HST: 'Pacific/Honolulu',
  EST5EDT: 'America/New_York',
  CST6CDT: 'America/Chicago',
  MST7MDT: 'America/Denver',
  PST8PDT: 'America/Los_Angeles',
}

/**
 * A time zone by the name of its place; undefined for what is none. Short names mean one thing to a browser and another to
 * PostgreSQL, which takes `CET` for an offset without summer time, and `IST` for Israel's.
 */
export function knownTimeZone(zone: string): string | undefined {
  if (!isTimeZone(zone)) return undefined
  if (zone.includes('/')) return zone
  const place =
    places[zone.toUpperCase()] ?? new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  return place.includes('/') || place === 'UTC' ? place : undefined
}

/** Names of zones only: the offsets that Intl takes too, like +05:30, know no clock changes. */
function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(zone)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

const invalidParameterValue = '22023'

/** Runs a write that holds a time zone; the database has the last word on which zones there are. */
export async function withKnownTimeZone<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === invalidParameterValue) {
      throw new PublicError('invalid_input', unknownTimeZone, { fields: { timeZone: unknownTimeZone }, cause: error })
    }
    throw error
  }
}

/** Some of the choices; the others stay as they are. */
export type PartialChoices = { readonly [name in keyof Choices]?: Choices[name] | undefined }

export type PreferencesChange = PartialChoices & {
  /** Of the words that the service says to them; the articles are in the newsletter's. */
  readonly language?: string | undefined
  /** Pause for so many days from today, the reader's local day; 0 ends a pause. */
  readonly pauseDays?: number | undefined
  /** Pause until a day, `YYYY-MM-DD`: no digest before it. At most a year ahead, where the reader lives; null ends a pause. */
  readonly pauseUntil?: string | null | undefined
}

/** A pause is a year at most: whoever wants a longer one wants to leave. */
export const longestPauseDays = 365

/**
 * Changes an active subscription and works out anew when its next digest comes: never a second one on a local day that had
 * one. `readUntil` stays, so no article is lost or told twice. What was changed with a link is mailed about, see
 * `writeChangeNotices`. Throws `conflict` when the subscription is not active,
 * `invalid_input` for a pause that ends in the past or too far ahead, `too_many_requests` after 100 acts in a day.
 */
export async function changePreferences(
  context: Context,
  subscriptionId: number,
  change: PreferencesChange,
  evidence: Evidence,
): Promise<void> {
  await withKnownTimeZone(() =>
    context.db.transaction().execute(async (trx) => {
      const row = await trx
        .selectFrom('subscriptions')
        .selectAll()
        .where('id', '=', subscriptionId)
        .forUpdate()
        .executeTakeFirst()
      if (!row) throw new PublicError('not_found', 'There is no such subscription any more.')
      if (row.state !== 'active')
        throw new PublicError('conflict', 'You are not subscribed at the moment. Subscribe again first.')
      await limitActs(trx, context, row.subscriber_id)
      const topicChoiceId = change.topics
        ? await chooseTopics(trx, row.newsletter_id, change.topics)
        : row.topic_choice_id
      const timeZone = change.timeZone ?? row.time_zone
      const told_from = (await hasMore(trx, row.topic_choice_id, topicChoiceId)) ? row.read_until : row.told_from
      const chosen = {
        frequency: change.frequency ?? row.frequency,
        weekday: change.weekday ?? row.weekday,
        hour: change.hour ?? row.hour,
        time_zone: timeZone,
        language: change.language ?? row.language,
        topic_choice_id: topicChoiceId,
        paused_until: await pauseOf(trx, context, change, timeZone, row.paused_until),
      }
      await trx
        .updateTable('subscriptions')
        .set({ ...chosen, told_from })
        .where('id', '=', subscriptionId)
        .execute()
      await reschedule(trx, context, subscriptionId)
      // Whoever was forwarded a digest has its link; who writes by mail is answered.
      const isOther = Object.entries(chosen).some(([name, value]) => row[name as keyof typeof chosen] !== value)
      if (isOther && evidence.source === 'link') await noteChange(trx, context, subscriptionId)
      const { topics, ...rest } = change
      await recordConsent(trx, context, {
        kind: 'preferences_changed',
        subscriberId: row.subscriber_id,
        subscriptionId,
        evidence,
        details: { ...rest, ...(topics ? { topics: [...topics] } : {}) },
      })
    }),
  )
}

/** Whether there are topics in a choice that are not in the one before: what was told of those is not known. */
async function hasMore(trx: InTransaction, before: number | null, after: number | null): Promise<boolean> {
  if (before === null || before === after) return false
  const { rows } = await sql<{ has_more: boolean }>`
    select ${after}::bigint is null or exists (
      select topic_id from topic_choice_topics where topic_choice_id = ${after}
      except select topic_id from topic_choice_topics where topic_choice_id = ${before}) as has_more`.execute(trx)
  return rows[0]?.has_more ?? true
}

/** The day until which to pause, by the database's clock where the reader lives. A day that is the pause's already stays as it is. */
async function pauseOf(
  trx: InTransaction,
  context: Context,
  change: PreferencesChange,
  timeZone: string,
  current: string | null,
): Promise<string | null> {
  const { pauseDays, pauseUntil } = change
  if (pauseUntil === null || pauseDays === 0) return null
  if (pauseUntil === undefined && pauseDays === undefined) return current
  if (pauseUntil !== undefined && pauseUntil === current) return current
  const { rows } = await sql<{ until: string; ahead: number }>`
    select until, until - today as ahead from (select (${context.clock.sqlNow} at time zone ${timeZone})::date as today) as t,
      lateral (select coalesce(${pauseUntil ?? null}::date, today + ${pauseDays ?? 0}::int) as until) as u`.execute(trx)
  const [pause] = rows
  if (!pause || pause.ahead < 1) throw invalidPause('Choose a day after today, or none.')
  if (pause.ahead > longestPauseDays) throw invalidPause('Choose a day within a year.')
  return pause.until
}

const invalidPause = (message: string) => new PublicError('invalid_input', message, { fields: { pauseUntil: message } })

/**
 * Sets when an active subscription's next digest comes, from its choices, its pause and the day of its last digest. Who is due
 * and not planned yet is owed the digest of that day: where the new choices have that day too they stay due, at its later hour
 * where it has one, so that it is still that day's. What they wanted to change is not to cost them what they have waited for.
 */
export async function reschedule(trx: InTransaction, context: Context, subscriptionId: number): Promise<void> {
  const now = context.clock.sqlNow
  await sql`
    update subscriptions set next_digest_at = (
      select case when next.at <= ${now} then greatest(next.at, next_digest_at) else next.at end
      from (select next_digest_at <= ${now} as is_due, (next_digest_at at time zone time_zone)::date as due_on) as slot,
        lateral (select next_digest_at(
          case when is_due then next_digest_at - interval '2 days' else ${now} end,
          greatest(last_digest_on, paused_until - 1, case when is_due then due_on - 1 end),
          frequency, weekday, hour, time_zone) as at) as next)
    where id = ${subscriptionId} and state = 'active'`.execute(trx)
}
