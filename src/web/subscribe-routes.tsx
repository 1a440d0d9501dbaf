/** @jsxImportSource hono/jsx */
import { Hono, type Context as HonoContext } from 'hono'
import type { Context } from '../platform/context.ts'
import { PublicError } from '../platform/errors.ts'
import { parseAddress } from '../subscriptions/address.ts'
import { type Confirmation, confirm, findConfirmation } from '../subscriptions/confirmations.ts'
import { consentText } from '../subscriptions/consent.ts'
import { messagesFor } from '../subscriptions/languages.ts'
import { getNewsletter, type Newsletter } from '../subscriptions/newsletters.ts'
import { defaultChoices, knownTimeZone } from '../subscriptions/preferences.ts'
import { subscribe } from '../subscriptions/subscribe.ts'
import { suggestAddress } from '../subscriptions/suggest-address.ts'
import { askedLanguage, inLanguage, namedLanguage, spokenTo } from './asked-language.ts'
import { answerBadLink } from './bad-link.tsx'
import { evidenceOf } from './evidence.ts'
import { check, readBody, speaksJson, subscribeSchema } from './read-input.ts'
import { page, reply } from './reply.tsx'
import { sendSoon } from './send-soon.ts'
import { embedOriginOf, isFromElsewhere } from './sign-up-origin.ts'
import { honeypotField, signUpPage, typedChoices } from './sign-up-page.tsx'
import { siteOf } from './site.ts'
import { verifyPerson } from './turnstile.ts'
import type { WebOptions } from './web-options.ts'

/** From the front page to a confirmed subscription. */
export function subscribeRoutes(context: Context, options: WebOptions): Hono {
  const { config } = context
  const app = new Hono()

  app.get('/', async (c) => {
    const { newsletter: asked } = c.req.query()
    const { newsletter, name } = await askedFor(context, { newsletter: asked })
    if (asked && name === undefined) throw new PublicError('not_found', 'There is no newsletter of that name.')
    const choices = { ...defaultChoices, timeZone: edgeTimeZone(c) }
    return signUpPage(c, context, newsletter, { choices, newsletter: name })
  })

  // What the browser shows after a form, and somebody opens again.
  app.get('/subscribe', (c) => {
    const named = namedLanguage(c)
    return c.redirect(named ? inLanguage('/', named) : '/')
  })
  app.post('/subscribe', async (c) => {
    const body = await readBody(c)
    const formAgain = async (state: { errors?: Readonly<Record<string, string>>; isFromElsewhere?: boolean }) => {
      const { newsletter, name } = await askedFor(context, body)
      const choices = typedChoices(body, edgeTimeZone(c))
      const ticked = body.topicsShown === undefined ? undefined : choices.topics
      return signUpPage(c, context, newsletter, {
        choices,
        ticked,
        email: textOf(body.email),
        newsletter: name,
        language: body.language,
        ...state,
      })
    }
    if (isFromElsewhere(c, config)) {
      if (!speaksJson(c)) return formAgain({ isFromElsewhere: true })
      return reply(c, context, 403, {
        title: 'From another site',
        message: 'Pages of that site may not sign readers up: their origin has to be in EMBED_ORIGINS.',
      })
    }
    const isProgram = textOf(body[honeypotField]) !== ''
    try {
      if (!isProgram) await signUp(c, body)
    } catch (error) {
      if (speaksJson(c) || !(error instanceof PublicError) || error.code !== 'invalid_input') throw error
      return formAgain({ errors: error.fields })
    }
    const response = await checkInbox(c, context, body)
    // Begun when the answer is there: how long it takes must not tell whether there was anything to send.
    if (!isProgram) options.background(sendSoon(context))
    return response
  })

  const signUp = async (c: HonoContext, body: Record<string, unknown>) => {
    const request = check(subscribeSchema, body)
    const source = embedOriginOf(c, config) ? 'embed' : speaksJson(c) ? 'api' : 'form'
    const evidence = evidenceOf(c, options, source)
    await verifyPerson(context, body, { ip: evidence.ip, fetch: options.fetch ?? fetch })
    const language = request.language ?? askedLanguage(c)
    // A form that names no language has the English words: that was all there were.
    const wording = request.wording ?? request.language ?? (source === 'api' ? language : 'en')
    const timeZone = request.timeZone ?? edgeTimeZone(c)
    await subscribe(context, { ...request, language, wording, timeZone }, evidence)
  }

  const confirming = new Hono()
  confirming.onError(answerBadLink(context))

  confirming.get('/confirm/:token', async (c) => {
    const confirmation = await findConfirmation(context, c.req.param('token'))
    if (confirmation.isActive) return confirmedPage(c, context, confirmation)
    const { newsletterName, language } = confirmation
    const { signUp: say, page: all } = messagesFor(language)
    return page(
      c,
      context,
      { title: say.confirmTitle, isPrivate: true, language, newsletterName },
      <>
        <h1>{say.onePress}</h1>
        <p>{consentText(newsletterName, language)}</p>
        <form method="post">
          <button type="submit">{say.confirm}</button>
        </form>
        <p class="hint">{all.notYou}</p>
      </>,
    )
  })

  confirming.post('/confirm/:token', async (c) => {
    const confirmation = await confirm(context, c.req.param('token'), evidenceOf(c, options, 'link'))
    options.background(sendSoon(context, confirmation.subscriptionId))
    if (speaksJson(c)) return c.json({ message: 'Confirmed.' })
    return confirmedPage(c, context, confirmation)
  })

  app.route('/', confirming)
  return app
}

