// The welcome to who has confirmed, with what is new until their first digest.
import { type SqlBool, sql } from 'kysely'
import type { MailTemplate } from '../delivery/mail-template.ts'
import { isOutdated, isUnmade } from '../delivery/welcomes.ts'
import type { Context, JobOptions } from '../platform/context.ts'
import { type Done, storeAnew, storeFirst } from './store-welcome.ts'
import { type WelcomeContent, welcomeMail } from './welcome-mail.ts'
import { type Reader, readReader, readTold, readVisible } from './welcome-reader.ts'

/** How often a reader is looked at anew who is changed meanwhile; then again at the next call. */
const mostTries = 3
/** After so many failures, which come with calls some time apart, it tells no stories; after so many none is made. */
const mostFailures = { withStories: 5, atAll: 10 }
/** Looked for at once. */
const mostAtOnce = 500

/**
 * Makes the message of each welcome that is owed, or of that to one subscription. It tells what the newest run of the newsletter
 * would have told this reader, and then their cursor moves as with a digest, in the transaction that makes the message: no story
 * is told twice, and none lost. Where nothing is new, or it cannot be rendered, the welcome tells no stories and the cursor stays.
 * Who has left, or is suppressed, gets none. Those that wait are made anew where a story of them was corrected or withdrawn, or
 * their first digest comes at another time. One that fails costs itself only: it is tried again at the next calls, in the end
 * without stories, and then given up; what it threw is thrown in the end.
 */
export async function writeWelcomes(
  context: Context,
  { signal, subscriptionId }: Pick<JobOptions, 'signal'> & { readonly subscriptionId?: number },
): Promise<{ welcomes: number }> {
  let welcomes = 0
  const failures: unknown[] = []
  for (const find of subscriptionId === undefined ? [findOwed, findChanged] : [findOwed]) {
    let last = 0
    while (!signal.aborted) {
      const found = await find(context, last, subscriptionId)
      for (const id of found) {
        if (signal.aborted) break
        last = id
        try {
          if (await write(context, id)) welcomes += 1
        } catch (error) {
          failures.push(error)
          await noteFailure(context, id, error)
        }
      }
      if (found.length < mostAtOnce) break
    }
  }
  if (failures.length > 0) throw failures[0]
  return { welcomes }
}

async function findOwed({ db }: Context, after: number, subscriptionId?: number): Promise<number[]> {
  const isTheirs = subscriptionId === undefined ? sql<SqlBool>`true` : sql<SqlBool>`subscription_id = ${subscriptionId}`
  const { rows } = await sql<{ id: number }>`
    select confirmation_id as id from welcomes where settled_at is null and confirmation_id > ${after} and ${isTheirs}
    order by confirmation_id limit ${mostAtOnce}`.execute(db)
  return rows.map(({ id }) => id)
}

/** Of the messages that wait. By messages_transactional. */
async function findChanged({ db }: Context, after: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select w.confirmation_id as id
    from messages m
      cross join lateral (select * from welcomes where message_id = m.id offset 0) as w -- one by one: few wait, and many were welcomed
      join subscriptions s on s.id = m.subscription_id
    where m.state = 'pending' and m.kind <> 'digest' and m.kind = 'welcome' and w.confirmation_id > ${after}
      and (${isUnmade} or ${isOutdated})
    order by w.confirmation_id limit ${mostAtOnce}`.execute(db)
  return rows.map(({ id }) => id)
}

/** Whether it was made. */
async function write(context: Context, confirmationId: number): Promise<boolean> {
  for (let tries = 0; tries < mostTries; tries++) {
    const reader = await readReader(context, confirmationId)
    const done = reader ? await make(context, reader) : await settle(context, confirmationId)
    if (done !== 'changed') return done === 'made'
  }
  return false
}

async function settle(context: Context, confirmationId: number): Promise<'none'> {
  await sql`
    update welcomes set settled_at = ${context.clock.sqlNow}
    where confirmation_id = ${confirmationId} and settled_at is null`.execute(context.db)
  return 'none'
}

/** A database that is away cannot keep it either: then nothing is counted. */
async function noteFailure(context: Context, confirmationId: number, error: unknown): Promise<void> {
  const { rows } = await sql<{ failures: number; message_id: number | null }>`
    update welcomes set failures = failures + 1 where confirmation_id = ${confirmationId}
    returning failures, message_id`.execute(context.db)
  const { failures = 0, message_id = null } = rows[0] ?? {}
  const isGivenUp = failures >= mostFailures.atAll
  const message = error instanceof Error ? error.message.slice(0, 500) : 'unknown error'
  context.log.error(isGivenUp ? 'welcome_given_up' : 'welcome_not_written', {
    ...{ confirmation: confirmationId, failures, error: message },
  })
  if (!isGivenUp) return
  await settle(context, confirmationId)
  await sql`
    update messages set state = 'failed', reason = 'the welcome could not be made anew', settled_at = ${context.clock.sqlNow}
    where id = ${message_id} and state = 'pending'`.execute(context.db)
}

async function make(context: Context, reader: Reader): Promise<Done> {
  const { message_id, failures, language, frequency, newsletter, today } = reader
  const isPlain = failures >= mostFailures.withStories
  const { told, further } = isPlain ? { told: [], further: 0 } : await readTold(context, reader)
  const stories = await readVisible(context.db, told)
  const content = (withStories: boolean): WelcomeContent => ({
    digest: { language, frequency, edition_date: today, further_count: withStories ? further : 0 },
    newsletter,
    stories: withStories ? stories : [],
    hasFirstDigest: reader.first_digest_at !== null,
  })
  let template: MailTemplate | undefined
  if (stories.length > 0) {
    template = await render(context, reader, content(true))
    // Nothing else tells its stories.
    if (!template && message_id !== null) throw new Error('it could not be rendered anew')
  }
  const source = template ? { told, further, stories } : { told: [], further: 0, stories: [] }
  template ??= await render(context, reader, content(false))
  return message_id === null
    ? storeFirst(context, reader, { ...source, template })
    : storeAnew(context, reader, { ...source, told, template })
}

/** Undefined where that fails: the log says why. */
async function render(context: Context, reader: Reader, content: WelcomeContent): Promise<MailTemplate | undefined> {
  try {
    return await welcomeMail(context, content)
  } catch (error) {
    const message = error instanceof Error ? error.message.slice(0, 500) : 'unknown error'
    context.log.error('welcome_not_rendered', {
      newsletter: reader.newsletter_id,
      stories: content.stories.length,
      error: message,
    })
    return undefined
  }
}
