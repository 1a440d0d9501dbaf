/** @jsxImportSource hono/jsx */
import { timeInWords } from '../subscriptions/in-words.ts'
import { messagesFor } from '../subscriptions/languages.ts'
import { type ConsentEntry, shownEvents } from '../subscriptions/reader.ts'

/** A reader's history of consent: what, when, in which words, from where. */
export function History(props: {
  readonly entries: readonly ConsentEntry[]
  readonly timeZone: string
  readonly language: string
}) {
  const { entries, timeZone, language } = props
  const { history, marks } = messagesFor(language)
  const kinds: Readonly<Record<string, string>> = history.kinds
  const sources: Readonly<Record<string, string>> = history.sources
  return (
    <>
      {entries.length === 0 ? (
        <p class="hint">{history.nothing}</p>
      ) : (
        <ol class="history">
          {entries.map((entry) => (
            <li>
              <strong>{kinds[entry.kind] ?? entry.kind}</strong> ({entry.newsletterName}){`${marks.comma} `}
              <time datetime={entry.occurredAt.toISOString()}>{timeInWords(entry.occurredAt, timeZone, language)}</time>
              {`${marks.comma} ${history.through({ source: sources[entry.source] ?? entry.source })}`}
              {entry.ip && `${marks.comma} ${history.from({ address: entry.ip })}`}.
              {entry.text && (
                <>
                  {' '}
                  {history.words} <q dir="auto">{entry.text}</q>
                </>
              )}
            </li>
          ))}
        </ol>
      )}
      {entries.length >= shownEvents && <p class="hint">{history.newest({ count: shownEvents })}</p>}
    </>
  )
}
