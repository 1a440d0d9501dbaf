/** @jsxImportSource hono/jsx */
import type { Context as HonoContext } from 'hono'
import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Context } from '../platform/context.ts'
import { knownLanguage, type Messages } from '../subscriptions/languages.ts'
import { answer } from './answer-headers.ts'
import { askedWords } from './asked-language.ts'
import { type LayoutProps, layout } from './layout.ts'
import { inWords, refusalInWords } from './problem-words.ts'
import { speaksJson } from './read-input.ts'

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
  readonly newsletterName?: string
  readonly retryAfterSeconds?: number | undefined
  readonly head?: LayoutProps['head']
}

const languageOf = (options: PageOptions) => knownLanguage(options.language ?? 'en') ?? 'en'

/** A page of the site. Pages behind a token are for one reader's eyes: neither kept nor indexed. */
export async function page(c: HonoContext, context: Context, options: PageOptions, children: Child): Promise<Response> {
  // A string by itself: what is made of it otherwise goes out as a stream, at several times the cost.
  return answerPage(c, options, String(await pageText(context, options, children)))
}

/** What {@link page} answers with, where it is to be kept. */
export function pageText(context: Context, options: PageOptions, children: Child) {
  const { postalAddress, branding } = context.config
  const { title, newsletterName = branding.publisherName ?? 'Newsmatro', head } = options
  return layout({ title, language: languageOf(options), newsletterName, postalAddress, branding, head, children })
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

const retryAfter = (seconds: number | undefined) => (seconds === undefined ? {} : { 'retry-after': String(seconds) })

/** What was looked for may be among them. */
const isGone = (status: number) => status === 404 || status === 410

/** A message for whoever asked: a page for a person, problem+json (RFC 9457) for a program. */
export function reply(
  c: HonoContext,
  context: Context,
  status: ContentfulStatusCode,
  message: Message,
): Response | Promise<Response> {
  if (speaksJson(c)) {
    const errors = Object.entries(message.fields ?? {}).map(([field, detail]) => ({ pointer: `#/${field}`, detail }))
    const body = {
      type: 'about:blank',
      title: message.title,
      status,
      detail: message.message,
      ...(errors.length > 0 ? { errors } : {}),
    }
    return answer(c, JSON.stringify(body), status, {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...retryAfter(message.retryAfterSeconds),
    })
  }
  const { words, speaking } = askedWords(c)
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
        <a href="/">{words.page.toFront}</a>
        {isGone(status) && (
          <>
            {' · '}
            <a href="/archive">{words.page.archive}</a>
          </>
        )}
      </p>
    </>,
  )
}
