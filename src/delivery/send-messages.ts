// The loop that empties the outbox: transactional mail first, then what was left without an answer, then digests.
import type { Context } from '../platform/context.ts'
import { signMailToken } from '../platform/mail-address.ts'
import { deriveToken, signToken } from '../platform/signed-token.ts'
import { beginBatch } from './begin-batch.ts'
import {
  type Claim,
  type ClaimedBatch,
  claimDigests,
  claimTransactional,
  lookAhead,
  maximumBatchSize,
  reclaimBatch,
  settleExpiredBatches,
} from './claim-batch.ts'
import { fillTemplate, type MailPayload, type MailTemplate } from './mail-template.ts'
import type { CallOutcome, Provider } from './provider.ts'
import { openProviderLimits, type ProviderLimits } from './provider-limits.ts'
import { settleBatch } from './settle-batch.ts'
import { beginWarmUp } from './warm-up.ts'

export type SendResult = {
  submitted: number
  failed: number
  canceled: number
  unknown: number
  batches: number
  /** Why sending stopped before the outbox was empty, though an operator may have to see to it. */
  halted: string | null
  /** Why digests wait although nothing is wrong. */
  heldBack: string | null
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

/** What the lanes of one call share. */
type Sending = SendOptions & {
  readonly provider: Provider
  readonly limits: ProviderLimits
  readonly templates: TemplateCache
  readonly result: SendResult
  /** A call was not given its turn, and none was accepted since: then more lanes would only be denied too. */
  wasDenied: boolean
  /** How many claims in a row found nothing that is free. */
  emptyClaims: number
  /** Where one batch was found there may be another: told each time, so that few messages are not split among lanes. */
  readonly openLane: () => void
}

const defaultLanes = 4
/** A call is begun soon after its claim, or not at all: what was claimed may have changed since. */
const longestClaimAgeMs = 30_000
/** When the rows in sight are locked by others, who will be done in milliseconds; by who decides about a run, in some seconds. */
const contentionPauseMs = 20
const longestContentionPauseMs = 1_000

/**
 * Sends what is waiting until nothing is, the signal asks to stop, or sending is paused. On a stop no new batch is claimed
 * and the calls under way are finished.
 */
export async function sendMessages(context: Context, provider: Provider, options: SendOptions): Promise<SendResult> {
  const result: SendResult = {
    submitted: 0,
    failed: 0,
    canceled: 0,
    unknown: 0,
    batches: 0,
    halted: null,
    heldBack: null,
  }
  result.unknown += await settleExpiredBatches(context)
  const limits = await openProviderLimits(context)
  result.halted = await limits.standing('transactional')
  if (result.halted !== null) return result
  const bulkHalted = await limits.standing('bulk')
  const sending: Sending = {
    ...options,
    transactionalOnly: options.transactionalOnly === true || bulkHalted !== null,
    provider,
    limits,
    templates: new TemplateCache(context),
    result,
    wasDenied: false,
    emptyClaims: 0,
    openLane: () => {
      if (openLanes < (options.lanes ?? defaultLanes) && !sending.wasDenied) lanes.push(lane())
    },
  }
  let openLanes = 0
  const lanes: Promise<void>[] = []
  const failures: unknown[] = []
  // One lane's failure stops the others from claiming, but not from settling what they have under way.
  const lane = async () => {
    openLanes += 1
    try {
      while (!options.signal.aborted && failures.length === 0) {
        if (!(await sendNext(context, sending))) return
      }
    } catch (error) {
      failures.push(error)
    } finally {
      openLanes -= 1
    }
  }
  sending.openLane()
  for (const open of lanes) await open // also those that are opened meanwhile
  if (failures.length > 0) throw failures[0]
  result.halted = bulkHalted
  if (sending.wasDenied) result.halted = (await limits.standing('transactional')) ?? (await limits.standing('bulk'))
  return result
}

/** One batch, from its claim to its end. False when nothing is left to do here. */
async function sendNext(context: Context, sending: Sending): Promise<boolean> {
  const { result } = sending
  const claimedAt = context.clock.elapsedMs()
  const batchSize = Math.min(sending.batchSize ?? maximumBatchSize, sending.limits.bulkLimit())
  const claim = await claimNext(context, sending.transactionalOnly === true, batchSize)
  result.canceled += claim.canceled
  if (claim.isWarmUpSpent) result.heldBack = 'the warm-up allows no more digests today'
  const { batch } = claim
  if (!batch) {
    if (claim.isMoreWaiting && claim.canceled === 0) {
      const pauseMs = Math.min(contentionPauseMs * 2 ** sending.emptyClaims, longestContentionPauseMs)
      sending.emptyClaims += 1
      await context.clock.sleep(pauseMs, sending.signal)
    }
    return claim.isMoreWaiting
  }
  sending.emptyClaims = 0
  sending.openLane()
  const outcome = await tryBatch(context, sending, batch, claimedAt)
  if (outcome === 'denied') return false
  result.batches += 1
  if (outcome.kind === 'accepted') sending.wasDenied = false
  else {
    context.log.warn('batch_not_accepted', { batch: batch.id, outcome: outcome.kind, messages: batch.messages.length })
  }
  sending.onProgress?.(result)
  return true
}

/** Confirmations first, then what was left without an answer, then digests. */
async function claimNext(context: Context, transactionalOnly: boolean, batchSize: number): Promise<Claim> {
  const { isTransactionalWaiting, isBatchLost } = await lookAhead(context)
  if (isTransactionalWaiting) {
    const claim = await claimTransactional(context)
    if (claim.isMoreWaiting) return claim
  }
  const batch = isBatchLost ? await reclaimBatch(context) : undefined
  if (batch) return { batch, canceled: 0, isMoreWaiting: true }
  return transactionalOnly ? { batch: undefined, canceled: 0, isMoreWaiting: false } : claimDigests(context, batchSize)
}

/** Makes the payload, waits for its turn, calls, and settles what the answer means. Denied: no turn was given. */
async function tryBatch(
  context: Context,
  sending: Sending,
  batch: ClaimedBatch,
  claimedAt: number,
): Promise<CallOutcome | 'denied'> {
  const { result, limits, provider } = sending
  const settle = async (answer: CallOutcome) => {
    // A refusal says nothing of an earlier try under the same key, which may have been accepted.
    const outcome: CallOutcome =
      batch.isTried && answer.kind === 'refused' ? { kind: 'ambiguous', reason: answer.reason } : answer
    const settled = await settleBatch(context, batch, outcome)
    result.submitted += settled.submitted
    result.failed += settled.failed
    result.unknown += settled.unknown
    return outcome
  }

  if (batch.messages.some(({ keyId }) => context.keys.get(keyId) === undefined)) {
    return settle(notTried('later', 'it is signed with a key that this process was not given'))
  }
  // A database that fails says nothing of the mails: the batch is left to whoever takes it when its lease is over.
  const templates = await Promise.all(batch.messages.map(({ renderingId }) => sending.templates.get(renderingId)))
  let payloads: MailPayload[]
  try {
    payloads = batch.messages.map((message, index) => payloadOf(context, templates[index], message))
  } catch (error) {
    context.log.error('payload_failed', { batch: batch.id, error: error instanceof Error ? error.message : 'unknown' })
    return settle(notTried('invalid', 'the payload could not be made'))
  }
  const turn = await limits.takeTurn(batch.endpoint === 'emails' ? 'transactional' : 'bulk', sending.signal)
  if (!turn.isGiven) {
    sending.wasDenied = true
    await settle(notTried('later', turn.reason))
    return 'denied'
  }
  const isStalled = () => context.clock.elapsedMs() - claimedAt > longestClaimAgeMs
  if (isStalled()) return settle(notTried('later', 'the worker was stalled'))
  if (!batch.isTried) {
    const obstacle = await beginBatch(context, batch)
    if (obstacle) return settle(notTried('later', obstacle))
    // Others may have called meanwhile, so long ago that the provider has forgotten the key.
    if (isStalled()) return settle({ kind: 'ambiguous', reason: 'the worker was stalled before the call' })
  }
  const answer = await provider.send(batch.endpoint, payloads, batch.idempotencyKey)
  // First, so that nobody calls again before they know what was said.
  await limits.heed(answer, turn, { messageCount: batch.messages.length, isTried: batch.isTried })
  if (context.config.warmUp && batch.endpoint === 'emails/batch' && answer.outcome.kind === 'accepted') {
    await beginWarmUp(context)
  }
  return settle(answer.outcome)
}

function notTried(remedy: 'invalid' | 'later', reason: string): CallOutcome {
  return { kind: 'refused', remedy, reason, retryAfterMs: 0 }
}

function payloadOf(
  context: Context,
  template: MailTemplate | undefined,
  message: ClaimedBatch['messages'][number],
): MailPayload {
  if (!template) throw new Error('there is no rendering')
  const { keys } = context
  const { keyId, subscriptionId, nonce, confirmationId, confirmedOn, firstDigest, inReplyTo, references } = message
  return fillTemplate(template, message.toEmail, message.id, {
    unsubscribeToken: signToken(keys, keyId, 'unsubscribe', subscriptionId),
    preferencesToken: signToken(keys, keyId, 'preferences', subscriptionId),
    ...(nonce && { confirmationToken: deriveToken(keys, keyId, new Uint8Array(nonce)) }),
    unsubscribeMailToken: signMailToken(keys, keyId, 'unsubscribe', subscriptionId),
    replyMailToken: signMailToken(keys, keyId, 'reply', subscriptionId),
    ...(confirmationId !== null && { confirmMailToken: signMailToken(keys, keyId, 'confirm', confirmationId) }),
    ...(confirmedOn !== null && { confirmedOn }),
    ...(firstDigest !== null && { firstDigest }),
    ...(inReplyTo !== null && { inReplyTo }),
    ...(references !== null && { references }),
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
