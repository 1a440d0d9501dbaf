// Every word that the service itself says, in the languages of `languages/`, as ICU MessageFormat.
import { IntlMessageFormat } from 'intl-messageformat'
import { languageTag } from './components/language.ts'
import { ar } from './languages/ar.ts'
import { de } from './languages/de.ts'
import { en } from './languages/en.ts'
import { es } from './languages/es.ts'
import { fr } from './languages/fr.ts'

/** Adding a language: its file, and its name here. The order is that of the lists readers choose from. */
export const catalogues = { en, de, fr, es, ar } as const

export type Language = keyof typeof catalogues

/** What messages are filled in with. Everything but a count is text. */
type Arguments = {
  count: number
  stories: number
  minutes: number
  label: string
  sites: string
  newsletter: string
  topic: string
  topics: string
  titles: string
  authors: string
  frequency: 'daily' | 'weekdays' | 'weekly'
  weekday: string
  day: string
  date: string
  instant: string
  email: string
  address: string
  source: string
  place: string
  time: string
  period: string
  button: string
  id: string
  when: 'today' | 'tomorrow' | 'later'
}

type ArgumentsOf<T> = {
  [N in keyof Arguments as T extends `${string}{${N}${',' | '}'}${string}` ? N : never]: Arguments[N]
}

/** A message with arguments is a function of them, one without is text. */
type Said<T> = T extends string
  ? T extends `${string}{${string}`
    ? (values: ArgumentsOf<T>) => string
    : string
  : { readonly [K in keyof T]: Said<T[K]> }

export type Messages = Said<typeof en>

/** The same messages in another language: a missing one is a type error, and what they say is tested. */
export type Catalogue = Written<typeof en>
type Written<T> = T extends string ? string : { readonly [K in keyof T]: Written<T[K]> }

export const languages = Object.keys(catalogues) as Language[]

const isLanguage = (tag: string | undefined): tag is Language => tag !== undefined && Object.hasOwn(catalogues, tag)

const tagPattern = /^([a-z]{2,3})(?:-[a-z0-9]{1,8}){0,8}$/i

/** The language that a tag like `de-AT` is of; undefined where there is no catalogue for it. */
export function knownLanguage(tag: string): Language | undefined {
  if (isLanguage(tag)) return tag
  // Not by Intl: each page asks, and it takes ten times as long.
  const primary = tagPattern.exec(tag)?.[1]?.toLowerCase()
  return isLanguage(primary) ? primary : undefined
}

/** What the service speaks to who asked for a language: that one with its region, or English. */
export const spoken = (tag: string): string => (knownLanguage(tag) === undefined ? 'en' : languageTag(tag))

/** The words of a language; English where there is no catalogue for it. */
export function messagesFor(tag: string): Messages {
  const language = knownLanguage(tag) ?? 'en'
  made[language] ??= sayAll(catalogues[language], language) as Messages
  return made[language]
}

const made: Partial<Record<Language, Messages>> = {}

function sayAll(written: unknown, language: Language): unknown {
  if (typeof written === 'string') return written.includes('{') ? sayWith(written, language) : written
  if (Array.isArray(written)) return written.map((one) => sayAll(one, language))
  return Object.fromEntries(Object.entries(written as object).map(([name, one]) => [name, sayAll(one, language)]))
}

/** A message is parsed when it is first said, and then kept. Most only fill in names, which takes no formatter. */
function sayWith(written: string, language: Language) {
  let say: ((values: Record<string, string | number>) => string) | undefined
  return (values: Record<string, string | number>): string => {
    say ??= filledIn(written) ?? formatted(written, language)
    return say(values)
  }
}

function formatted(written: string, language: Language) {
  const message = new IntlMessageFormat(written, language, undefined, { ignoreTag: true })
  return (values: Record<string, string | number>) => String(message.format(values))
}

/** Undefined for a message with more in it than text and names in braces; an apostrophe may quote something (ICU). */
function filledIn(written: string) {
  const parts = written.split(/\{([a-z]+)\}/i)
  if (/[{}'#]/.test(parts.filter((_, index) => index % 2 === 0).join(''))) return undefined
  return (values: Record<string, string | number>) =>
    parts.map((part, index) => (index % 2 === 0 ? part : values[part])).join('')
}
