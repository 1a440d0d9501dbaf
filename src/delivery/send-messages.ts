// The loop that empties the outbox: asks about lost batches first, then transactional mail, then digests.
import type { Clock } from '../platform/clock.ts'
import type { Context } from '../platform/context.ts'
import { deriveToken, signToken } from '../platform/signed-token.ts'
import { beginBatch } from './begin-batch.ts'
import {
  type Claim,
  type ClaimedBatch,
  claimDigests,
  claimTransactional,
  reclaimBatch,
  settleExpiredBatches,
} from './claim-batch.ts'
import { fillTemplate, type MailPayload, type MailTemplate } from './mail-template.ts'
import type { CallOutcome, Provider } from './provider.ts'
import { settleBatch } from './settle-batch.ts'

export type SendResult = {
  submitted: number
  failed: number
  canceled: number
  unknown: number
  batches: number
  /** Why sending stopped before the outbox was empty: something an operator has to see to. */
  halted: string | null
}

export type SendOptions = {
  readonly signal: AbortSignal
  /** How many provider calls may be under way at once. */
  readonly lanes?: number
  /** How many messages a batch may hold; Resend takes 100. */
  readonly batchSize?: number
  /** Send only what is transactional. */
  readonly transactionalOnly?: boolean
  /** Told after each batch. */
  readonly onProgress?: (result: Readonly<SendResult>) => void
}

const defaultLanes = 4
/** A call is begun at once after its claim, or not at all: consent was checked then. */
const longestClaimAgeMs = 30_000
/** When the rows in sight are locked by others, who will be done in milliseconds. */
const contentionPauseMs = 20

/**
 * Sends what is waiting until nothing is, the signal asks to stop, or the provider refuses in a way only an operator can
 * mend. On a stop no new batch is claimed and the calls under way are finished.
 */
export async function sendMessages(context: Context, provider: Provider, options: SendOptions): Promise<SendResult> {
  const result: SendResult = { submitted: 0, failed: 0, canceled: 0, unknown: 0, batches: 0, halted: null }
  const templates = new TemplateCache(context)
  const pause = new Pause(context.clock)
  const failures: unknown[] = []
  result.unknown += await settleExpiredBatches(context)

  const lane = async () => {
    while (!options.signal.aborted && result.halted === null && failures.length === 0) {
      await pause.over(options.signal)
      if (options.signal.aborted) return
      const claimedAt = context.clock.elapsedMs()
      const reclaimed = await reclaimBatch(context)
      const claim: Claim = reclaimed
        ? { batch: reclaimed, canceled: 0, isMoreWaiting: true }
        : await claimNext(context, options)
      result.canceled += claim.canceled
      if (!claim.batch) {
        if (!claim.isMoreWaiting) return
        if (claim.canceled === 0) pause.forAWhile(contentionPauseMs)
        continue
      }
      const answer = await callProvider(context, provider, templates, claim.batch, claimedAt)
      // A refusal says nothing of an earlier try under the same key, which may have been accepted.
      const outcome: CallOutcome =
        claim.batch.isTried && answer.kind === 'refused' ? { kind: 'ambiguous', reason: answer.reason } : answer
      const settled = await settleBatch(context, claim.batch, outcome)
      result.submitted += settled.submitted
      result.failed += settled.failed
      result.unknown += settled.unknown
      result.batches += 1
      if (outcome.kind !== 'accepted') {
        context.log.warn('batch_not_accepted', {
          batch: claim.batch.id,
          outcome: outcome.kind,
          messages: claim.batch.messages.length,
        })
      }
      if (outcome.kind === 'refused' && outcome.remedy === 'halt') result.halted = outcome.reason
      if (outcome.kind === 'refused' && outcome.remedy === 'later') pause.forAWhile(outcome.retryAfterMs)
      options.onProgress?.(result)
    }
  }
  // One lane's failure stops the others from claiming, but not from settling what they have under way.
  const guarded = () =>
    lane().catch((error) => {
      failures.push(error)
    })
  await Promise.all(Array.from({ length: options.lanes ?? defaultLanes }, guarded))
  if (failures.length > 0) throw failures[0]
  return result
}

