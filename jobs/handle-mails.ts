import { createMailbox } from '../src/inbound/fetch-mail.ts'
import { handleMails } from '../src/inbound/handle-mails.ts'
import type { Context, JobOptions } from '../src/platform/context.ts'

/** Acts on readers' mails that the web process could not act on at once. */
export const handleMailsJob = {
  name: 'handle-mails',
  cron: '* * * * *',
  run: (context: Context, { signal }: JobOptions) => handleMails(context, createMailbox(context.config), { signal }),
} as const
