// What goes wrong, chosen by a seed: the same seed and the same sequence of requests meet the same faults.
import { createHash } from 'node:crypto'
import type { OrdinaryOutcome } from './outcome.ts'

export const requestFaultKinds = [
  'hang_before',
  'reset_before',
  'error_before',
  'unavailable',
  'rate_limit_storm',
  'quota_spent',
  'hang_after',
  'reset_after',
  'error_after',
  'slow',
  'truncated_json',
  'wrong_shape',
  'wrong_count',
] as const
export const webhookFaultKinds = ['webhook_repeated', 'webhook_reordered', 'webhook_delayed'] as const
/** What else than delivery may happen to a mail to an ordinary address, and to which share of them unless told otherwise. */
const usualOutcomes = {
  delayed: 0.05,
  soft_bounce: 0.03,
  hard_bounce: 0.02,
  complaint: 0.01,
  failed: 0.01,
  opened: 0.2,
  clicked: 0.05,
} as const
export const outcomeKinds = Object.keys(usualOutcomes) as OutcomeKind[]

export type RequestFaultKind = (typeof requestFaultKinds)[number]
export type WebhookFaultKind = (typeof webhookFaultKinds)[number]
export type OutcomeKind = keyof typeof usualOutcomes
export type FaultKind = RequestFaultKind | WebhookFaultKind | OutcomeKind

export const faultKinds: readonly FaultKind[] = [...requestFaultKinds, ...webhookFaultKinds, ...outcomeKinds]

export type FaultOptions = {
  readonly seed: number
  /** Of the requests that send mail, and of the webhooks: from 0, none, to 1, all. */
  readonly share: number
  /** Only these. Unset: every kind. */
  readonly kinds?: readonly FaultKind[] | undefined
  /** The share of each outcome among mails to ordinary addresses, 1 in all at most. Unset: the usual ones of `kinds`. */
  readonly outcomes?: Partial<Record<OutcomeKind, number>> | undefined
}

/** `extent`, from 0 to below 1, says how long it lasts, or which of several forms it takes. */
export type RequestFault = { readonly kind: RequestFaultKind; readonly extent: number }
export type WebhookFault = { readonly delaySeconds: number; readonly repeatAfterSeconds: number | undefined }
/** What becomes of one mail, as far as its address does not say. */
export type Fate = { readonly outcome: OrdinaryOutcome; readonly webhookFault: (eventIndex: number) => WebhookFault }

export type FaultPlan = {
  /** What goes wrong with a request, by its number. */
  ofRequest(request: number): RequestFault | undefined
  /** What becomes of the mail at this index of a request. */
  ofMail(request: number, index: number): Fate
}

const reorderSeconds = [1, 30] as const
const delaySeconds = [3_600, 12 * 3_600] as const
const repeatSeconds = [1, 3_600] as const

/** A plan of faults: nothing but a function of its options. */
export function planFaults({ seed, share, kinds = faultKinds, outcomes }: FaultOptions): FaultPlan {
  const requestKinds = requestFaultKinds.filter((kind) => kinds.includes(kind))
  const webhookKinds = webhookFaultKinds.filter((kind) => kinds.includes(kind))
  const shares: [OutcomeKind, number][] = outcomes
    ? outcomeKinds.map((kind) => [kind, outcomes[kind] ?? 0])
    : outcomeKinds.filter((kind) => kinds.includes(kind)).map((kind) => [kind, usualOutcomes[kind]])
  const draw = (...what: (string | number)[]) => drawOf([seed, ...what].join(' '))

  function webhookFault(request: number, index: number, event: number): WebhookFault {
    const what = ['webhook', request, index, event] as const
    const kind = draw(...what) < share ? oneOf(webhookKinds, draw(...what, 'kind')) : undefined
    const extent = kind === undefined ? 0 : draw(...what, 'extent')
    return {
      delaySeconds:
        kind === 'webhook_delayed'
          ? between(delaySeconds, extent)
          : kind === 'webhook_reordered'
            ? between(reorderSeconds, extent)
            : 0,
      repeatAfterSeconds: kind === 'webhook_repeated' ? between(repeatSeconds, extent) : undefined,
    }
  }

  return {
    ofRequest(request) {
      if (draw('request', request) >= share) return undefined
      const kind = oneOf(requestKinds, draw('request', request, 'kind'))
      return kind && { kind, extent: draw('request', request, 'extent') }
    },
    ofMail(request, index) {
      let left = draw('mail', request, index)
      const happening = shares.find(([, ofMails]) => {
        left -= ofMails
        return left < 0
      })
      return {
        outcome: happening?.[0] ?? 'delivered',
        webhookFault: (event) => webhookFault(request, index, event),
      }
    },
  }
}

/** The number this far between two others. */
export function between([least, most]: readonly [number, number], extent: number): number {
  return least + (most - least) * extent
}

/** From 0 to below 1, evenly. */
function drawOf(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6) / 2 ** 48
}

function oneOf<T>(list: readonly T[], extent: number): T | undefined {
  return list[Math.floor(extent * list.length)]
}
