/** @jsxImportSource hono/jsx */
import { Hono, type Context as HonoContext } from 'hono'
import type { Context } from '../platform/context.ts'
import { PublicError } from '../platform/errors.ts'
import { signToken, verifyToken } from '../platform/signed-token.ts'
import { getNewsletterById } from '../subscriptions/newsletters.ts'
import { changePreferences, getPreferences, type Preferences } from '../subscriptions/preferences.ts'
import { unsubscribe } from '../subscriptions/unsubscribe.ts'
import { ChoiceFields, errorAttributes, FieldError } from './choice-fields.tsx'
import { evidenceOf } from './evidence.ts'
import { check, preferencesSchema, readBody } from './read-input.ts'
import { page } from './reply.tsx'
import type { WebOptions } from './web-options.ts'

/** What a reader reaches through the links of a mail: to look with GET, to act with POST. */
export function readerRoutes(context: Context, options: WebOptions): Hono {
  const app = new Hono()

  app.get('/preferences/:token', async (c) => {
    const preferences = await readerOf(context, c.req.param('token'))
    return preferencesPage(c, context, withSuggestion(preferences, c.req.query()), {
      suggested: ['frequency', 'pauseDays', 'without'].some((name) => c.req.query(name) !== undefined),
    })
  })

  app.post('/preferences/:token', async (c) => {
    const preferences = await readerOf(context, c.req.param('token'))
    const body = await readBody(c)
    try {
      // An untouched pause field must not end or renew a pause.
      if (body.pauseDays === '' || body.pauseDays === 'keep') delete body.pauseDays
      await changePreferences(
        context,
        preferences.subscriptionId,
        check(preferencesSchema, body),
        evidenceOf(c, options, 'link'),
      )
    } catch (error) {
      if (!(error instanceof PublicError) || error.code !== 'invalid_input') throw error
      return preferencesPage(c, context, preferences, { errors: error.fields })
    }
    return preferencesPage(c, context, await getPreferences(context, preferences.subscriptionId), { saved: true })
  })

  app.get('/unsubscribe/:token', async (c) => {
    await subscriptionOf(context, 'unsubscribe', c.req.param('token'))
    return page(
      c,
      context,
      { title: 'Unsubscribe', isPrivate: true },
      <>
        <h1>Unsubscribe?</h1>
        <p>One press, and no further digest is sent.</p>
        <form method="post">
          <input type="hidden" name="from" value="page" />
          <button type="submit">Unsubscribe</button>
        </form>
      </>,
    )
  })

  // RFC 8058: no cookies, no redirect, any body, form or multipart; the token alone decides.
  app.post('/unsubscribe/:token', async (c) => {
    const subscriptionId = await subscriptionOf(context, 'unsubscribe', c.req.param('token'))
    const body = await readBody(c).catch((): Record<string, unknown> => ({}))
    const isPage = body.from === 'page'
    await unsubscribe(
      context,
      subscriptionId,
      isPage ? 'unsubscribed_page' : 'unsubscribed_one_click',
      evidenceOf(c, options, isPage ? 'link' : 'one-click'),
    )
    if (!isPage) return c.body('', 200, { 'content-type': 'text/plain; charset=utf-8' })
    return page(
      c,
      context,
      { title: 'You are unsubscribed', isPrivate: true },
      <>
        <h1>You are unsubscribed</h1>
        <p>No further digest will be sent to you. Thank you for having read with us.</p>
        <p>
          Was that a slip? <a href="/">Subscribe again</a>.
        </p>
      </>,
    )
  })

  return app
}

async function subscriptionOf(
  context: Context,
  purpose: 'unsubscribe' | 'preferences',
  token: string,
): Promise<number> {
  const id = verifyToken(context.keys, purpose, token)
  if (id === undefined) {
    throw new PublicError(
      'not_found',
      'This link is not one of ours, or was cut short. The newest mail from us has a link that works.',
    )
  }
  return id
}

async function readerOf(context: Context, token: string): Promise<Preferences> {
  return getPreferences(context, await subscriptionOf(context, 'preferences', token))
}

