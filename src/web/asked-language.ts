import type { Context as HonoContext } from 'hono'
import { accepts } from 'hono/accepts'
import { knownLanguage, type Language, languages, type Messages, messagesFor } from '../subscriptions/languages.ts'

const longestHeader = 500

/** The language that an address names with `?language=`, which a link to it can; undefined where it names none of ours. */
export function namedLanguage(c: HonoContext): Language | undefined {
  return knownLanguage(c.req.query('language') ?? '')
}

/** The language that a browser asks for (RFC 9110 §12.5.4), of those that we have; undefined where it asks for none of them. */
function acceptedLanguage(c: HonoContext): Language | undefined {
  if ((c.req.header('accept-language')?.length ?? 0) > longestHeader) return undefined
  const asked = accepts(c, {
    header: 'Accept-Language',
    supports: [...languages],
    default: '',
    match: (accepted) => {
      const wanted = accepted.filter(({ q }) => q > 0).sort((one, other) => other.q - one.q)
      return wanted.map(({ type }) => knownLanguage(type)).find((language) => language !== undefined) ?? ''
    },
  })
  return knownLanguage(asked)
}

/** The language that the address names, or else the browser asks for; undefined where it is none of ours. */
export const askedLanguage = (c: HonoContext): Language | undefined => namedLanguage(c) ?? acceptedLanguage(c)

/** Of a page that is nobody's in particular: what it says, and what {@link page} has to know of that. */
export type Spoken = {
  readonly language: Language
  readonly words: Messages
  /** What `page` has to know. */
  readonly speaking: Speaking
  /** A path of ours as a link on the page names it: a language that was chosen by a link is kept. */
  readonly to: (path: string) => string
}

export type Speaking = {
  readonly language: Language
  /** It follows the browser. */
  readonly isAsked: true
  /** The address, or what was sent, named it: links keep it. */
  readonly isNamed: boolean
}

/**
 * The words for whoever asks: in the language that is named, in what was sent or in the address; else in the browser's; else in
 * `usual`, which is the newsletter's; else in English.
 */
export function spokenTo(c: HonoContext, usual: string, sent?: unknown): Spoken {
  const named = (typeof sent === 'string' ? knownLanguage(sent) : undefined) ?? namedLanguage(c)
  const language = named ?? acceptedLanguage(c) ?? knownLanguage(usual) ?? 'en'
  const isNamed = named !== undefined
  return {
    language,
    words: messagesFor(language),
    speaking: { language, isAsked: true, isNamed },
    to: (path) => (isNamed ? inLanguage(path, language) : path),
  }
}

/** The address of a page in a language. */
export function inLanguage(path: string, language: Language): string {
  const [before = '', query = ''] = path.split('?')
  const named = new URLSearchParams(query)
  named.set('language', language)
  return `${before}?${named}`
}
