// The only place that reads received mail at Resend: https://resend.com/docs/api-reference/emails/retrieve-received-email
import { Resend } from 'resend'
import { z } from 'zod'
import type { Config } from '../platform/config.ts'
import { PublicError } from '../platform/errors.ts'

/** A received mail, as far as it is looked at. */
export type ReceivedMail = {
  /** As the sender wrote it: it can be forged. */
  readonly from: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** Names in lower case; of several fields of one name the values in lines. */
  readonly headers: ReadonlyMap<string, string>
  readonly messageId: string
}

export type FetchedMail =
  | { readonly mail: ReceivedMail }
  /** `retryAfterMs`: the provider asked that nobody calls for so long. */
  | { readonly failure: string; readonly retryAfterMs?: number }

export type Mailbox = {
  /** Calls the provider once. Whatever happens is an answer: it does not throw. */
  fetch(providerId: string): Promise<FetchedMail>
}

const callTimeoutMs = 15_000
const defaultRetryAfterMs = 1_000

const value = z.union([z.string(), z.array(z.string()).transform((values) => values.join('\n'))]).catch('')
const mailSchema = z.object({
  from: z.string().catch(''),
  subject: z.string().nullish().catch(''),
  text: z.string().nullish().catch(''),
  html: z.string().nullish().catch(''),
  headers: z.record(z.string(), value).nullish().catch({}),
  message_id: z.string().nullish().catch(''),
})

/** Resend, or whatever speaks its API at `baseUrl`. Throws {@link PublicError} when no provider is configured. */
export function createMailbox(config: Config): Mailbox {
  if (!config.resend) throw new PublicError('misconfigured', 'No mail provider: set RESEND_API_KEY.')
  const { apiKey, baseUrl } = config.resend
  const resend = new Resend(apiKey, baseUrl === undefined ? {} : { baseUrl })
  return {
    async fetch(providerId) {
      const { data, error, headers } = await resend.emails.receiving.get(
        encodeURIComponent(providerId),
        // Pictures as references: as text they would be most of what is fetched.
        { html_format: 'cid' },
        { signal: AbortSignal.timeout(callTimeoutMs) },
      )
      if (error) {
        const failure = `${error.statusCode ?? 'no answer'} ${error.name}`.slice(0, 200)
        if (error.statusCode !== 429) return { failure }
        const seconds = Number(headers?.['retry-after'])
        return { failure, retryAfterMs: seconds > 0 ? seconds * 1_000 : defaultRetryAfterMs }
      }
      const mail = readMail(data)
      return mail ? { mail } : { failure: 'the answer has not the form that Resend documents' }
    },
  }
}

/** Undefined for what is no mail. */
export function readMail(data: unknown): ReceivedMail | undefined {
  const parsed = mailSchema.safeParse(data)
  if (!parsed.success) return undefined
  const { from, subject, text, html, headers, message_id } = parsed.data
  const byName = new Map<string, string>()
  for (const [name, one] of Object.entries(headers ?? {})) {
    const key = name.toLowerCase()
    byName.set(key, byName.has(key) ? `${byName.get(key)}\n${one}` : one)
  }
  return {
    from,
    subject: subject ?? '',
    text: text ?? '',
    html: html ?? '',
    headers: byName,
    messageId: message_id || (byName.get('message-id') ?? ''),
  }
}