/** A one-tap link of the digest opens the page with its change filled in; only the button makes it. */
function withSuggestion(preferences: Preferences, query: Record<string, string>): Shown {
  const parsed = preferencesSchema.pick({ frequency: true, pauseDays: true }).safeParse(query)
  return {
    ...preferences,
    ...(parsed.success && parsed.data.frequency ? { frequency: parsed.data.frequency } : {}),
    ...(parsed.success && parsed.data.pauseDays !== undefined ? { pauseDays: parsed.data.pauseDays } : {}),
    ...(query.without === undefined ? {} : { without: query.without }),
  }
}

type Shown = Preferences & { readonly pauseDays?: number; readonly without?: string }

const pauses = [
  [7, 'one week'],
  [14, 'two weeks'],
  [30, '30 days'],
] as const

async function preferencesPage(
  c: HonoContext,
  context: Context,
  shown: Shown,
  state: { readonly saved?: boolean; readonly suggested?: boolean; readonly errors?: Readonly<Record<string, string>> },
) {
  const newsletter = await getNewsletterById(context.db, shown.newsletterId, shown.topics)
  const errors = state.errors ?? {}
  const title = 'Your digest'
  const options = {
    title,
    isPrivate: true,
    newsletterName: newsletter.name,
    status: Object.keys(errors).length > 0 ? 422 : 200,
  } as const
  if (shown.state !== 'active') {
    return page(
      c,
      context,
      options,
      <>
        <h1>{title}</h1>
        <p>
          {shown.email} is not subscribed at the moment. <a href="/">Subscribe</a>.
        </p>
      </>,
    )
  }
  const all = newsletter.topics.map((topic) => topic.slug)
  const ticked =
    shown.without === undefined
      ? undefined
      : (shown.topics.length > 0 ? shown.topics : all).filter((slug) => slug !== shown.without)
  const unsubscribeToken = signToken(context.keys, context.keys.newestId, 'unsubscribe', shown.subscriptionId)
  const paused = isPaused(shown, context.clock.now())
  return page(
    c,
    context,
    options,
    <>
      <h1>{title}</h1>
      {state.saved && (
        <div class="note" role="status">
          <p>Saved.</p>
        </div>
      )}
      {state.suggested && (
        <div class="note" role="status">
          <p>
            {ticked?.length === 0
              ? 'That is your only topic: choose another below, pause, or unsubscribe.'
              : 'Your change is filled in below. Press “Save” to make it.'}
          </p>
        </div>
      )}
      <p>
        For {shown.email}.{' '}
        {shown.nextDigestAt &&
          `The next one comes on ${inWords(shown.nextDigestAt, shown.timeZone)}, if there is news.`}
      </p>
      <form method="post" action="?" novalidate>
        <ChoiceFields choices={shown} topics={newsletter.topics} ticked={ticked} errors={errors} />
        <div class="field">
          <label for="pauseDays">Pause</label>
          <select id="pauseDays" name="pauseDays" {...errorAttributes('pauseDays', errors)}>
            <option value="keep">{paused ? `Paused until ${dayInWords(shown.pausedUntil ?? '')}` : 'No pause'}</option>
            {paused && <option value="0">End the pause</option>}
            {pauses.map(([days, label]) => (
              <option value={String(days)} selected={shown.pauseDays === days}>
                {`Pause for ${label}`}
              </option>
            ))}
          </select>
          <FieldError name="pauseDays" errors={errors} />
        </div>
        <p>
          <button type="submit">Save</button>
        </p>
      </form>
      <p>
        <a href={`/unsubscribe/${unsubscribeToken}`}>Unsubscribe</a>
      </p>
    </>,
  )
}

/** A pause in the past is over: the next digest comes as if there had been none. */
function isPaused(shown: Shown, now: Date): boolean {
  return (
    shown.pausedUntil !== null &&
    shown.pausedUntil > new Intl.DateTimeFormat('sv', { timeZone: shown.timeZone }).format(now)
  )
}

function inWords(time: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
    timeZone,
  }).format(time)
}

function dayInWords(day: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' }).format(new Date(day))
}
