/** @jsxImportSource hono/jsx */
import type { Context as HonoContext } from 'hono'
import { findNewestDigest, type NewestDigest } from '../digests/newest-digest.ts'
import type { Context } from '../platform/context.ts'
import { consentText } from '../subscriptions/consent.ts'
import { type Newsletter, offeredTopics } from '../subscriptions/newsletters.ts'
import { type Choices, defaultChoices } from '../subscriptions/preferences.ts'
import { ChoiceFields, errorAttributes, FieldError } from './choice-fields.tsx'
import { page } from './reply.tsx'
import { turnstileField, turnstileOrigin } from './turnstile.ts'

/** A field that people do not see and leave empty, and that programs which fill in all they find do not. */
export const honeypotField = 'website'

export type SignUpForm = {
  readonly choices: Choices
  /** The topics to tick, where these are not the choices' own: none are no choice. */
  readonly ticked?: readonly string[] | undefined
  readonly email?: string
  /** Named in the form where it was asked for by name. */
  readonly newsletter?: string | undefined
  readonly errors?: Readonly<Record<string, string>>
  /** It came from a page of another site: nothing was done, and the button is still to be pressed. */
  readonly isFromElsewhere?: boolean
}

/** What this is, the form, and the newest digest. */
export async function signUpPage(c: HonoContext, context: Context, newsletter: Newsletter, form: SignUpForm) {
  const errors = form.errors ?? {}
  const isRefused = Object.keys(errors).length > 0
  // Told above the form, which has no field for it.
  const { newsletter: newsletterError, ...fieldErrors } = errors
  const topics = await offeredTopics(context, newsletter.id)
  const newest = await findNewestDigest(context.db, newsletter.id)
  return page(
    c,
    context,
    {
      title: isRefused ? 'Please check the form' : 'The digest',
      status: isRefused ? 422 : form.isFromElsewhere ? 403 : 200,
      newsletterName: newsletter.name,
    },
    <>
      <h1>The news, once, when it suits you</h1>
      <p>
        One mail with the stories that are new since your last one: every day, on weekdays or once a week, at your hour,
        about the topics you choose. When there is nothing new, nothing comes.
      </p>
      {isRefused && (
        <div class="note" role="alert">
          <p>Not quite yet: please look at the field marked below.</p>
          {newsletterError && <p>{newsletterError}</p>}
        </div>
      )}
      {form.isFromElsewhere && (
        <div class="note" role="status">
          <p>That came from a page of another site. Please look it over, and press “Subscribe” if you meant it.</p>
        </div>
      )}
      <form method="post" action="/subscribe" novalidate>
        {form.newsletter !== undefined && <input type="hidden" name="newsletter" value={form.newsletter} />}
        <div class="field">
          <label for="email">Email address</label>
          <input
            type="email"
            id="email"
            name="email"
            value={form.email ?? ''}
            autocomplete="email"
            required
            {...errorAttributes('email', fieldErrors)}
          />
          <FieldError name="email" errors={fieldErrors} />
        </div>
        <ChoiceFields
          choices={form.choices}
          topics={topics}
          ticked={form.ticked}
          errors={fieldErrors}
          guessTimeZone={!isRefused}
        />
        <div class="unseen" aria-hidden="true">
          <label for={honeypotField}>Leave this empty</label>
          <input type="text" id={honeypotField} name={honeypotField} tabindex={-1} autocomplete="off" />
        </div>
        <Challenge context={context} errors={fieldErrors} />
        <p class="hint">{consentText(newsletter.name)}</p>
        <p>
          <button type="submit">Subscribe</button>
        </p>
      </form>
      <p class="quiet">
        Subscribed already, and looking for your settings? <a href="/my-link">Have your link mailed to you</a>.
      </p>
      {newest && <Newest digest={newest} />}
    </>,
  )
}

function Challenge({ context, errors = {} }: { readonly context: Context; readonly errors: SignUpForm['errors'] }) {
  const { turnstile } = context.config
  if (!turnstile) return null
  return (
    <div class="field" {...(Object.keys(errors)[0] === turnstileField && { tabindex: -1, autofocus: true })}>
      <div class="cf-turnstile" data-sitekey={turnstile.siteKey} />
      <noscript>
        <p class="note">
          To keep programs out, this form needs JavaScript. Without it, write to {context.config.contactAddress}.
        </p>
      </noscript>
      <FieldError name={turnstileField} errors={errors} />
      <script src={`${turnstileOrigin}/turnstile/v0/api.js`} async defer />
    </div>
  )
}

/** What was typed, to be shown again, as far as it can be. */
export function typedChoices(body: Readonly<Record<string, unknown>>, timeZone: string): Choices {
  const text = (name: string) => (typeof body[name] === 'string' ? (body[name] as string) : undefined)
  const topics = Array.isArray(body.topics) ? body.topics : body.topics === undefined ? [] : [body.topics]
  return {
    frequency:
      (['daily', 'weekdays', 'weekly'] as const).find((one) => one === text('frequency')) ?? defaultChoices.frequency,
    weekday: Number(text('weekday')) || defaultChoices.weekday,
    hour: Number(text('hour') ?? defaultChoices.hour),
    timeZone: text('timeZone')?.slice(0, 64) ?? timeZone,
    topics: topics.filter((topic): topic is string => typeof topic === 'string'),
  }
}

function Newest({ digest }: { readonly digest: NewestDigest }) {
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' }).format(
    new Date(digest.editionDate),
  )
  return (
    <section aria-labelledby="newest">
      <h2 id="newest">In the newest digest</h2>
      <p class="quiet">{day}</p>
      <ol class="stories">
        {digest.stories.map((story) => (
          <li>
            {story.topics && <span class="topic">{story.topics}</span>}
            {story.url ? <a href={story.url}>{story.title}</a> : story.title}
          </li>
        ))}
      </ol>
    </section>
  )
}
