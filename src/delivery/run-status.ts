// What a run is doing, worked out from its rows each time: a stored status could disagree with them.
import type { ExclusionReason, MessageState } from '../platform/database/schema.ts'

export type RunStatus =
  /** Some who are due in it have neither a message nor an exclusion yet. */
  | 'planning'
  | 'sending'
  | 'paused'
  | 'canceled'
  | 'done'
  /** Nothing is left to do by itself, but some messages failed, or what became of them is unknown. */
  | 'done_with_gaps'

/** The reason of messages that only the canceling of their run keeps back. */
export const runCanceled = 'run canceled'

export type RunFacts = {
  readonly pausedAt: Date | null
  readonly canceledAt: Date | null
  /** Readers due at its slot that no planner has taken. */
  readonly unplanned: number
  readonly messages: Readonly<Record<MessageState, number>>
}

/** Nothing of the run will change by itself any more, but for what webhooks tell about it. */
export function isFinished({ unplanned, messages }: Pick<RunFacts, 'unplanned' | 'messages'>): boolean {
  return unplanned === 0 && messages.pending === 0 && messages.sending === 0
}

/** An operator's decision counts before what the rows are about to do; a pause only while there is something to hold. */
export function runStatus(facts: RunFacts): RunStatus {
  if (facts.canceledAt !== null) return 'canceled'
  if (isFinished(facts)) return facts.messages.failed + facts.messages.unknown > 0 ? 'done_with_gaps' : 'done'
  if (facts.pausedAt !== null) return 'paused'
  return facts.unplanned > 0 ? 'planning' : 'sending'
}

/** Everyone planned so far: each is in one message state or has one exclusion reason. */
export function dueCount(
  messages: Readonly<Record<MessageState, number>>,
  exclusions: Readonly<Record<ExclusionReason, number>>,
): number {
  return sum(messages) + sum(exclusions)
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}
