import { createProvider } from '../delivery/provider.ts'
import { sendMessages } from '../delivery/send-messages.ts'
import { writeWelcomes } from '../digests/write-welcomes.ts'
import type { Context } from '../platform/context.ts'

/**
 * Sends the transactional mail that waits, after the response, with the welcome to this subscription, or all that are owed; what
 * fails here is swept up by the jobs.
 */
export async function sendSoon(context: Context, welcome?: number | 'all'): Promise<void> {
  const { signal } = new AbortController()
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work()
    } catch (error) {
      context.log.warn('mail_left_to_the_job', { error: error instanceof Error ? error.message : 'unknown' })
    }
  }
  if (welcome !== undefined) {
    await attempt(() => writeWelcomes(context, { signal, ...(welcome !== 'all' && { subscriptionId: welcome }) }))
  }
  await attempt(() =>
    sendMessages(context, createProvider(context.config), { signal, transactionalOnly: true, lanes: 1 }),
  )
}
