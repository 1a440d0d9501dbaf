import { html } from 'hono/html'
import type { Context } from '../platform/context.ts'
import { addDays, dayInWords, localDay, nextDigestInWords } from '../subscriptions/in-words.ts'
import { knownLanguage, type Language, messagesFor } from '../subscriptions/languages.ts'
import { type AtOnce, findTopic, offeredTopics, sortedByName, type Topic } from '../subscriptions/newsletters.ts'
import type { Preferences } from '../subscriptions/preference-center.ts'
import { type Choices, longestPauseDays } from '../subscriptions/preferences.ts'
import { ChoiceFields, errorAttributes, FieldError, written } from './choice-fields.tsx'

/** Preferences as the form shows them: the stored ones, with what was typed or a one-tap link's change filled in. */
export type Shown = Preferences & {
  /** The pause's day in the form; undefined for the stored one. */
  readonly pauseUntil?: string | undefined
  /** The zone that is stored, where another was typed: the next digest is told in it. */
  readonly storedTimeZone?: string | undefined
  /** A topic to take away. */
  readonly without?: string | undefined
  /** The topics to tick, where these are not the choices' own. */
  readonly ticked?: readonly string[] | undefined
}

/** What a page has that is one reader's alone. */
export type Own = { readonly email: string; readonly token: string; readonly unsubscribeToken: string }

/** What a form shows, without anything that is its reader's alone: many have the same. */
export type Form = Pick<Choices, 'frequency' | 'weekday' | 'hour' | 'timeZone' | 'topics'> &
  Pick<Shown, 'newsletterName' | 'without' | 'ticked'> & {
    /** Of the service's words, as chosen. */
    readonly chosenLanguage: Language
    readonly offered: readonly Topic[]
    /** The reader's local day. */
    readonly today: string
    /** In words. */
    readonly pausedUntil: string | undefined
    readonly pauseUntil: string
    /** When the next digest comes, in words. */
    readonly next: string | undefined
  }

/**
 * What the form of a subscription shows, its times written as in `language`. Where its reader is suppressed no digest comes, at
 * any time.
 */
export function formOf(
  context: Context,
  shown: Shown,
  { language, isSuppressed }: { readonly language: string; readonly isSuppressed: boolean },
): AtOnce<Form> {
  const { frequency, weekday, hour, timeZone, topics, newsletterName, without } = shown
  const now = context.clock.now()
  const today = localDay(now, timeZone)
  // A pause in the past is over: the next digest comes as if there had been none.
  const pausedUntil = shown.pausedUntil !== null && shown.pausedUntil > today ? shown.pausedUntil : undefined
  const offering = topicsShown(context, shown)
  const formWith = (offered: readonly Topic[]): Form => ({
    ...{ frequency, weekday, hour, timeZone, topics, newsletterName, without, offered, today },
    pausedUntil: pausedUntil && dayInWords(pausedUntil, today.slice(0, 4), language),
    chosenLanguage: knownLanguage(shown.language) ?? 'en',
    ticked: tickedOf(shown, offered),
    pauseUntil: shown.pauseUntil ?? pausedUntil ?? '',
    next:
      shown.nextDigestAt && !isSuppressed
        ? nextDigestInWords(shown.nextDigestAt, shown.storedTimeZone ?? timeZone, now, language)
        : undefined,
  })
  return offering instanceof Promise ? offering.then(formWith) : formWith(offering)
}

/** What the form offers: what others are offered, what this reader chose before, and what they want to take away. */
export function topicsShown(context: Context, shown: Shown): AtOnce<readonly Topic[]> {
  const offered = offeredTopics(context, shown.newsletterId)
  const isUsual = shown.without === undefined && !(offered instanceof Promise) && furtherOf(shown, offered).length === 0
  return isUsual ? offered : withFurther(context, shown, offered)
}

const furtherOf = ({ chosenTopics }: Shown, offered: readonly Topic[]) =>
  chosenTopics.filter(({ id }) => !offered.some((topic) => topic.id === id))

async function withFurther(
  context: Context,
  shown: Shown,
  offering: AtOnce<readonly Topic[]>,
): Promise<readonly Topic[]> {
  const { newsletterId, without } = shown
  const offered = await offering
  const further = furtherOf(shown, offered)
  const isShown = without === undefined || [...offered, ...further].some(({ slug }) => slug === without)
  if (!isShown) further.push(...(await findTopic(context.db, newsletterId, without)))
  return further.length === 0 ? offered : sortedByName([...offered, ...further])
}

function tickedOf(shown: Shown, topics: readonly Topic[]): readonly string[] | undefined {
  if (shown.ticked !== undefined || shown.without === undefined) return shown.ticked
  const all = topics.map((topic) => topic.slug)
  return (shown.topics.length > 0 ? shown.topics : all).filter((slug) => slug !== shown.without)
}

type FormOptions = {
  readonly language: Language
  readonly errors: Readonly<Record<string, string>>
  readonly fewZones: boolean
  /** Where a page has forms more than once. */
  readonly idPrefix?: string
}

/** One subscription: when its next digest comes, its choices, and the way out. */
export function subscriptionForm(
  form: Form,
  { token, unsubscribeToken }: Own,
  { language, errors, fewZones, idPrefix = '' }: FormOptions,
) {
  const { preferences: say } = messagesFor(language)
  const { today, pausedUntil, without, chosenLanguage, ticked } = form
  return html`${pausedUntil && html`<p>${say.pausedUntil({ day: pausedUntil })}</p>`}
${form.next && html`<p>${say.next} <strong>${form.next}</strong></p>`}
<form method="post" action="/preferences/${token}" novalidate>
${without !== undefined && html`<input type="hidden" name="without" value="${without}">`}
${ChoiceFields({ language, chosenLanguage, choices: form, topics: form.offered, ticked, errors, idPrefix, fewZones })}
<div class="field"><label for="${idPrefix}pauseUntil">${say.pauseUntil}</label>
<input type="date" id="${idPrefix}pauseUntil" name="pauseUntil" value="${form.pauseUntil}" min="${addDays(today, 1)}" max="${addDays(today, longestPauseDays)}"${written(errorAttributes('pauseUntil', errors))}>
${FieldError({ name: 'pauseUntil', errors })}
<p class="hint">${say.pauseHint}</p></div>
<p><button type="submit">${say.save}</button></p>
</form>
<p><a href="/unsubscribe/${unsubscribeToken}">${say.unsubscribeFrom({ newsletter: form.newsletterName })}</a></p>`
}
