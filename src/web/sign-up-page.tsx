/** @jsxImportSource hono/jsx */
import type { Context as HonoContext } from 'hono'
import { findPublicDigests, type Item, type PublicDigest } from '../digests/archive.ts'
import type { Context } from '../platform/context.ts'
import { consentText } from '../subscriptions/consent.ts'
import { type Newsletter, offeredTopics } from '../subscriptions/newsletters.ts'
import { type Choices, defaultChoices } from '../subscriptions/preferences.ts'
import { ChoiceFields, errorAttributes, FieldError } from './choice-fields.tsx'
import { digestPath } from './digest-page.tsx'
import { pageHead } from './page-head.ts'
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

const headline = 'The news, once, when it suits you'

/** What this is, the form, why to trust it, and the newest digest. */
export async function signUpPage(c: HonoContext, context: Context, newsletter: Newsletter, form: SignUpForm) {
  const errors = form.errors ?? {}
  const isRefused = Object.keys(errors).length > 0
  // Told above the form, which has no field for it.
  const { newsletter: newsletterError, ...fieldErrors } = errors
  const topics = await offeredTopics(context, newsletter.id)
  const [newest] = await findPublicDigests(context, { newsletterId: newsletter.id }, 1)
  return page(
    c,
    context,
    {
      title: isRefused ? 'Please check the form' : 'The digest',
      status: isRefused ? 422 : form.isFromElsewhere ? 403 : 200,
      newsletterName: newsletter.name,
      head: pageHead(context.config, {
        title: headline,
        siteName: newsletter.name,
        description: `${newsletter.name} by mail: the stories that are new since your last digest, at your hour, about your topics. No tracking, and you leave with one click.`,
        path: '/',
      }),
    },
    <>
      <h1>{headline}</h1>
      <p class="lede">
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
      <Trust />
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

/** Each of these is so by how the service is made, not by promise: docs/security.md. */
function Trust() {
  return (
    <section aria-labelledby="trust">
      <h2 id="trust">What you can count on</h2>
      <ul class="plain">
        <li>
          <strong>One mail a day at most.</strong> Less often if you say so, none while you pause, and no story twice.
        </li>
        <li>
          <strong>Nobody watches you read.</strong> No pixel in the mail, no detour behind its links, no cookie here.{' '}
          <a href="/privacy">What is kept, and for how long</a>.
        </li>
        <li>
          <strong>One click, and you are out.</strong> Every mail has the link; nobody asks why.
        </li>
        <li>
          <strong>You can look before you ask.</strong> All digests are in the <a href="/archive">archive</a>, and in a{' '}
          <a href="/archive/feed.xml">feed</a> for those who would rather have no mail.
        </li>
      </ul>
    </section>
  )
}

/** In the order of the mail. */
function Newest({ digest }: { readonly digest: PublicDigest }) {
  const { lead, sections, alone, brief } = digest.edition
  const others = [...sections.flatMap(({ items }) => items), ...alone, ...brief]
  return (
    <section aria-labelledby="newest" class="edition">
      <h2 id="newest">In the newest digest</h2>
      <p class="dateline">
        <a href={digestPath(digest.digestId)}>{digest.date}</a>
      </p>
      <div lang={digest.language} dir={digest.direction}>
        <div class="lead">
          <Topic item={lead} />
          <h3 dir="auto">
            <Title item={lead} />
          </h3>
          {lead.summary && <p dir="auto">{lead.summary}</p>}
        </div>
        <ol class="stories">
          {others.map((item) => (
            <li>
              <Topic item={item} />
              <span dir="auto" class="title">
                <Title item={item} />
              </span>
            </li>
          ))}
        </ol>
      </div>
      <p>
        <a href={digestPath(digest.digestId)}>Read the whole digest</a>
      </p>
    </section>
  )
}

const Title = ({ item }: { readonly item: Item }) =>
  item.url ? <a href={item.url}>{item.title}</a> : <span>{item.title}</span>

const Topic = ({ item }: { readonly item: Item }) =>
  item.topic ? (
    <span class="topic" dir="auto">
      {item.topic.name}
    </span>
  ) : null
