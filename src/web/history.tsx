/** @jsxImportSource hono/jsx */
import { timeInWords } from '../subscriptions/in-words.ts'
import { type ConsentEntry, shownEvents } from '../subscriptions/reader.ts'

const kinds: Readonly<Record<string, string>> = {
  requested: 'Subscription asked for',
  confirmation_sent: 'Confirmation mailed',
  confirmed: 'Subscription confirmed',
  imported: 'Taken over from where you had subscribed',
  preferences_changed: 'Preferences changed',
  unsubscribed_one_click: 'Unsubscribed in the mailbox',
  unsubscribed_page: 'Unsubscribed',
  unsubscribe_undone: 'Unsubscribing taken back',
  address_change_requested: 'Another address asked for',
  address_change_stopped: 'Change of address stopped',
  address_changed: 'Address changed',
  complaint: 'Reported as spam',
  hard_bounce: 'Mail refused for good',
}

const sources: Readonly<Record<string, string>> = {
  form: 'our form',
  embed: 'our form on another site',
  mail: 'a mail to us',
  api: 'our interface for programs',
  link: 'your link',
  'one-click': 'the button of your mailbox',
  import: 'an import',
  demo: 'a demonstration',
  service: 'this service',
  provider: 'the mail provider',
}

/** A reader's history of consent: what, when, in which words, from where. */
export function History(props: { readonly entries: readonly ConsentEntry[]; readonly timeZone: string }) {
  const { entries, timeZone } = props
  return (
    <>
      {entries.length === 0 ? (
        <p class="hint">Nothing yet.</p>
      ) : (
        <ol class="history">
          {entries.map((entry) => (
            <li>
              <strong>{kinds[entry.kind] ?? entry.kind}</strong> ({entry.newsletterName}),{' '}
              <time datetime={entry.occurredAt.toISOString()}>{timeInWords(entry.occurredAt, timeZone)}</time>, through{' '}
              {sources[entry.source] ?? entry.source}
              {entry.ip && `, from ${entry.ip}`}.
              {entry.text && (
                <>
                  {' '}
                  The words: <q>{entry.text}</q>
                </>
              )}
            </li>
          ))}
        </ol>
      )}
      {entries.length >= shownEvents && (
        <p class="hint">{`The newest ${shownEvents}. The download has all of them.`}</p>
      )}
    </>
  )
}
