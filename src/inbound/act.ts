// What is done for a mail. Everything here happens in one transaction with what it causes, or not at all.
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { joinTransaction } from '../platform/database/join-transaction.ts'
import type { InboundPurpose, InTransaction } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'
import { deriveToken } from '../platform/signed-token.ts'
import { confirm } from '../subscriptions/confirmations.ts'
import type { Evidence } from '../subscriptions/consent.ts'
import { changePreferences, type PreferencesChange } from '../subscriptions/preferences.ts'
import { lockReader } from '../subscriptions/reader.ts'
import { countTryByMail } from '../subscriptions/sign-up-limits.ts'
import { subscribe } from '../subscriptions/subscribe.ts'
import { unsubscribe } from '../subscriptions/unsubscribe.ts'
import { type Answer, type NextDigest, storeAnswer } from './answer-mail.ts'
import { whyAutomatic } from './automatic.ts'
import type { ReceivedMail } from './fetch-mail.ts'
import { findReader, type Reader } from './reader.ts'
import { bareAddress } from './received-event.ts'
import { understand, type Wish } from './understand.ts'
import { writtenLine } from './written-line.ts'

/** A mail that was stored, and is to be acted on. */
export type StoredMail = {
  readonly id: number
  readonly purpose: InboundPurpose
  readonly targetId: number | null
  readonly newsletter: string | null
}

const evidence: Evidence = { source: 'mail', ip: null, userAgent: null }
/** Answers to a reader that something was done, in a day: more only go round in a circle. */
const maximumAnswersADay = 10
const maximumHelp = [
  { within: '1 hour', count: 1 },
  { within: '24 hours', count: 3 },
] as const

/** Acts, and says in a word or two what was done: no addresses, and nothing of what the mail says. */
export async function act(
  context: Context,
  trx: InTransaction,
  stored: StoredMail,
  mail: ReceivedMail | undefined,
): Promise<string> {
  const joined = joinTransaction(context, trx)
  const { purpose, targetId } = stored
  if (purpose === 'unsubscribe' && targetId !== null) {
    // What a mailbox sends by itself when its reader presses "unsubscribe": it waits for no answer.
    await unsubscribe(joined, targetId, 'unsubscribed_one_click', evidence)
    return 'unsubscribed'
  }
  if (!mail) throw new Error('the mail was not fetched')
  const reason = whyAutomatic(mail, context.config)
  if (reason !== undefined) {
    // A gateway on the way may have put such a header in: a reader who wants to leave does, if without an answer.
    const mayBeTheirs = purpose === 'reply' && targetId !== null && /^(?:precedence|x-)/.test(reason)
    if (!mayBeTheirs || wishOf(mail).kind !== 'stop') return `ignored: ${reason}`
    await unsubscribe(joined, targetId, 'unsubscribed_page', evidence)
    return 'stopped, not answered'
  }
  if (purpose === 'subscribe') return ask(joined, stored, mail)
  if (targetId === null) return 'ignored: no target'
  return purpose === 'confirm' ? confirmByMail(joined, trx, targetId, mail) : reply(joined, trx, targetId, mail)
}

/** What its writer wants. The reader's day matters to a pause alone. */
const wishOf = (mail: ReceivedMail, today = '2000-01-01'): Wish => understand(writtenLine(mail), today)

/** From can be forged, so all that comes of it is what comes of a form: a question to that address, within its limits. */
async function ask(context: Context, { newsletter }: StoredMail, mail: ReceivedMail): Promise<string> {
  try {
    await countTryByMail(context)
    await subscribe(context, { email: bareAddress(mail.from), newsletter: newsletter ?? undefined }, evidence)
    return 'asked to confirm'
  } catch (error) {
    if (error instanceof PublicError) return `refused: ${error.code}`
    throw error
  }
}

/** A reply to the confirmation mail. Only a clear yes confirms: a notice, or a complaint, must not. */
async function confirmByMail(
  context: Context,
  trx: InTransaction,
  confirmationId: number,
  mail: ReceivedMail,
): Promise<string> {
  const { rows } = await sql<{ subscription_id: number; nonce: Uint8Array; key_id: string; state: string }>`
    select c.subscription_id, c.nonce, c.key_id, s.state
    from confirmations c join subscriptions s on s.id = c.subscription_id where c.id = ${confirmationId}`.execute(trx)
  const [row] = rows
  if (!row) return 'ignored: gone'
  await lockReader(trx, row.subscription_id)
  const wish = wishOf(mail)
  if (row.state === 'active')
    return wish.kind === 'yes' ? 'was confirmed' : reply(context, trx, row.subscription_id, mail)
  if ((wish.kind === 'stop' || wish.kind === 'no') && row.state === 'pending') {
    await unsubscribe(context, row.subscription_id, 'unsubscribed_page', evidence)
    return 'declined'
  }
  if (wish.kind !== 'yes') return 'ignored: no clear yes'
  if (context.keys.get(row.key_id) === undefined) return 'ignored: key retired'
  try {
    await confirm(context, deriveToken(context.keys, row.key_id, new Uint8Array(row.nonce)), evidence)
  } catch (error) {
    if (error instanceof PublicError) return `refused: ${error.code}`
    throw error
  }
  return 'confirmed' // the welcome is the answer
}

