import type { Context as HonoContext } from 'hono'
import { z } from 'zod'
import { PublicError } from '../platform/errors.ts'
import { parseAddress } from '../subscriptions/address.ts'
import { choicesSchema, longestPauseDays, wholeNumber } from '../subscriptions/preferences.ts'

/** Whether the other side is a program that speaks JSON, rather than a person's browser. */
export function speaksJson(c: HonoContext): boolean {
  const contentType = c.req.header('content-type') ?? ''
  return (
    /^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType) ||
    /^application\/(?:problem\+)?json\b/i.test(c.req.header('accept') ?? '')
  )
}

/** The body as name → value, list-like names as arrays. Throws `invalid_input` for what is neither a form nor a JSON object. */
export async function readBody(c: HonoContext): Promise<Record<string, unknown>> {
  const contentType = c.req.header('content-type') ?? ''
  if (/^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType)) {
    const body: unknown = await c.req.json().catch(() => undefined)
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new PublicError('invalid_input', 'The body is not a JSON object.')
    }
    return { ...body }
  }
  try {
    return await c.req.parseBody({ all: true })
  } catch {
    throw new PublicError('invalid_input', 'The body is neither a form nor JSON.')
  }
}

/** The topics of a body. A form says how many it showed: all of them ticked means every topic, also those to come. */
function topicsOf({ topics, topicsShown }: Record<string, unknown>): unknown {
  if (topics === undefined) return undefined
  const list = Array.isArray(topics) ? topics : [topics]
  const isCounted = typeof topicsShown === 'string' || typeof topicsShown === 'number'
  return isCounted && list.length >= Number(topicsShown) ? [] : list
}

/** A form with none ticked would mean that nothing ever comes. */
const ticksNone = ({ topics, topicsShown }: Record<string, unknown>) =>
  topicsShown !== undefined && topics === undefined

/** An address alone. */
export const addressSchema = z.object({
  email: z
    .string('Enter your email address.')
    .min(1, 'Enter your email address.')
    .max(320, 'That address is too long.')
    .superRefine((text, issues) => {
      const problem = addressProblem(text)
      if (problem !== undefined) issues.addIssue(problem)
    }),
})

/** Looked at with the other fields, so that all that is wrong is said at once. */
function addressProblem(text: string): string | undefined {
  try {
    parseAddress(text)
    return undefined
  } catch (error) {
    if (!(error instanceof PublicError)) throw error
    return error.message
  }
}

export const newsletterSlug = z
  .string('There is no newsletter of that name.')
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'There is no newsletter of that name.')

/** In the order of the form: the first field with an error has the focus. */
export const subscribeSchema = addressSchema
  .extend({ newsletter: newsletterSlug.optional() })
  .extend(choicesSchema.shape)
  // In which language the words of consent were read, where the reader chooses another to be spoken to.
  .extend({ wording: choicesSchema.shape.language })

export const joinSchema = z.object({ newsletter: newsletterSlug })

export const preferencesSchema = choicesSchema.extend({
  pauseDays: wholeNumber(0, longestPauseDays, 'Choose how long to pause: a year at most.').optional(),
  // An emptied date field ends a pause.
  pauseUntil: z
    .union(
      [
        z.literal('').transform(() => null),
        z.null(),
        // There is no year 0, says PostgreSQL.
        z.iso.date('Choose a day, like 2027-01-31.').refine((day) => !day.startsWith('0000')),
      ],
      'Choose a day.',
    )
    .optional(),
})

/** Checks a body against a schema. Throws `invalid_input` with a message for each field; no value is repeated in it. */
export function check<T>(schema: z.ZodType<T>, body: Record<string, unknown>): T {
  const topics = topicsOf(body)
  const parsed = schema.safeParse(topics === undefined ? body : { ...body, topics })
  if (parsed.success && !ticksNone(body)) return parsed.data
  const fields: Record<string, string> = {}
  for (const issue of parsed.error?.issues ?? []) fields[String(issue.path[0] ?? 'body')] ??= issue.message
  if (ticksNone(body)) fields.topics ??= 'Choose at least one topic.'
  throw new PublicError('invalid_input', Object.values(fields)[0] ?? 'The input is not valid.', { fields })
}
