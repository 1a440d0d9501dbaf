export const embedScriptPath = '/embed.js'

/** What the script puts into the page of another site. */
export type EmbedTexts = {
  /** The newsletter's slug, where it is not the first one. */
  readonly newsletter: string | undefined
  readonly consent: string
}

/**
 * Served at /embed.js. Makes a form where the script stands, unless the page has one that leads here, and sends either with
 * fetch: what was typed stays, the answer is announced. Without it such a form works all the same, and leads to a page.
 */
export const embedScript = ({ newsletter, consent }: EmbedTexts) => `(() => {
const script = document.currentScript
const action = new URL('/subscribe', script.src).href
const newsletter = ${JSON.stringify(newsletter ?? '')}
const consent = ${JSON.stringify(consent)}
const unreachable = 'That did not get through. Please try again in a minute.'

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

const build = () => {
  const email = make('input', { type: 'email', name: 'email', autocomplete: 'email', maxlength: '320', required: '' })
  const unseen = make('input', { name: 'website', tabindex: '-1', autocomplete: 'off' })
  const form = make('form', { action, method: 'post' },
    make('p', {}, make('label', {}, 'Email address ', email)),
    make('p', { hidden: '' }, make('label', {}, 'Leave this empty ', unseen)),
    make('p', {}, consent),
    make('p', {}, make('button', { type: 'submit' }, 'Subscribe')))
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
    status.textContent = 'One moment …'
    email.removeAttribute('aria-invalid')
    email.removeAttribute('aria-describedby')
    try {
      const response = await fetch(action, {
        method: 'POST',
        credentials: 'omit',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(valuesOf(form)),
      })
      const answer = await response.json()
      const fields = (answer.errors ?? []).map((error) => error.pointer)
      // Only the service's own page can show that one is a person.
      if (fields.includes('#/cf-turnstile-response')) return HTMLFormElement.prototype.submit.call(form)
      status.textContent = response.ok
        ? answer.message + (answer.suggestion ? ' Did you mean ' + answer.suggestion + '?' : '')
        : (answer.detail ?? unreachable)
      if (!fields.includes('#/email')) return
      email.setAttribute('aria-invalid', 'true')
      email.setAttribute('aria-describedby', status.id)
      email.focus()
    } catch {
      status.textContent = unreachable
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