const choiceFields = ['frequency', 'weekday', 'hour', 'timeZone', 'topics', 'topicsShown']
const keptFields = ['newsletter', 'language', 'wording', ...choiceFields]

/** The answer to every sign-up, whatever is known of its address. It may say that the spelling looks like a slip. */
async function checkInbox(c: HonoContext, context: Context, body: Readonly<Record<string, unknown>>) {
  const suggestion = suggestionFor(textOf(body.email))
  if (speaksJson(c)) {
    const language = namedLanguage(c) ?? 'en'
    const message = messagesFor(language).signUp.mailed
    return c.json({ message, ...(suggestion && { suggestion }) }, 202, { 'content-language': language })
  }
  const { words, speaking } = spokenTo(c, (await siteOf(context)).language, body.language)
  const { signUp: say } = words
  const [before, after] = say.didYouMean({ address: '\n' }).split('\n')
  const kept = keptFields.flatMap((name) => [body[name] ?? []].flat().map((value) => [name, textOf(value)] as const))
  return page(
    c,
    context,
    { title: words.page.checkInbox, isPrivate: true, ...speaking },
    <>
      <h1>{words.page.checkInbox}</h1>
      <p>{say.mailed}</p>
      {suggestion && (
        <form class="note" method="post" action="/subscribe">
          <p>
            {before}
            <strong>{suggestion}</strong>
            {after}
          </p>
          <input type="hidden" name="email" value={suggestion} />
          {kept.map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <p>
            <button type="submit" class="second">
              {say.useThat}
            </button>
          </p>
        </form>
      )}
      <p class="quiet">
        {words.page.lookInSpam} {say.onceADay}
      </p>
    </>,
  )
}

function suggestionFor(email: string): string | undefined {
  try {
    return suggestAddress(parseAddress(email))
  } catch {
    return undefined // a program's, which need not be an address
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '')

/** The newsletter that a form named, and its name in the form; the first one where there is none of that name. */
async function askedFor(
  context: Context,
  body: Readonly<Record<string, unknown>>,
): Promise<{ newsletter: Newsletter; name?: string }> {
  const name = textOf(body.newsletter)
  if (/^[a-z0-9-]{1,63}$/.test(name)) {
    try {
      return { newsletter: await getNewsletter(context.db, name), name }
    } catch (error) {
      if (!(error instanceof PublicError)) throw error
    }
  }
  return { newsletter: await getNewsletter(context.db) }
}

function confirmedPage(c: HonoContext, context: Context, { newsletterName, language }: Confirmation) {
  const { signUp: say } = messagesFor(language)
  return page(
    c,
    context,
    { title: say.subscribed, isPrivate: true, language, newsletterName },
    <>
      <h1>{say.subscribed}</h1>
      <p>{say.first}</p>
    </>,
  )
}

/** Cloudflare knows roughly where a request comes from; elsewhere the page's script asks the browser. */
function edgeTimeZone(c: HonoContext): string {
  const { cf } = c.req.raw as Request & { cf?: { timezone?: unknown } }
  return (typeof cf?.timezone === 'string' && knownTimeZone(cf.timezone)) || defaultChoices.timeZone
}
