/** @jsxImportSource hono/jsx */
import type { Context as HonoContext } from 'hono'
import type { Context } from '../platform/context.ts'
import { signToken } from '../platform/signed-token.ts'
import { consentText } from '../subscriptions/consent.ts'
import { addDays, dayInWords, localDay, nextDigestInWords } from '../subscriptions/in-words.ts'
import { otherNewsletters } from '../subscriptions/join.ts'
import { getNewsletterById, type Newsletter } from '../subscriptions/newsletters.ts'
import { getPreferences, longestPauseDays, type Preferences } from '../subscriptions/preferences.ts'
import { activeSubscriptions, consentHistory } from '../subscriptions/reader.ts'
import { ChoiceFields, errorAttributes, FieldError } from './choice-fields.tsx'
import { History } from './history.tsx'
import { page } from './reply.tsx'

/** Preferences as the form shows them: the stored ones, with what was typed or a one-tap link's change filled in. */
export type Shown = Preferences & {
  /** The pause's day in the form; undefined for the stored one. */
  readonly pauseUntil?: string | undefined
  /** The zone that is stored, where another was typed: the next digest is told in it. */
  readonly storedTimeZone?: string | undefined
  /** A topic to take away. */
  readonly without?: string | undefined
  /** The topics to tick, where these are not the choices' own. */
  readonly ticked?: readonly string[] | undefined
}

export type PageState = {
  readonly note?: string | undefined
  readonly suggested?: boolean
  readonly errors?: Readonly<Record<string, string>>
}

/** The preference center: this subscription, the reader's others, what else there is, and what is kept about them. */
export async function preferencesPage(
  c: HonoContext,
  context: Context,
  token: string,
  shown: Shown,
  state: PageState,
): Promise<Response> {
  const errors = state.errors ?? {}
  const isRefused = Object.keys(errors).length > 0
  const newsletter = await getNewsletterById(context.db, shown.newsletterId, shown.topics)
  const isActive = shown.state === 'active'
  const others = await othersOf(context, shown)
  const offers = isActive ? await otherNewsletters(context.db, shown.subscriberId) : []
  const history = await consentHistory(context, shown.subscriberId)
  const title = others.length > 0 ? 'Your newsletters' : 'Your digest'
  const ticked = tickedOf(shown, newsletter)
  return page(
    c,
    context,
    {
      title: isRefused ? 'Please check the form' : title,
      isPrivate: true,
      newsletterName: newsletter.name,
      status: isRefused ? 422 : 200,
    },
    <>
      <h1>{title}</h1>
      {state.note && (
        <div class="note" role="status">
          <p>{state.note}</p>
        </div>
      )}
      {isRefused && (
        <div class="note" role="alert">
          <p>Not saved yet: please look at the field marked below.</p>
        </div>
      )}
      {isActive && state.suggested && (
        <div class="note" role="status">
          <p>
            {ticked?.length === 0
              ? 'That is your only topic: choose another below, pause, or unsubscribe.'
              : 'Your change is filled in below. Press “Save” to make it.'}
          </p>
        </div>
      )}
      {isActive ? (
        <>
          <p>For {shown.email}.</p>
          {others.length > 0 && <h2>{newsletter.name}</h2>}
          <SubscriptionForm {...{ context, shown, newsletter, errors, ticked, token }} />
        </>
      ) : (
        <p>
          {shown.email} is not subscribed to {newsletter.name} at the moment. <a href="/">Subscribe</a>.
        </p>
      )}
      {others.map((other) => (
        <details>
          <summary>{other.newsletter.name}</summary>
          <SubscriptionForm
            {...{ context, ...other, errors: {}, ticked: undefined }}
            token={preferencesToken(context, other.shown.subscriptionId)}
            idPrefix={`s${other.shown.subscriptionId}-`}
          />
        </details>
      ))}
      {offers.length > 0 && (
        <section aria-labelledby="offers">
          <h2 id="offers">Also from us</h2>
          {offers.map(({ slug, name }) => (
            <form method="post" action={`/preferences/${token}/join`}>
              <input type="hidden" name="newsletter" value={slug} />
              <p class="hint">{consentText(name)}</p>
              <p>
                <button type="submit" class="second">{`Subscribe to ${name}`}</button>
              </p>
            </form>
          ))}
        </section>
      )}
      <section aria-labelledby="data">
        <h2 id="data">Your address and your data</h2>
        <ul class="plain">
          <li>
            <a href={`/preferences/${token}/address`}>Change your address</a>
          </li>
          <li>
            <a href={`/preferences/${token}/export`}>Download everything we keep about you</a> (JSON)
          </li>
          <li>
            <a href={`/preferences/${token}/erase`}>Have everything about you erased</a>
          </li>
        </ul>
        <History entries={history} timeZone={shown.timeZone} />
      </section>
    </>,
  )
}

