/** @jsxImportSource hono/jsx */
import type { Context as HonoContext } from 'hono'
import { dateLine, findPublicDigests, type Item, type PublicDigest } from '../digests/archive.ts'
import { type SampleDigest, sampleDigest } from '../digests/sample-digest.ts'
import type { Context } from '../platform/context.ts'
import { consentText } from '../subscriptions/consent.ts'
import { type Newsletter, offeredTopics } from '../subscriptions/newsletters.ts'
import { type Choices, defaultChoices, frequencies } from '../subscriptions/preferences.ts'
import { type Spoken, spokenTo } from './asked-language.ts'
import { ChoiceFields, errorAttributes, FieldError } from './choice-fields.tsx'
import { digestPath } from './digest-page.tsx'
import { pageHead } from './page-head.ts'
import { fieldsInWords } from './problem-words.ts'
import { page } from './reply.tsx'
import { frontOf } from './site.ts'
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
  /** As it was sent: the page is in it, where there is one. */
  readonly language?: unknown
  readonly errors?: Readonly<Record<string, string>>
  /** It came from a page of another site: nothing was done, and the button is still to be pressed. */
  readonly isFromElsewhere?: boolean
}

/** What this is, the form, why to trust it, and the newest digest, or what one would tell before there is any. */
export async function signUpPage(c: HonoContext, context: Context, newsletter: Newsletter, form: SignUpForm) {
  const spoken = spokenTo(c, newsletter.language, form.language)
  const { language, words, speaking, to } = spoken
  const say = words.site.front
  const errors = fieldsInWords(words, form.errors ?? {})
  const isRefused = Object.keys(errors).length > 0
  // Told above the form, which has no fields for them.
  const { newsletter: noNewsletter, language: noLanguage, wording: noWording, ...fieldErrors } = errors
  const unseen = [noNewsletter, noLanguage ?? noWording].filter((error) => error !== undefined)
  const topics = await offeredTopics(context, newsletter.id)
  const path = await frontOf(context, newsletter)
  const [newest] = await findPublicDigests(context, { newsletterId: newsletter.id }, 1)
  const sample = newest ? undefined : await sampleDigest(context, newsletter)
  return page(
    c,
    context,
    {
      ...speaking,
      ...(c.req.method === 'GET' && { path }),
      title: isRefused ? words.page.checkForm : say.title,
      status: isRefused ? 422 : form.isFromElsewhere ? 403 : 200,
      newsletterName: newsletter.name,
      front: path,
      head: pageHead(context.config, {
        title: say.headline,
        siteName: newsletter.name,
        description: newsletter.description || say.description({ newsletter: newsletter.name }),
        path,
        speaking,
        words,
      }),
    },
    <>
      <h1>{say.headline}</h1>
      {newsletter.description !== '' && (
        <p class="lede" lang={newsletter.language} dir="auto">
          {newsletter.description}
        </p>
      )}
      <p class="lede">{say.lede}</p>
      {isRefused && (
        <div class="note" role="alert">
          <p>{say.notYet}</p>
          {unseen.map((error) => (
            <p>{error}</p>
          ))}
        </div>
      )}
      {form.isFromElsewhere && (
        <div class="note" role="status">
          <p>{say.fromElsewhere({ button: say.subscribe })}</p>
        </div>
      )}
      <form method="post" action="/subscribe" novalidate>
        <input type="hidden" name="language" value={language} />
        {form.newsletter !== undefined && <input type="hidden" name="newsletter" value={form.newsletter} />}
        <div class="field">
          <label for="email">{words.page.emailAddress}</label>
          <input
            type="email"
            id="email"
            name="email"
            dir="ltr"
            value={form.email ?? ''}
            autocomplete="email"
            required
            {...errorAttributes('email', fieldErrors)}
          />
          <FieldError name="email" errors={fieldErrors} />
        </div>
        <ChoiceFields
          language={language}
          choices={form.choices}
          topics={topics}
          ticked={form.ticked}
          errors={fieldErrors}
          guessTimeZone={!isRefused}
        />
        <div class="unseen" aria-hidden="true">
          <label for={honeypotField}>{say.leaveEmpty}</label>
          <input type="text" id={honeypotField} name={honeypotField} tabindex={-1} autocomplete="off" />
        </div>
        <Challenge context={context} errors={fieldErrors} spoken={spoken} />
        <p class="hint">{consentText(newsletter.name, language)}</p>
        <p>
          <button type="submit">{say.subscribe}</button>
        </p>
      </form>
      <p class="quiet">
        {say.settings} <a href={to('/my-link')}>{say.mailMyLink}</a>
      </p>
      <Trust spoken={spoken} />
      {newest ? <Newest digest={newest} spoken={spoken} /> : sample && <Sample digest={sample} spoken={spoken} />}
    </>,
  )
}

