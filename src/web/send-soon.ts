import { createProvider } from '../delivery/provider.ts'
import { sendMessages } from '../delivery/send-messages.ts'
import type { Context } from '../platform/context.ts'

/** Sends the transactional mail that waits, after the response; what fails here is swept up by the job. */
export async function sendSoon(context: Context): Promise<void> {
  try {
    await sendMessages(context, createProvider(context.config), {
      signal: new AbortController().signal,
      transactionalOnly: true,
      lanes: 1,
    })
  } catch (error) {
    context.log.warn('mail_left_to_the_job', { error: error instanceof Error ? error.message : 'unknown' })
  }
}
