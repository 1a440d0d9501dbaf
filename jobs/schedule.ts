// The list of scheduled jobs: node-cron and Cron Triggers both go by it. Times are UTC.
import type { Context, JobOptions } from '../src/platform/context.ts'
import { forgetEventsJob } from './forget-events.ts'
import { forgetReadersJob } from './forget-readers.ts'
import { forgetSignUpsJob } from './forget-sign-ups.ts'
import { handleMailsJob } from './handle-mails.ts'
import { planDigestsJob } from './plan-digests.ts'
import { pollFeedsJob } from './poll-feeds.ts'
import { publishDigestsJob } from './publish-digests.ts'
import { sendMessagesJob } from './send-messages.ts'
import { writeLettersJob } from './write-letters.ts'

export type Job = {
  readonly name: string
  /** Five fields, UTC. */
  readonly cron: string
  /** Does what is owed at the slot, and returns counts. Safe to run twice, and in several processes at once. */
  readonly run: (context: Context, options: JobOptions) => Promise<object>
  /** Where jobs tick side by side: what to do at once afterwards, rather than at its own next tick. */
  readonly followedBy?: Job
}

/** In the order of the way of the data: within one tick an article can reach an inbox. */
export const jobs: readonly Job[] = [
  pollFeedsJob,
  { ...planDigestsJob, followedBy: sendMessagesJob },
  { ...handleMailsJob, followedBy: sendMessagesJob },
  { ...writeLettersJob, followedBy: sendMessagesJob },
  sendMessagesJob,
  publishDigestsJob,
  forgetEventsJob,
  forgetSignUpsJob,
  forgetReadersJob,
]
