// The only place that sends through Resend. It turns the SDK's answer into what it means for the messages.
import { type CreateEmailOptions, type ErrorResponse, Resend } from 'resend'
import { z } from 'zod'
import type { Config } from '../platform/config.ts'
import { storable } from '../platform/encoding.ts'
import { PublicError } from '../platform/errors.ts'
import type { MailPayload } from './mail-template.ts'

/** What became of one message of a call. */
export type MessageOutcome = { readonly providerId: string } | { readonly refusedBecause: string }

/**
 * What would help. `later`: time. `daily_quota`, `monthly_quota`: a new day or month. `halt`: an operator. `invalid`:
 * nothing, these payloads will never be accepted.
 */
export type Remedy = 'later' | 'daily_quota' | 'monthly_quota' | 'halt' | 'invalid'

export type CallOutcome =
  /** Accepted; one entry a message, in the order given. */
  | { readonly kind: 'accepted'; readonly messages: readonly MessageOutcome[] }
  /** Not accepted, for certain. */
  | {
      readonly kind: 'refused'
      readonly remedy: Remedy
      readonly reason: string
      /** For `later`: how long nobody may call. */
      readonly retryAfterMs: number
    }
  /** The payload differs from that of the first try under the same key: what became of the first is not known. */
  | { readonly kind: 'conflict'; readonly reason: string }
  /** May have been accepted: ask again with the same key and the same payload. */
  | { readonly kind: 'ambiguous'; readonly reason: string }

/** What an answer says of the account's limits; undefined where it says nothing. */
export type ToldLimits = {
  /** 0: the provider names no limit. */
  readonly requestsPerSecond: number | undefined
  /** Recipients so far, of the day and of the month. */
  readonly dailyUsed: number | undefined
  readonly monthlyUsed: number | undefined
}

export type CallAnswer = { readonly outcome: CallOutcome; readonly limits: ToldLimits }

export type Provider = {
  /** Calls the provider once. Whatever happens is an answer: it does not throw. */
  send(
    endpoint: 'emails' | 'emails/batch',
    payloads: readonly MailPayload[],
    idempotencyKey: string,
  ): Promise<CallAnswer>
}

const listsSchema = z.object({
  accepted: z.array(z.object({ id: z.string().min(1).transform(storable) })),
  refused: z.array(z.object({ index: z.int().min(0), message: z.string().transform(storable) })),
})

const callTimeoutMs = 30_000
/** Refusals that would meet every message alike: the key, the sender or the service is wrong, not a reader's mail. */
const haltingStatuses = new Set([401, 403, 404, 405, 451])
const haltingNames = new Set<string>([
  'invalid_from_address',
  'invalid_idempotency_key',
  'invalid_access',
  'invalid_region',
  'security_error',
])
const defaultRetryAfterMs = 1_000
const longestRetryAfterMs = 60 * 60_000

/** Resend, or whatever speaks its API at `baseUrl`. Throws {@link PublicError} when no provider is configured. */
export function createProvider(config: Config): Provider {
  if (!config.resend) throw new PublicError('misconfigured', 'No mail provider: set RESEND_API_KEY.')
  const { apiKey, baseUrl } = config.resend
  const resend = new Resend(apiKey, baseUrl === undefined ? {} : { baseUrl })
  return {
    async send(endpoint, payloads, idempotencyKey) {
      // No other signal: a stop waits for the answer, since an aborted call may have been accepted.
      const options = { idempotencyKey, signal: AbortSignal.timeout(callTimeoutMs) }
      if (endpoint === 'emails') {
        const [payload] = payloads
        if (!payload || payloads.length > 1) throw new RangeError('emails takes exactly one message')
        const { data, error, headers } = await resend.emails.send(asEmail(payload), options)
        return answer(error ? failureOf(error, headers) : outcomesOf(data ? [data] : [], [], 1), headers)
      }
      const { data, error, headers } = await resend.batch.send(payloads.map(asEmail), {
        ...options,
        batchValidation: 'permissive',
      })
      return answer(
        error ? failureOf(error, headers) : outcomesOf(data?.data ?? [], data?.errors ?? [], payloads.length),
        headers,
      )
    },
  }
}

