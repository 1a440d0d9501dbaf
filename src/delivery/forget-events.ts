import type { Context } from '../platform/context.ts'
import { type ForgetOptions, forgetOlder } from '../platform/database/forget-older.ts'

/** Far longer than an event is repeated (75 hours at most), so that each still counts once. */
export const eventsKeptDays = 30
const events = { table: 'webhook_events', key: 'svix_id', time: 'received_at' } as const

/** Forgets events of old; what they led to stays with the messages. Returns how many. */
export async function forgetEvents(context: Context, options: ForgetOptions): Promise<{ forgotten: number }> {
  return { forgotten: await forgetOlder(context, events, `${eventsKeptDays} days`, options) }
}
