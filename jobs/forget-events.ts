import { forgetEvents } from '../src/delivery/forget-events.ts'
import { forgetMails } from '../src/inbound/forget-mails.ts'
import type { Context, JobOptions } from '../src/platform/context.ts'

/** Forgets the provider's events, and readers' mails, of more than 30 days ago: every minute, so that there are never many at once. */
export const forgetEventsJob = {
  name: 'forget-events',
  cron: '* * * * *',
  run: async (context: Context, options: JobOptions) => ({
    ...(await forgetEvents(context, options)),
    ...(await forgetMails(context, options)),
  }),
} as const
