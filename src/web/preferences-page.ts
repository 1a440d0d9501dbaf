import type { Context as HonoContext } from 'hono'
import { html } from 'hono/html'
import type { Context } from '../platform/context.ts'
import { remembered } from '../platform/remembered.ts'
import { signToken } from '../platform/signed-token.ts'
import { consentText } from '../subscriptions/consent.ts'
import { knownLanguage, type Language, messagesFor } from '../subscriptions/languages.ts'
import { newslettersByName, type Topic } from '../subscriptions/newsletters.ts'
import type { Offer, PreferenceCenter } from '../subscriptions/preference-center.ts'
import { undoToken } from '../subscriptions/unsubscribe.ts'
import { type Form, formOf, type Own, type Shown, subscriptionForm } from './preferences-form.ts'
import { fieldsInWords } from './problem-words.ts'
import { answerPage, page, pageText } from './reply.tsx'
import { frontOf } from './site.ts'
import { UndoForm } from './undo-form.tsx'

export type PageState = {
  readonly shown?: Shown
  readonly note?: string | undefined
  readonly suggested?: boolean
  /** All time zones in the page, for whom no script adds them. */
  readonly allZones?: boolean
  readonly errors?: Readonly<Record<string, string>>
}

/** What the page shows, but for what is its reader's alone. */
type View = {
  readonly isActive: boolean
  /** Where one subscribes again. */
  readonly front: string
  /** For who unsubscribed a moment ago. */
  readonly undo: string | undefined
  readonly language: Language
  readonly form: Form
  readonly offers: readonly Offer[]
  readonly fewZones: boolean
  readonly errors: Readonly<Record<string, string>>
  readonly notes: readonly string[]
  readonly isSuppressed: boolean
  /** The forms of the reader's other subscriptions. */
  readonly others: readonly ReturnType<typeof html>[]
}

/** The preference center: this subscription as `shown`, the reader's others, what else there is, and what is kept about them. */
export async function preferencesPage(
  c: HonoContext,
  context: Context,
  token: string,
  center: PreferenceCenter,
  state: PageState = {},
): Promise<Response> {
  const { own, offers, isSuppressed } = center
  const { shown = own, note, suggested, allZones = false } = state
  const language = knownLanguage(own.language) ?? 'en'
  const isActive = shown.state === 'active'
  const form = await formOf(context, shown, { language: own.language, isSuppressed })
  const reader = ownOf(context, shown, token)
  const isPlain = shown === own && isActive && !isSuppressed && center.others.length === 0
  if (isPlain && !note && !suggested && !allZones && !state.errors)
    return usualPage(c, context, { language, form, offers }, reader)
  const words = messagesFor(language)
  const { preferences: say } = words
  const errors = fieldsInWords(words, state.errors ?? {})
  const isRefused = Object.keys(errors).length > 0
  // Its link would lose what is filled in.
  const fewZones = !allZones && !suggested && !isRefused
  const others: View['others'][number][] = []
  for (const other of center.others) {
    const otherForm = await formOf(context, other, { language: own.language, isSuppressed })
    const options = { language, errors: {}, fewZones, idPrefix: `s${other.subscriptionId}-` }
    others.push(html`<details><summary>${other.newsletterName}</summary>
${subscriptionForm(otherForm, ownOf(context, other), options)}</details>`)
  }
  const filledIn = form.ticked?.length === 0 ? say.onlyTopic : say.filledIn
  const notes = [...(note === undefined ? [] : [note]), ...(suggested && isActive ? [filledIn] : [])]
  const left = isActive ? undefined : (await newslettersByName(context)).find(({ id }) => id === shown.newsletterId)
  const front = left ? await frontOf(context, left) : '/'
  const undo = isActive ? undefined : await undoToken(context, shown.subscriptionId)
  return page(
    c,
    context,
    {
      ...usualOptions(language, form),
      ...(isRefused && { title: words.page.checkForm, status: 422 }),
      ...(others.length > 0 && !isRefused && { title: say.several }),
    },
    contentOf({ isActive, front, undo, language, form, offers, fewZones, errors, notes, isSuppressed, others }, reader),
  )
}

const usualOptions = (language: Language, { newsletterName }: { readonly newsletterName: string }) =>
  ({ title: messagesFor(language).preferences.one, isPrivate: true, language, newsletterName }) as const

