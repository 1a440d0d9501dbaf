import type { Context } from '../platform/context.ts'
import { type ForgetOptions, forgetOlder } from '../platform/database/forget-older.ts'

/** Far longer than the event of a mail is repeated, so that each still counts once. */
export const mailsKeptDays = 30
const mails = { table: 'inbound_mails', key: 'id', time: 'received_at' } as const

/** Forgets mails of old; what they led to stays. Returns how many. */
export async function forgetMails(context: Context, options: ForgetOptions): Promise<{ forgottenMails: number }> {
  return { forgottenMails: await forgetOlder(context, mails, `${mailsKeptDays} days`, options) }
}