/** The SDK does nothing with the bodies but to hand them to `JSON.stringify`, so they may be JSON already. */
const asEmail = (payload: MailPayload): CreateEmailOptions => payload as unknown as CreateEmailOptions

function answer(outcome: CallOutcome, headers: Record<string, string> | null): CallAnswer {
  return { outcome, limits: limitsOf(outcome, headers ?? {}) }
}

/** Gateways in between answer too, and know of no limit: that there is none is believed only where mail was accepted. */
export function limitsOf(outcome: CallOutcome, headers: Record<string, string>): ToldLimits {
  const count = (name: string) => (/^\d{1,9}$/.test(headers[name] ?? '') ? Number(headers[name]) : undefined)
  return {
    requestsPerSecond: count('ratelimit-limit') ?? (outcome.kind === 'accepted' ? 0 : undefined),
    dailyUsed: count('x-resend-daily-quota'),
    monthlyUsed: count('x-resend-monthly-quota'),
  }
}

/**
 * Permissive batches leave the refused ones out of `data`, so ids go to the remaining indexes in order; counts must add up.
 * The lists come as the provider sent them, which the SDK does not look at.
 */
export function outcomesOf(accepted: unknown, refused: unknown, messageCount: number): CallOutcome {
  const lists = listsSchema.safeParse({ accepted, refused })
  if (!lists.success) return { kind: 'ambiguous', reason: 'the answer has not the form that Resend documents' }
  const reasons = new Map(lists.data.refused.map(({ index, message }) => [index, message]))
  const ids = lists.data.accepted.map(({ id }) => id)
  const wellFormed =
    reasons.size === lists.data.refused.length &&
    [...reasons.keys()].every((index) => index < messageCount) &&
    ids.length + reasons.size === messageCount &&
    new Set(ids).size === ids.length
  if (!wellFormed) {
    return {
      kind: 'ambiguous',
      reason: `the answer speaks of ${ids.length} accepted and ${lists.data.refused.length} refused of ${messageCount}`,
    }
  }
  let next = 0
  const messages: MessageOutcome[] = Array.from({ length: messageCount }, (_, index) => {
    const refusedBecause = reasons.get(index)
    return refusedBecause === undefined ? { providerId: ids[next++] ?? '' } : { refusedBecause }
  })
  return { kind: 'accepted', messages }
}

/** By status first: names come and go (https://resend.com/docs/api-reference/errors). */
export function failureOf(error: ErrorResponse, headers: Record<string, string> | null): CallOutcome {
  const reason = storable(`${error.statusCode ?? 'no answer'} ${error.name}: ${error.message}`.slice(0, 500))
  const refused = (remedy: Remedy, retryAfterMs = 0): CallOutcome => ({
    kind: 'refused',
    remedy,
    reason,
    retryAfterMs,
  })
  // The SDK takes the status from the body. What another server in between says in its own words has none there.
  const status = Number.isInteger(error.statusCode) ? error.statusCode : null
  if (status === null || status >= 500 || status < 400 || status === 408) return { kind: 'ambiguous', reason }
  if (status === 409) {
    return error.name === 'invalid_idempotent_request' ? { kind: 'conflict', reason } : { kind: 'ambiguous', reason }
  }
  if (status === 429) {
    if (error.name === 'daily_quota_exceeded') return refused('daily_quota')
    if (error.name === 'monthly_quota_exceeded') return refused('monthly_quota')
    return refused('later', retryAfterMs(headers))
  }
  if (haltingStatuses.has(status) || haltingNames.has(error.name)) return refused('halt')
  return refused('invalid')
}

function retryAfterMs(headers: Record<string, string> | null): number {
  const seconds = Number(headers?.['retry-after'] ?? headers?.['ratelimit-reset'])
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1_000, longestRetryAfterMs) : defaultRetryAfterMs
}
