/** @jsxImportSource hono/jsx */
import { Hono, type Context as HonoContext } from 'hono'
import { findNewestDigest, type NewestDigest } from '../digests/newest-digest.ts'
import type { Context } from '../platform/context.ts'
import { PublicError } from '../platform/errors.ts'
import { confirm, confirmationHours, findConfirmation } from '../subscriptions/confirmations.ts'
import { consentText } from '../subscriptions/consent.ts'
import { getNewsletter, type Newsletter } from '../subscriptions/newsletters.ts'
import { type Choices, defaultChoices } from '../subscriptions/preferences.ts'
import { subscribe } from '../subscriptions/subscribe.ts'
import { ChoiceFields, errorAttributes, FieldError } from './choice-fields.tsx'
import { evidenceOf } from './evidence.ts'
import { check, readBody, speaksJson, subscribeSchema } from './read-input.ts'
import { page } from './reply.tsx'
import { sendSoon } from './send-soon.ts'
import type { WebOptions } from './web-options.ts'

/** From the front page to a confirmed subscription. */
export function subscribeRoutes(context: Context, options: WebOptions): Hono {
  const app = new Hono()

  app.get('/', async (c) => {
    const newsletter = await getNewsletter(context.db)
    return frontPage(c, context, newsletter, { choices: { ...defaultChoices, timeZone: edgeTimeZone(c) } })
  })

  app.post('/subscribe', async (c) => {
    const body = await readBody(c)
    try {
      const request = check(subscribeSchema, body)
      await subscribe(context, request, evidenceOf(c, options, speaksJson(c) ? 'api' : 'form'))
    } catch (error) {
      if (speaksJson(c) || !(error instanceof PublicError) || error.code !== 'invalid_input') throw error
      const newsletter = await getNewsletter(context.db)
      return frontPage(c, context, newsletter, {
        choices: typedChoices(body),
        email: String(body.email ?? ''),
        errors: error.fields,
      })
    }
    options.background(sendSoon(context))
    const message = `If that address can be subscribed, a mail is on its way to it. Follow the link in it within ${confirmationHours} hours; until then nothing else is sent.`
    if (speaksJson(c)) return c.json({ message }, 202)
    return page(
      c,
      context,
      { title: 'Check your inbox', isPrivate: true },
      <>
        <h1>Check your inbox</h1>
        <p>{message}</p>
        <p class="quiet">
          Nothing there after a few minutes? Look in the spam folder. We ask an address once a day at most.
        </p>
      </>,
    )
  })

  app.get('/confirm/:token', async (c) => {
    const confirmation = await findConfirmation(context, c.req.param('token'))
    if (confirmation.isActive) return confirmedPage(c, context, confirmation.newsletterName)
    return page(
      c,
      context,
      { title: 'Confirm your subscription', isPrivate: true, newsletterName: confirmation.newsletterName },
      <>
        <h1>One press, and you are in</h1>
        <p>{consentText(confirmation.newsletterName)}</p>
        <form method="post">
          <button type="submit">Confirm my subscription</button>
        </form>
        <p class="hint">Not you? Then close this page; nothing will be sent.</p>
      </>,
    )
  })

  app.post('/confirm/:token', async (c) => {
    const confirmation = await confirm(context, c.req.param('token'), evidenceOf(c, options, 'link'))
    if (speaksJson(c)) return c.json({ message: 'Confirmed.' })
    return confirmedPage(c, context, confirmation.newsletterName)
  })

  return app
}

function confirmedPage(c: HonoContext, context: Context, newsletterName: string) {
  return page(
    c,
    context,
    { title: 'You are subscribed', isPrivate: true, newsletterName },
    <>
      <h1>You are subscribed</h1>
      <p>
        Your first digest comes at the hour you chose. Every mail has links to change how often it comes, to pause and
        to unsubscribe.
      </p>
    </>,
  )
}

/** Cloudflare knows roughly where a request comes from; elsewhere the page's script asks the browser. */
function edgeTimeZone(c: HonoContext): string {
  const { cf } = c.req.raw as Request & { cf?: { timezone?: unknown } }
  return typeof cf?.timezone === 'string' ? cf.timezone : defaultChoices.timeZone
}

/** What was typed, to be shown again, as far as it can be. */
function typedChoices(body: Record<string, unknown>): Choices {
  const text = (name: string) => (typeof body[name] === 'string' ? (body[name] as string) : undefined)
  const topics = Array.isArray(body.topics) ? body.topics : body.topics === undefined ? [] : [body.topics]
  return {
    frequency:
      (['daily', 'weekdays', 'weekly'] as const).find((one) => one === text('frequency')) ?? defaultChoices.frequency,
    weekday: Number(text('weekday')) || defaultChoices.weekday,
    hour: Number(text('hour') ?? defaultChoices.hour),
    timeZone: text('timeZone')?.slice(0, 64) ?? defaultChoices.timeZone,
    topics: topics.filter((topic): topic is string => typeof topic === 'string'),
  }
}

type FormState = {
  readonly choices: Choices
  readonly email?: string
  readonly errors?: Readonly<Record<string, string>>
}

async function frontPage(c: HonoContext, context: Context, newsletter: Newsletter, form: FormState) {
  const errors = form.errors ?? {}
  const isRefused = Object.keys(errors).length > 0
  const newest = await findNewestDigest(context.db, newsletter.id)
  return page(
    c,
    context,
    {
      title: isRefused ? 'Please check the form' : 'The digest',
      status: isRefused ? 422 : 200,
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
        </div>
      )}
      <form method="post" action="/subscribe" novalidate>
        <div class="field">
          <label for="email">Email address</label>
          <input
            type="email"
            id="email"
            name="email"
            value={form.email ?? ''}
            autocomplete="email"
            required
            {...(errors.email ? { autofocus: true } : {})}
            {...errorAttributes('email', errors)}
          />
          <FieldError name="email" errors={errors} />
        </div>
        <ChoiceFields choices={form.choices} topics={newsletter.topics} errors={errors} guessTimeZone={!isRefused} />
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