/** A reply to a digest, or to an answer. */
async function reply(
  context: Context,
  trx: InTransaction,
  subscriptionId: number,
  mail: ReceivedMail,
): Promise<string> {
  await lockReader(trx, subscriptionId)
  const before = await findReader(trx, context.clock.sqlNow, subscriptionId)
  // Nothing but the confirmation goes to an address that never confirmed.
  if (!before || before.confirmed_at === null) return 'ignored: gone'
  const wish = wishOf(mail, before.today)
  const change = changeOf(wish)
  let answer: Answer
  if (wish.kind === 'stop') {
    await unsubscribe(context, subscriptionId, 'unsubscribed_page', evidence)
    answer = { kind: 'stopped' }
  } else if (change && before.state !== 'active') {
    answer = { kind: 'not_subscribed' }
  } else if (change) {
    try {
      await changePreferences(context, subscriptionId, change, evidence)
    } catch (error) {
      if (error instanceof PublicError) return `refused: ${error.code}`
      throw error
    }
    const after = await findReader(trx, context.clock.sqlNow, subscriptionId)
    if (!after) return 'ignored: gone'
    answer = doneOf(wish, before, after)
  } else {
    answer = {
      kind: wish.kind === 'bad_pause' ? 'bad_pause' : 'help',
      isAsked: wish.kind === 'help',
      next: before.state === 'active' ? nextOf(before) : null,
    }
  }
  const isHelp = answer.kind === 'help' || answer.kind === 'bad_pause' || answer.kind === 'not_subscribed'
  const isAnswered = await answerWithin(context, trx, before, answer, {
    kind: isHelp ? 'help' : 'answer',
    mail,
    undo: undoOf(wish, before),
  })
  return `${answer.kind}${isAnswered ? '' : ', not answered'}`
}

function changeOf(wish: Wish): PreferencesChange | undefined {
  switch (wish.kind) {
    case 'frequency':
      return { frequency: wish.frequency, ...(wish.weekday !== undefined && { weekday: wish.weekday }) }
    case 'pause':
      return { pauseDays: wish.days }
    case 'resume':
      return { pauseDays: 0 }
    default:
      return undefined
  }
}

function doneOf(wish: Wish, before: Reader, after: Reader): Answer {
  const next = nextOf(after)
  if (wish.kind === 'pause') return { kind: 'paused', until: after.paused_until ?? '', next }
  if (wish.kind === 'resume') return { kind: 'resumed', next, wasPaused: isPaused(before) }
  return { kind: 'frequency', frequency: after.frequency, weekday: after.weekday, next }
}

const nextOf = ({ next_digest_at, time_zone }: Reader): NextDigest =>
  next_digest_at && { at: next_digest_at, timeZone: time_zone }

const isPaused = ({ paused_until, today }: Reader) => paused_until !== null && paused_until > today

/** The query that fills in, in the preference center, what was before. */
function undoOf(wish: Wish, before: Reader): string {
  if (wish.kind === 'frequency') return `?frequency=${before.frequency}&weekday=${before.weekday}`
  if (isPaused(before) && (wish.kind === 'pause' || wish.kind === 'resume')) return `?pauseUntil=${before.paused_until}`
  return wish.kind === 'pause' ? '?pauseDays=0' : ''
}

/** False where the reader had so many answers that one more would only go round in a circle. The reader has to be locked. */
async function answerWithin(
  context: Context,
  trx: InTransaction,
  reader: Reader,
  answer: Answer,
  to: Parameters<typeof storeAnswer>[4],
): Promise<boolean> {
  const limits = to.kind === 'help' ? maximumHelp : [{ within: '24 hours', count: maximumAnswersADay }]
  for (const { within, count } of limits) {
    const { rows } = await sql<{ sent: number }>`
      select count(*) as sent from messages
      where subscriber_id = ${reader.subscriberId} and kind not in ('digest', 'confirmation') and kind = ${to.kind}
        and created_at > ${context.clock.sqlNow} - ${within}::interval and state <> 'canceled'`.execute(trx)
    if ((rows[0]?.sent ?? 0) >= count) return false
  }
  await storeAnswer(context, trx, reader, answer, to)
  return true
}
