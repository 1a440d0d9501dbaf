import type { Context as HonoContext } from 'hono'
import { html, raw } from 'hono/html'
import type { Context } from '../platform/context.ts'
import { remembered } from '../platform/remembered.ts'
import { signToken } from '../platform/signed-token.ts'
import { consentText } from '../subscriptions/consent.ts'
import { addDays, dayInWords, localDay, nextDigestInWords } from '../subscriptions/in-words.ts'
import { knownLanguage, type Messages, messagesFor } from '../subscriptions/languages.ts'
import { findTopic, offeredTopics, sortedByName, type Topic } from '../subscriptions/newsletters.ts'
import type { PreferenceCenter, Preferences } from '../subscriptions/preference-center.ts'
import { longestPauseDays } from '../subscriptions/preferences.ts'
import { undoToken } from '../subscriptions/unsubscribe.ts'
import { ChoiceFields, errorAttributes, FieldError, written } from './choice-fields.tsx'
import { fieldsInWords } from './problem-words.ts'
import { page } from './reply.tsx'
import { UndoForm } from './undo-form.tsx'

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

export type PageState = {
  readonly note?: string | undefined
  readonly suggested?: boolean
  /** All time zones in the page, for whom no script adds them. */
  readonly allZones?: boolean
  readonly errors?: Readonly<Record<string, string>>
}

/**
 * The preference center: this subscription as `shown`, the reader's others, what else there is, and what is kept about them.
 * The page that is asked for most: text with holes (escaped), which takes a fraction of the time of elements.
 */
export async function preferencesPage(
  c: HonoContext,
  context: Context,
  token: string,
  { own, others, offers, isSuppressed }: PreferenceCenter,
  state: PageState & { readonly shown?: Shown } = {},
): Promise<Response> {
  const shown: Shown = state.shown ?? own
  const words = messagesFor(own.language)
  const { preferences: say } = words
  const errors = fieldsInWords(words, state.errors ?? {})
  const isRefused = Object.keys(errors).length > 0
  const isActive = shown.state === 'active'
  const undo = isActive ? undefined : await undoToken(context, shown.subscriptionId)
  const forms = new Map<number, readonly Topic[]>()
  for (const one of [shown, ...others]) forms.set(one.subscriptionId, await topicsShown(context, one))
  const topics = forms.get(shown.subscriptionId) ?? []
  const title = others.length > 0 ? say.several : say.one
  const ticked = tickedOf(shown, topics)
  // Its link would lose what is filled in.
  const fewZones = !state.allZones && !state.suggested && !isRefused
  return page(
    c,
    context,
    {
      title: isRefused ? words.page.checkForm : title,
      isPrivate: true,
      language: own.language,
      newsletterName: shown.newsletterName,
      status: isRefused ? 422 : 200,
    },
    html`<h1>${title}</h1>
${state.note && html`<div class="note" role="status"><p>${state.note}</p></div>`}
${isRefused && html`<div class="note" role="alert"><p>${say.notSaved}</p></div>`}
${
  isActive &&
  state.suggested &&
  html`<div class="note" role="status"><p>${ticked?.length === 0 ? say.onlyTopic : say.filledIn}</p></div>`
}
${
  isActive
    ? html`<p>${say.forAddress({ email: shown.email })}</p>
${others.length > 0 && html`<h2>${shown.newsletterName}</h2>`}
${isSuppressed && html`<div class="note" role="status"><p>${words.problems.notMailed} <a href="/preferences/${token}/address">${say.changeAddress}</a></p></div>`}
${subscriptionForm({ words, language: own.language, context, shown, topics, errors, ticked, token, isSuppressed, fewZones })}`
    : html`<p>${say.notSubscribed({ email: shown.email, newsletter: shown.newsletterName })} <a href="/">${say.subscribe}</a></p>
${undo && UndoForm({ token: undo, words })}`
}
${others.map(
  (other) => html`<details><summary>${other.newsletterName}</summary>
${subscriptionForm({
  words,
  language: own.language,
  context,
  shown: other,
  errors: {},
  ticked: undefined,
  topics: forms.get(other.subscriptionId) ?? [],
  token: preferencesToken(context, other.subscriptionId),
  idPrefix: `s${other.subscriptionId}-`,
  isSuppressed,
  fewZones,
})}</details>`,
)}
${
  isActive &&
  offers.length > 0 &&
  html`<section aria-labelledby="offers"><h2 id="offers">${say.alsoFromUs}</h2>
${offers.map(
  ({ slug, name }) => html`<form method="post" action="/preferences/${token}/join">
<input type="hidden" name="newsletter" value="${slug}">
<p class="hint">${consentText(name, own.language)}</p>
<p><button type="submit" class="second">${say.subscribeTo({ newsletter: name })}</button></p>
</form>`,
)}</section>`
}
${dataSection(own.language, token)}`,
  )
}