async function claimNext(context: Context, options: SendOptions): Promise<Claim> {
  const claim = await claimTransactional(context)
  if (claim.isMoreWaiting || options.transactionalOnly) return claim
  return claimDigests(context, options.batchSize)
}

async function callProvider(
  context: Context,
  provider: Provider,
  templates: TemplateCache,
  batch: ClaimedBatch,
  claimedAt: number,
): Promise<CallOutcome> {
  let payloads: MailPayload[]
  try {
    payloads = await Promise.all(batch.messages.map((message) => payloadOf(context, templates, message)))
  } catch (error) {
    context.log.error('payload_failed', { batch: batch.id, error: error instanceof Error ? error.message : 'unknown' })
    return notTried('invalid', 'the payload could not be made')
  }
  if (context.clock.elapsedMs() - claimedAt > longestClaimAgeMs) return notTried('later', 'the worker was stalled')
  if (!batch.isTried) {
    const obstacle = await beginBatch(context, batch)
    if (obstacle) return notTried('later', obstacle)
  }
  // Not the caller's signal: a stop waits for the answer, since an aborted call may have been accepted.
  return provider.send(batch.endpoint, payloads, batch.idempotencyKey, new AbortController().signal)
}

function notTried(remedy: 'invalid' | 'later', reason: string): CallOutcome {
  return { kind: 'refused', remedy, reason, retryAfterMs: 0 }
}

async function payloadOf(
  context: Context,
  templates: TemplateCache,
  message: ClaimedBatch['messages'][number],
): Promise<MailPayload> {
  const template = await templates.get(message.renderingId)
  const { keys } = context
  const [unsubscribeToken, preferencesToken, confirmationToken] = await Promise.all([
    signToken(keys, message.keyId, 'unsubscribe', message.subscriptionId),
    signToken(keys, message.keyId, 'preferences', message.subscriptionId),
    message.confirmationNonce ? deriveToken(keys, message.keyId, new Uint8Array(message.confirmationNonce)) : undefined,
  ])
  return fillTemplate(template, message.toEmail, message.id, {
    unsubscribeToken,
    preferencesToken,
    ...(confirmationToken === undefined ? {} : { confirmationToken }),
    ...(message.confirmedOn === null ? {} : { confirmedOn: message.confirmedOn }),
  })
}

/** The renderings in use, each read once; the oldest makes room. */
class TemplateCache {
  private readonly templates = new Map<number, Promise<MailTemplate>>()
  private readonly context: Context
  private readonly capacity = 64

  constructor(context: Context) {
    this.context = context
  }

  get(renderingId: number): Promise<MailTemplate> {
    const known = this.templates.get(renderingId)
    if (known) return known
    const read = this.context.db
      .selectFrom('renderings')
      .select('template')
      .where('id', '=', renderingId)
      .executeTakeFirstOrThrow()
      .then((row) => row.template as MailTemplate)
    this.templates.set(renderingId, read)
    read.catch(() => this.templates.delete(renderingId))
    const [oldest] = this.templates.keys()
    if (this.templates.size > this.capacity && oldest !== undefined) this.templates.delete(oldest)
    return read
  }
}

/** All lanes wait together after the provider asked for patience. */
class Pause {
  private endsAt = 0
  private readonly clock: Clock

  constructor(clock: Clock) {
    this.clock = clock
  }

  forAWhile(ms: number): void {
    this.endsAt = Math.max(this.endsAt, this.clock.elapsedMs() + ms)
  }

  async over(signal: AbortSignal): Promise<void> {
    for (;;) {
      const remaining = this.endsAt - this.clock.elapsedMs()
      if (remaining <= 0 || signal.aborted) return
      await this.clock.sleep(remaining, signal)
    }
  }
}
