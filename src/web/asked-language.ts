import type { Context as HonoContext } from 'hono'
import { accepts } from 'hono/accepts'
import { knownLanguage, type Language, languages, messagesFor } from '../subscriptions/languages.ts'

const longestHeader = 500

/** The language that a browser asks for (RFC 9110 §12.5.4), of those that we have; undefined where it asks for none of them. */
export function askedLanguage(c: HonoContext): Language | undefined {
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

/** For a page that is nobody's in particular: its words, and what `page` has to know of them. */
export function askedWords(c: HonoContext) {
  const language = askedLanguage(c) ?? 'en'
  return { words: messagesFor(language), speaking: { language, isAsked: true } } as const
}
