import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { ConsentEventKind, InTransaction } from '../platform/database/schema.ts'
import { sha256, toHex } from '../platform/encoding.ts'
import { PublicError } from '../platform/errors.ts'
import { messagesFor } from './languages.ts'

/** Where a reader's act came from. Address and agent are personal data, kept as proof of consent (GDPR 7(1)). */
export type Evidence = {
  readonly source: 'form' | 'embed' | 'api' | 'link' | 'one-click' | 'import' | 'demo' | 'mail' | 'service'
  readonly ip: string | null
  readonly userAgent: string | null
}

/** The wording a reader agrees to. It is kept word for word beside each event that rests on it. */
export const consentText = (newsletterName: string, language = 'en'): string =>
  messagesFor(language).consent({ newsletter: newsletterName })

/** Far more than anyone changes their mind, and few enough that nobody fills the history with a link that they found. */
const maximumActsADay = 100

/**
 * Throws `too_many_requests` with the seconds to wait where a reader did 100 things within 24 hours with their links. What
 * anybody can do who knows their address does not count. Not asked about what has to be possible at all times: to leave, and
 * to be erased. The reader's row, or the subscription's, has to be locked.
 */
export async function limitActs(trx: InTransaction, context: Context, subscriberId: number): Promise<void> {
  const { rows } = await sql<{ seconds: number }>`
    select ceil(extract(epoch from occurred_at + interval '24 hours' - ${context.clock.sqlNow}))::integer as seconds
    from consent_events
    where subscriber_id = ${subscriberId} and kind not in ('requested', 'confirmation_sent') order by id desc offset ${maximumActsADay - 1} limit 1`.execute(
    trx,
  )
  const seconds = rows[0]?.seconds ?? 0
  if (seconds <= 0) return
  throw new PublicError(
    'too_many_requests',
    'There were too many changes in the last 24 hours. Please try again later.',
    {
      retryAfterSeconds: seconds,
    },
  )
}

/** Adds to the history of consent, which is never changed. */
export async function recordConsent(
  trx: InTransaction,
  context: Context,
  event: {
    readonly kind: ConsentEventKind
    readonly subscriberId: number
    readonly subscriptionId: number
    readonly evidence: Evidence
    readonly text?: string
    readonly details?: Record<string, unknown>
  },
): Promise<void> {
  await trx
    .insertInto('consent_events')
    .values({
      kind: event.kind,
      subscriber_id: event.subscriberId,
      subscription_id: event.subscriptionId,
      occurred_at: context.clock.sqlNow,
      consent_text_hash: event.text === undefined ? null : await storeConsentText(trx, event.text),
      source: event.evidence.source,
      ip: event.evidence.ip,
      user_agent: event.evidence.userAgent?.slice(0, 500) ?? null,
      details: JSON.stringify(event.details ?? {}),
    })
    .execute()
}

async function storeConsentText(trx: InTransaction, body: string): Promise<string> {
  const hash = toHex(await sha256(body))
  await trx
    .insertInto('consent_texts')
    .values({ hash, body })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return hash
}