const ownOf = (
  { keys }: Context,
  { email, subscriptionId }: Pick<Shown, 'email' | 'subscriptionId'>,
  token = signToken(keys, keys.newestId, 'preferences', subscriptionId),
): Own => ({ email, token, unsubscribeToken: signToken(keys, keys.newestId, 'unsubscribe', subscriptionId) })

/** As text with holes (escaped), which takes a fraction of the time of elements. */
function contentOf(view: View, own: Own) {
  const { language, form, offers, errors, notes, others, front, undo, isActive } = view
  const words = messagesFor(language)
  const { preferences: say } = words
  return html`<h1>${others.length > 0 ? say.several : say.one}</h1>
${notes.map((note) => html`<div class="note" role="status"><p>${note}</p></div>`)}
${Object.keys(errors).length > 0 && html`<div class="note" role="alert"><p>${say.notSaved}</p></div>`}
${
  isActive
    ? html`<p>${say.forAddress({ email: own.email })}</p>
${others.length > 0 && html`<h2>${form.newsletterName}</h2>`}
${view.isSuppressed && html`<div class="note" role="status"><p>${words.problems.notMailed} <a href="/preferences/${own.token}/address">${say.changeAddress}</a></p></div>`}
${subscriptionForm(form, own, { language, errors, fewZones: view.fewZones })}`
    : html`<p>${say.notSubscribed({ email: own.email, newsletter: form.newsletterName })} <a href="${front}">${say.subscribe}</a></p>
${undo && UndoForm({ token: undo, words })}`
}
${others}
${isActive && offers.length > 0 && offersSection(offers, language, own.token)}
${dataSection(language, own.token)}`
}

const nothingSpecial = {
  ...{ isActive: true, front: '/', isSuppressed: false, fewZones: true, undo: undefined },
  ...{ errors: {}, notes: [], others: [] },
} as const

const mostKept = 500
const kept = new WeakMap<readonly Topic[], Map<string, readonly string[]>>()

/**
 * The page that is asked for most. Readers who choose alike share it made up, with holes for what is theirs alone: it is made of
 * what its key holds and of the offered topics, so it has nobody's address or token in it.
 */
function usualPage(
  c: HonoContext,
  context: Context,
  { language, form, offers }: Pick<View, 'language' | 'form' | 'offers'>,
  own: Own,
): Response {
  const { offered, ...choices } = form
  const alike = kept.get(offered) ?? new Map<string, readonly string[]>()
  kept.set(offered, alike)
  const options = usualOptions(language, form)
  const key = JSON.stringify([language, choices, offers.map(({ slug, name }) => [slug, name])])
  const make = () => {
    const content = contentOf({ ...nothingSpecial, language, form, offers }, holes)
    return String(pageText(context, options, content)).split(hole)
  }
  const escaped = { ...own, email: String(html`${own.email}`) }
  const pieces = remembered(alike, key, make, mostKept)
  let text = ''
  pieces.forEach((piece, index) => {
    text += index % 2 === 0 ? piece : escaped[piece as keyof Own]
  })
  return answerPage(c, options, text)
}

/** Neither the database nor a message has a zero character in it. */
const holes: Own = { email: '\0email\0', token: '\0token\0', unsubscribeToken: '\0unsubscribeToken\0' }
const hole = /\0([a-zA-Z]+)\0/

function offersSection(offers: readonly Offer[], language: Language, token: string) {
  const { preferences: say } = messagesFor(language)
  return html`<section aria-labelledby="offers"><h2 id="offers">${say.alsoFromUs}</h2>
${offers.map(
  (offer) => html`<form method="post" action="/preferences/${token}/join">
<input type="hidden" name="newsletter" value="${offer.slug}">
${offer.description && html`<p lang="${offer.language}" dir="auto">${offer.description}</p>`}
<p class="hint">${consentText(offer.name, language)}</p>
<p><button type="submit" class="second">${say.subscribeTo({ newsletter: offer.name })}</button></p>
</form>`,
)}</section>`
}

function dataSection(language: Language, token: string) {
  const { preferences: say } = messagesFor(language)
  return html`<section aria-labelledby="data"><h2 id="data">${say.data}</h2>
<ul class="plain">
<li><a href="/preferences/${token}/address">${say.changeAddress}</a></li>
<li><a href="/preferences/${token}/history">${say.history}</a></li>
<li><a href="/preferences/${token}/export">${say.download}</a> (JSON)</li>
<li><a href="/preferences/${token}/erase">${say.erase}</a></li>
</ul></section>`
}
