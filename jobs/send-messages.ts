import { createProvider } from '../src/delivery/provider.ts'
import { sendMessages } from '../src/delivery/send-messages.ts'
import type { Context, JobOptions } from '../src/platform/context.ts'

/** Sends what is waiting, and asks again about what was left without an answer. */
export const sendMessagesJob = {
  name: 'send-messages',
  cron: '* * * * *',
  run: (context: Context, options: JobOptions) =>
    sendMessages(context, createProvider(context.config), { signal: options.signal }),
} as const