const preferencesToken = ({ keys }: Context, subscriptionId: number) =>
  signToken(keys, keys.newestId, 'preferences', subscriptionId)

/** The reader's other active subscriptions, with their newsletters. */
async function othersOf(context: Context, shown: Preferences) {
  const ids = (await activeSubscriptions(context.db, shown.subscriberId)).filter((id) => id !== shown.subscriptionId)
  return Promise.all(
    ids.map(async (id) => {
      const other = await getPreferences(context, id)
      return { shown: other, newsletter: await getNewsletterById(context.db, other.newsletterId, other.topics) }
    }),
  )
}

function tickedOf(shown: Shown, newsletter: Newsletter): readonly string[] | undefined {
  if (shown.without === undefined) return shown.ticked
  const all = newsletter.topics.map((topic) => topic.slug)
  return (shown.topics.length > 0 ? shown.topics : all).filter((slug) => slug !== shown.without)
}

/** One subscription: when its next digest comes, its choices, and the way out. */
function SubscriptionForm(props: {
  readonly context: Context
  readonly shown: Shown
  readonly newsletter: Newsletter
  readonly token: string
  readonly errors: Readonly<Record<string, string>>
  readonly ticked: readonly string[] | undefined
  readonly idPrefix?: string
}) {
  const { context, shown, newsletter, token, errors, ticked, idPrefix = '' } = props
  const { keys, clock } = context
  const now = clock.now()
  const today = localDay(now, shown.timeZone)
  // A pause in the past is over: the next digest comes as if there had been none.
  const pausedUntil = shown.pausedUntil !== null && shown.pausedUntil > today ? shown.pausedUntil : undefined
  return (
    <>
      {pausedUntil && <p>Paused until {dayInWords(pausedUntil, today.slice(0, 4))}.</p>}
      {shown.nextDigestAt && (
        <p>
          The next one:{' '}
          <strong>{nextDigestInWords(shown.nextDigestAt, shown.storedTimeZone ?? shown.timeZone, now)}</strong>
        </p>
      )}
      <form method="post" action={`/preferences/${token}`} novalidate>
        <ChoiceFields choices={shown} topics={newsletter.topics} ticked={ticked} errors={errors} idPrefix={idPrefix} />
        <div class="field">
          <label for={`${idPrefix}pauseUntil`}>Pause until</label>
          <input
            type="date"
            id={`${idPrefix}pauseUntil`}
            name="pauseUntil"
            value={shown.pauseUntil ?? pausedUntil ?? ''}
            min={addDays(today, 1)}
            max={addDays(today, longestPauseDays)}
            {...errorAttributes('pauseUntil', errors)}
          />
          <FieldError name="pauseUntil" errors={errors} />
          <p class="hint">Nothing comes before that day. Leave it empty for no pause.</p>
        </div>
        <p>
          <button type="submit">Save</button>
        </p>
      </form>
      <p>
        <a href={`/unsubscribe/${signToken(keys, keys.newestId, 'unsubscribe', shown.subscriptionId)}`}>
          {`Unsubscribe from ${newsletter.name}`}
        </a>
      </p>
    </>
  )
}
