// What an event says, as far as this service goes by it: https://resend.com/docs/webhooks/event-types
import { z } from 'zod'
import type { BounceKind } from '../platform/database/schema.ts'
import { storable } from '../platform/encoding.ts'

export type WebhookEvent = {
  readonly type: string
  /** By the provider's clock; undefined when it does not say. */
  readonly occurredAt: Date | undefined
  readonly providerId: string | undefined
  /** The tag `message` that every mail of this service carries. */
  readonly messageTag: number | undefined
  /** Bare addresses, in lower case. */
  readonly to: readonly string[]
  readonly bounceKind: BounceKind
  readonly failureReason: string
  /** The whole event as JSON that PostgreSQL takes. */
  readonly json: string
}

// Fields that are not as expected count as absent: an event is kept rather than refused, since a refusal repeats it for days.
const eventSchema = z.looseObject({
  type: z.string().min(1).max(200),
  created_at: z.string().optional().catch(undefined),
  data: z
    .looseObject({
      email_id: z.string().min(1).max(200).optional().catch(undefined),
      to: z.array(z.string()).catch([]),
      tags: z.looseObject({ message: z.string().optional() }).optional().catch(undefined),
      bounce: z.looseObject({ type: z.string() }).optional().catch(undefined),
      failed: z.looseObject({ reason: z.string() }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
})

/** Undefined for what is not JSON, or not an event. */
export function parseWebhookEvent(body: Uint8Array): WebhookEvent | undefined {
  let content: unknown
  try {
    content = JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
  const parsed = eventSchema.safeParse(content)
  if (!parsed.success) return undefined
  const { type, created_at, data } = parsed.data
  const occurredAt = new Date(created_at ?? Number.NaN)
  const tag = data?.tags?.message ?? ''
  return {
    type: storable(type),
    occurredAt: Number.isNaN(occurredAt.getTime()) ? undefined : occurredAt,
    providerId: data?.email_id === undefined ? undefined : storable(data.email_id),
    messageTag: /^[1-9]\d{0,14}$/.test(tag) ? Number(tag) : undefined,
    to: (data?.to ?? [])
      .map((mailbox) => (/<([^<>]*)>$/.exec(mailbox)?.[1] ?? mailbox).trim().toLowerCase())
      .map(storable),
    // Transient and Undetermined are soft: an address is not given up for what may pass.
    bounceKind: data?.bounce?.type.toLowerCase() === 'permanent' ? 'hard' : 'soft',
    failureReason: storable(data?.failed?.reason || 'the provider does not say why').slice(0, 500),
    json: JSON.stringify(content, (_, value: unknown) => withStorableText(value)),
  }
}

/**
 * A text, or the keys of an object; what is in it is given to the replacer in its turn. What PostgreSQL refuses must not make
 * an event come back for days.
 */
function withStorableText(value: unknown): unknown {
  if (typeof value === 'string') return storable(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storable(key), inner]))
}
