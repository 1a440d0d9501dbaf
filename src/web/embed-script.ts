import { directionOf, type Language, messagesFor } from '../subscriptions/languages.ts'

export const embedScriptPath = '/embed.js'

/** What the script puts into the page of another site. */
export type EmbedTexts = {
  /** The newsletter's slug, where it is not the first one. */
  readonly newsletter: string | undefined
  readonly language: Language
  readonly consent: string
}

/** All that it says itself. The answers come in the language that the form names. */
function wordsOf({ language, consent }: EmbedTexts) {
  const { page, signUp, site } = messagesFor(language)
  const { leaveEmpty, subscribe } = site.front
  const { moment, unreachable } = site.embed
  // A line break, which no address has, stands for it.
  const didYouMean = signUp.didYouMean({ address: '\n' })
  return { consent, email: page.emailAddress, leaveEmpty, subscribe, moment, unreachable, didYouMean }
}

/**
 * Served at /embed.js. Makes a form where the script stands, unless the page has one that leads here, and sends either with
 * fetch: what was typed stays, the answer is announced. Without it such a form works all the same, and leads to a page.
 */
export const embedScript = (texts: EmbedTexts) => `(() => {
const script = document.currentScript
const action = new URL('/subscribe', script.src).href
const newsletter = ${JSON.stringify(texts.newsletter ?? '')}
const language = ${JSON.stringify(texts.language)}
const words = ${JSON.stringify(wordsOf(texts))}

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

const build = () => {
  const email = make('input', { type: 'email', name: 'email', dir: 'ltr', autocomplete: 'email', maxlength: '320', required: '' })
  const unseen = make('input', { name: 'website', tabindex: '-1', autocomplete: 'off' })
  const form = make('form', { action, method: 'post', lang: language, dir: ${JSON.stringify(directionOf(texts.language))} },
    make('p', {}, make('label', {}, words.email + ' ', email)),
    make('p', { hidden: '' }, make('label', {}, words.leaveEmpty + ' ', unseen)),
    make('input', { type: 'hidden', name: 'language', value: language }),
    make('p', {}, words.consent),
    make('p', {}, make('button', { type: 'submit' }, words.subscribe)))
  if (newsletter) form.append(make('input', { type: 'hidden', name: 'newsletter', value: newsletter }))
  return form
}

const valuesOf = (form) => {
  const values = {}
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== 'string') continue
    values[name] = name === 'topics' ? [...(values[name] ?? []), value] : value
  }
  values.timeZone ||= Intl.DateTimeFormat().resolvedOptions().timeZone
  return values
}

let made = 0
const prepare = (form) => {
  const status = make('p', { role: 'status', 'aria-live': 'polite', id: 'newsmatro-status-' + ++made })
  form.append(status)
  const email = form.elements.namedItem('email')
  let busy = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (busy) return
    busy = true
    status.textContent = words.moment
    email.removeAttribute('aria-invalid')
    email.removeAttribute('aria-describedby')
    try {
      const values = valuesOf(form)
      const response = await fetch(action + '?language=' + encodeURIComponent(values.language || language), {
        method: 'POST',
        credentials: 'omit',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(values),
      })
      const answer = await response.json()
      const fields = (answer.errors ?? []).map((error) => error.pointer)
      // Only the service's own page can show that one is a person.
      if (fields.includes('#/cf-turnstile-response')) return HTMLFormElement.prototype.submit.call(form)
      status.textContent = response.ok
        ? answer.message + (answer.suggestion ? ' ' + words.didYouMean.replace('\\n', () => answer.suggestion) : '')
        : (answer.detail ?? words.unreachable)
      if (!fields.includes('#/email')) return
      email.setAttribute('aria-invalid', 'true')
      email.setAttribute('aria-describedby', status.id)
      email.focus()
    } catch {
      status.textContent = words.unreachable
    } finally {
      busy = false
    }
  })
}

const start = () => {
  const leadsHere = (form) => form.getAttribute('action') === action
  if (![...document.forms].some(leadsHere)) script.after(build())
  for (const form of document.forms) if (leadsHere(form)) prepare(form)
}
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start)
else start()
})()
`
