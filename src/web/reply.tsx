/** @jsxImportSource hono/jsx */
import type { Context as HonoContext } from 'hono'
import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Context } from '../platform/context.ts'
import { knownLanguage, type Messages, messagesFor } from '../subscriptions/languages.ts'
import { answer } from './answer-headers.ts'
import { namedLanguage, spokenTo } from './asked-language.ts'
import { languageChoice } from './language-choice.ts'
import { type LayoutProps, layout } from './layout.ts'
import { inWords, refusalInWords } from './problem-words.ts'
import { speaksJson } from './read-input.ts'
import { knownSite, siteOf } from './site.ts'

export type Message = {
  readonly title: string
  readonly message: string
  /** For a person, where the catalogue does not have the message as it is. */
  readonly said?: ((words: Messages) => string) | undefined
  readonly fields?: Readonly<Record<string, string>> | undefined
  /** When it is worth another try. */
  readonly retryAfterSeconds?: number | undefined
}

type PageOptions = {
  readonly title: string
  readonly status?: ContentfulStatusCode
  readonly isPrivate?: boolean
  /** Of the words on it. */
  readonly language?: string
  /** It is the one that the browser asked for. */
  readonly isAsked?: boolean
  /** It is the one that the address named: links keep it. */
  readonly isNamed?: boolean
  /** Where the page can be had in the other languages. */
  readonly path?: string
  /** Unset: what the site is called. */
  readonly newsletterName?: string
  /** Where its masthead leads, from the root. Unset: the front page. */
  readonly front?: string
  readonly retryAfterSeconds?: number | undefined
  readonly head?: LayoutProps['head']
}

const languageOf = (options: PageOptions) => knownLanguage(options.language ?? 'en') ?? 'en'

/** A page of the site. Pages behind a token are for one reader's eyes: neither kept nor indexed. */
export async function page(c: HonoContext, context: Context, options: PageOptions, children: Child): Promise<Response> {
  const newsletterName = options.newsletterName ?? (await siteFor(context, options.status ?? 200)).name
  // A string by itself: what is made of it otherwise goes out as a stream, at several times the cost.
  return answerPage(c, options, String(await pageText(context, { ...options, newsletterName }, children)))
}

/** What {@link page} answers with, where it is to be kept. */
export function pageText(
  context: Context,
  options: PageOptions & { readonly newsletterName: string },
  children: Child,
) {
  const { postalAddress, branding } = context.config
  const { title, newsletterName, front, isNamed, path, head } = options
  const language = languageOf(options)
  return layout({
    ...{ title, language, newsletterName, postalAddress, branding, front, isNamed, head, children },
    languageChoice: path === undefined ? undefined : languageChoice(path, language),
  })
}

/** A page that is written already. */
export function answerPage(c: HonoContext, options: PageOptions, text: string): Response {
  const { status = 200, isPrivate = false } = options
  return answer(c, text, status, {
    'content-type': 'text/html; charset=UTF-8',
    'cache-control': isPrivate ? 'no-store' : 'no-cache',
    'content-language': languageOf(options),
    ...(options.isAsked && { vary: 'accept-language' }),
    ...(isPrivate && { 'x-robots-tag': 'noindex' }),
    ...retryAfter(options.retryAfterSeconds),
  })
}

/** What is wrong may be the database. */
const siteFor = (context: Context, status: number) => (status < 500 ? siteOf(context) : knownSite(context))

const retryAfter = (seconds: number | undefined) => (seconds === undefined ? {} : { 'retry-after': String(seconds) })

/** What was looked for may be among them. */
const isGone = (status: number) => status === 404 || status === 410

/** A message for whoever asked: a page for a person, problem+json (RFC 9457) for a program. */
export async function reply(
  c: HonoContext,
  context: Context,
  status: ContentfulStatusCode,
  message: Message,
): Promise<Response> {
  if (speaksJson(c)) return problem(c, status, message)
  const { words, speaking, to } = spokenTo(c, (await siteFor(context, status)).language)
  const title = inWords(words, message.title)
  return page(
    c,
    context,
    { title, status, isPrivate: true, retryAfterSeconds: message.retryAfterSeconds, ...speaking },
    <>
      <p class="topic">{status}</p>
      <h1>{title}</h1>
      <p class="lede">{message.said?.(words) ?? refusalInWords(words, message)}</p>
      <p>
        <a href={to('/')}>{words.page.toFront}</a>
        {isGone(status) && (
          <>
            {' · '}
            <a href={to('/archive')}>{words.page.archive}</a>
          </>
        )}
      </p>
    </>,
  )
}

/** In English, for programs; in the language that the address names, for one that shows it to a person. */
function problem(c: HonoContext, status: ContentfulStatusCode, message: Message): Response {
  const language = namedLanguage(c) ?? 'en'
  const words = messagesFor(language)
  const fields = Object.entries(message.fields ?? {})
  const errors = fields.map(([field, wrong]) => ({
    pointer: `#/${field}`,
    detail: refusalInWords(words, { message: wrong }),
  }))
  const body = {
    type: 'about:blank',
    title: inWords(words, message.title),
    status,
    detail: message.said?.(words) ?? refusalInWords(words, message),
    ...(errors.length > 0 ? { errors } : {}),
  }
  return answer(c, JSON.stringify(body), status, {
    'content-type': 'application/problem+json',
    'content-language': language,
    'cache-control': 'no-store',
    ...retryAfter(message.retryAfterSeconds),
  })
}