const dataSections = new Map<string, readonly string[]>()

/** Made once a language: but for the token it is the same for everyone. */
function dataSection(language: string, token: string) {
  const pieces = remembered(dataSections, language, () => {
    const { preferences: say } = messagesFor(language)
    const made = html`<section aria-labelledby="data"><h2 id="data">${say.data}</h2>
<ul class="plain">
<li><a href="/preferences/\n/address">${say.changeAddress}</a></li>
<li><a href="/preferences/\n/history">${say.history}</a></li>
<li><a href="/preferences/\n/export">${say.download}</a> (JSON)</li>
<li><a href="/preferences/\n/erase">${say.erase}</a></li>
</ul></section>`
    return String(made).split('/\n/')
  })
  return raw(pieces.join(`/${token}/`))
}

const preferencesToken = ({ keys }: Context, subscriptionId: number) =>
  signToken(keys, keys.newestId, 'preferences', subscriptionId)

/** What the form offers: what others are offered, what this reader chose before, and what they want to take away. */
export async function topicsShown(
  context: Context,
  { newsletterId, chosenTopics, without }: Shown,
): Promise<readonly Topic[]> {
  const offered = await offeredTopics(context, newsletterId)
  const further = chosenTopics.filter(({ id }) => !offered.some((topic) => topic.id === id))
  const isShown = without === undefined || [...offered, ...further].some(({ slug }) => slug === without)
  if (!isShown) further.push(...(await findTopic(context.db, newsletterId, without)))
  return further.length === 0 ? offered : sortedByName([...offered, ...further])
}

function tickedOf(shown: Shown, topics: readonly Topic[]): readonly string[] | undefined {
  if (shown.ticked !== undefined || shown.without === undefined) return shown.ticked
  const all = topics.map((topic) => topic.slug)
  return (shown.topics.length > 0 ? shown.topics : all).filter((slug) => slug !== shown.without)
}

/** One subscription: when its next digest comes, its choices, and the way out. */
function subscriptionForm(props: {
  readonly words: Messages
  readonly language: string
  readonly context: Context
  readonly shown: Shown
  readonly topics: readonly Topic[]
  readonly token: string
  readonly errors: Readonly<Record<string, string>>
  readonly ticked: readonly string[] | undefined
  /** Then it comes at no time. */
  readonly isSuppressed: boolean
  readonly fewZones: boolean
  readonly idPrefix?: string
}) {
  const { words, language, context, shown, topics, token, errors, ticked, fewZones, idPrefix = '' } = props
  const { preferences: say } = words
  const { keys, clock } = context
  const now = clock.now()
  const today = localDay(now, shown.timeZone)
  // A pause in the past is over: the next digest comes as if there had been none.
  const pausedUntil = shown.pausedUntil !== null && shown.pausedUntil > today ? shown.pausedUntil : undefined
  return html`${pausedUntil && html`<p>${say.pausedUntil({ day: dayInWords(pausedUntil, today.slice(0, 4), language) })}</p>`}
${
  shown.nextDigestAt &&
  !props.isSuppressed &&
  html`<p>${say.next} <strong>${nextDigestInWords(shown.nextDigestAt, shown.storedTimeZone ?? shown.timeZone, now, language)}</strong></p>`
}
<form method="post" action="/preferences/${token}" novalidate>
${shown.without !== undefined && html`<input type="hidden" name="without" value="${shown.without}">`}
${ChoiceFields({ language, chosenLanguage: knownLanguage(shown.language) ?? 'en', choices: shown, topics, ticked, errors, idPrefix, fewZones })}
<div class="field"><label for="${idPrefix}pauseUntil">${say.pauseUntil}</label>
<input type="date" id="${idPrefix}pauseUntil" name="pauseUntil" value="${shown.pauseUntil ?? pausedUntil ?? ''}" min="${addDays(today, 1)}" max="${addDays(today, longestPauseDays)}"${written(errorAttributes('pauseUntil', errors))}>
${FieldError({ name: 'pauseUntil', errors })}
<p class="hint">${say.pauseHint}</p></div>
<p><button type="submit">${say.save}</button></p>
</form>
<p><a href="/unsubscribe/${signToken(keys, keys.newestId, 'unsubscribe', shown.subscriptionId)}">${say.unsubscribeFrom({ newsletter: shown.newsletterName })}</a></p>`
}