function Challenge(props: {
  readonly context: Context
  readonly errors: Readonly<Record<string, string>>
  readonly spoken: Spoken
}) {
  const { context, errors, spoken } = props
  const { turnstile } = context.config
  if (!turnstile) return null
  return (
    <div class="field" {...(Object.keys(errors)[0] === turnstileField && { tabindex: -1, autofocus: true })}>
      <div class="cf-turnstile" data-sitekey={turnstile.siteKey} data-language={spoken.language} />
      <noscript>
        <p class="note">{spoken.words.site.front.needsScript({ address: context.config.contactAddress })}</p>
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
    frequency: frequencies.find((one) => one === text('frequency')) ?? defaultChoices.frequency,
    weekday: Number(text('weekday')) || defaultChoices.weekday,
    hour: Number(text('hour') ?? defaultChoices.hour),
    timeZone: text('timeZone')?.slice(0, 64) ?? timeZone,
    topics: topics.filter((topic): topic is string => typeof topic === 'string'),
  }
}

/** Each of these is so by how the service is made, not by promise: docs/security.md. */
function Trust({ spoken: { words, to } }: { readonly spoken: Spoken }) {
  const say = words.site.front
  return (
    <section aria-labelledby="trust">
      <h2 id="trust">{say.trust}</h2>
      <ul class="plain">
        <li>
          <strong>{say.once}</strong> {say.onceMore}
        </li>
        <li>
          <strong>{say.unwatched}</strong> {say.unwatchedMore} <a href={to('/privacy')}>{say.whatIsKept}</a>
        </li>
        <li>
          <strong>{say.leave}</strong> {say.leaveMore}
        </li>
        <li>
          <strong>{say.look}</strong> {say.lookMore} <a href={to('/archive')}>{words.page.archive}</a> ·{' '}
          <a href="/archive/feed.xml">{words.page.feed}</a>
        </li>
      </ul>
    </section>
  )
}

function Newest({ digest, spoken }: { readonly digest: PublicDigest; readonly spoken: Spoken }) {
  const say = spoken.words.site.front
  const path = spoken.to(digestPath(digest.digestId))
  return (
    <section aria-labelledby="newest" class="edition">
      <h2 id="newest">{say.newest}</h2>
      <p class="dateline">
        <a href={path}>{dateLine(digest.editionDate, spoken.language)}</a>
      </p>
      <Stories digest={digest} />
      <p>
        <a href={path}>{say.whole}</a>
      </p>
    </section>
  )
}

/** Before the first digest was sent. */
const Sample = ({ digest, spoken }: { readonly digest: SampleDigest; readonly spoken: Spoken }) => (
  <section aria-labelledby="newest" class="edition">
    <h2 id="newest">{spoken.words.site.front.sample}</h2>
    <Stories digest={digest} />
  </section>
)

/** In the order of the mail. Without pictures: who only looks at this page asks no other site for anything. */
function Stories({ digest }: { readonly digest: SampleDigest }) {
  const { lead, sections, alone, brief } = digest.edition
  const others = [...sections.flatMap(({ items }) => items), ...alone, ...brief]
  return (
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
  )
}

const Title = ({ item }: { readonly item: Item }) =>
  item.url ? <a href={item.url}>{item.title}</a> : <span>{item.title}</span>

const Topic = ({ item }: { readonly item: Item }) =>
  item.topic ? (
    <span class="topic">
      <bdi>{item.topic.name}</bdi>
    </span>
  ) : null
