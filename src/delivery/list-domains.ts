// The domains of the account at Resend, and by the way whether it takes the key. Read-only.
import { Resend } from 'resend'
import { z } from 'zod'
import type { Config } from '../platform/config.ts'

export type SenderDomain = {
  readonly name: string
  readonly status: string
  /** What the provider writes into mails from it: a pixel, and a detour behind each link. */
  readonly tracks: { readonly openings: boolean; readonly clicks: boolean }
}

export type DomainsOutcome =
  | { readonly kind: 'listed'; readonly domains: readonly SenderDomain[] }
  /** `status` is null where there was no answer. */
  | { readonly kind: 'failed'; readonly status: number | null; readonly name: string; readonly message: string }
  /** Something answers, but not as Resend does. */
  | { readonly kind: 'nonsense' }

export type DomainsAnswer = {
  readonly outcome: DomainsOutcome
  /** The provider's time, from the `Date` of its first answer. */
  readonly date: Date | undefined
  readonly askedAt: Date
  readonly answeredAt: Date
}

const pageSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      status: z.string(),
      open_tracking: z.boolean().optional().catch(undefined),
      click_tracking: z.boolean().optional().catch(undefined),
    }),
  ),
  has_more: z.boolean().optional(),
})
const pageSize = 100
const mostPages = 10

/**
 * Asks for the domains, at most 1,000. Whatever happens is an answer: it does not throw. It takes no turn among the calls that
 * send (that would write a row): they leave a part of the limit free.
 */
export async function listDomains(
  { apiKey, baseUrl }: NonNullable<Config['resend']>,
  options: { readonly signal: AbortSignal; readonly now: () => Date },
): Promise<DomainsAnswer> {
  const resend = new Resend(apiKey, baseUrl === undefined ? {} : { baseUrl })
  const domains: SenderDomain[] = []
  let first: Pick<DomainsAnswer, 'date' | 'askedAt' | 'answeredAt'> | undefined
  let after: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const asked = { limit: pageSize, ...(after !== undefined && { after }) }
    const askedAt = options.now()
    const { data, error, headers } = await resend.domains.list(asked, { signal: options.signal })
    first ??= { askedAt, answeredAt: options.now(), date: dateOf(headers) }
    if (error) {
      const status = Number.isInteger(error.statusCode) ? error.statusCode : null
      return { ...first, outcome: { kind: 'failed', status, name: String(error.name), message: String(error.message) } }
    }
    const parsed = pageSchema.safeParse(data)
    if (!parsed.success) return { ...first, outcome: { kind: 'nonsense' } }
    domains.push(
      ...parsed.data.data.map(({ name, status, open_tracking: openings = false, click_tracking: clicks = false }) => ({
        name: name.toLowerCase(),
        status,
        tracks: { openings, clicks },
      })),
    )
    after = parsed.data.data.at(-1)?.id
    if (!parsed.data.has_more || after === undefined) break
  }
  if (!first) throw new RangeError('at least one page is asked for')
  return { ...first, outcome: { kind: 'listed', domains } }
}

function dateOf(headers: Record<string, string> | null): Date | undefined {
  const date = new Date(headers?.date ?? '')
  return Number.isNaN(date.getTime()) ? undefined : date
}
