// Cloudflare Turnstile, where it is configured: https://developers.cloudflare.com/turnstile/get-started/server-side-validation/
import { z } from 'zod'
import type { Context } from '../platform/context.ts'
import { PublicError } from '../platform/errors.ts'

export const turnstileOrigin = 'https://challenges.cloudflare.com'

/** The form field that Turnstile's script fills in. */
export const turnstileField = 'cf-turnstile-response'

const timeoutMs = 5_000
/** What the service says about its tokens. */
const longestToken = 2_048

const answerSchema = z.object({ success: z.boolean(), 'error-codes': z.array(z.string()).optional() })

/**
 * Has the token that came with a form verified, where Turnstile is configured. Throws `invalid_input` for the field of the
 * token where it is missing or was not accepted, `unavailable` when there was no answer in five seconds: nobody passes then.
 */
export async function verifyPerson(
  context: Context,
  body: Readonly<Record<string, unknown>>,
  { ip, fetch }: { readonly ip: string | null; readonly fetch: typeof globalThis.fetch },
): Promise<void> {
  const { turnstile } = context.config
  if (!turnstile) return
  const token = body[turnstileField]
  if (typeof token !== 'string' || token === '') {
    throw refused('Please show that you are a person, with the box above the button. It needs JavaScript.')
  }
  if (token.length > longestToken) throw refused('That was not accepted. Please try again.')
  const answer = await ask(context, fetch, {
    secret: turnstile.secret,
    response: token,
    ...(ip === null ? {} : { remoteip: ip }),
  })
  if (answer.success) return
  const codes = answer['error-codes'] ?? []
  if (codes.some((code) => code.includes('input-secret'))) {
    context.log.error('turnstile_refused_the_secret', { remedy: 'copy TURNSTILE_SECRET from the widget again' })
    throw unavailable()
  }
  throw refused('That was not accepted, or it was too long ago. Please try again.')
}

async function ask(context: Context, fetch: typeof globalThis.fetch, question: Record<string, string>) {
  try {
    const response = await fetch(`${turnstileOrigin}/turnstile/v0/siteverify`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(question),
      signal: AbortSignal.timeout(timeoutMs),
    })
    return answerSchema.parse(await response.json())
  } catch (error) {
    context.log.warn('turnstile_did_not_answer', { error: error instanceof Error ? error.name : 'unknown' })
    throw unavailable()
  }
}

const refused = (message: string) =>
  new PublicError('invalid_input', message, { fields: { [turnstileField]: message } })

const unavailable = () =>
  new PublicError(
    'unavailable',
    'Whether you are a person could not be checked just now. Please try again in a minute.',
    {
      retryAfterSeconds: 60,
    },
  )
