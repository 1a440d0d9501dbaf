// What is wrong, in a reader's language. What is thrown says it in English, as programs get it.
import { catalogues, type Messages } from '../subscriptions/languages.ts'

type Refusal = {
  readonly message: string
  readonly retryAfterSeconds?: number | undefined
}

const sections = ['problems', 'refusals'] as const
const keys = new Map(
  sections.flatMap((section) =>
    Object.entries(catalogues.en[section]).map(([name, english]) => [english, { section, name }] as const),
  ),
)

function find(words: Messages, english: string): string | undefined {
  const key = keys.get(english as never)
  const said = key && (words[key.section] as Record<string, unknown>)[key.name]
  return typeof said === 'string' ? said : undefined
}

/** A title or a message; as it came where it is none of the catalogue's. */
export const inWords = (words: Messages, english: string): string => find(words, english) ?? english

/** What was refused, and when to try again. One that names a number of its own is told without it. */
export function refusalInWords(words: Messages, { message, retryAfterSeconds }: Refusal): string {
  const said = find(words, message)
  if (said !== undefined) return said
  if (words.name === catalogues.en.name) return message
  if (retryAfterSeconds === undefined) return words.problems.unnamed
  return words.problems.tryAgain({ count: Math.max(1, Math.ceil(retryAfterSeconds / 60)) })
}

/** What is wrong with the fields of a form. */
export const fieldsInWords = (words: Messages, fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, message]) => [name, refusalInWords(words, { message })]))
