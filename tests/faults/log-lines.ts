// What a process that is killed and loses its database may say, and what it may not.
import { z } from 'zod'

export type Saying =
  /** Known and in order. */
  | { readonly event: string; readonly level: string }
  /** One line for whoever started it, as it ends. */
  | { readonly farewell: string }
  /** Not in order: why. */
  | { readonly complaint: string }

const lineSchema = z.object({
  time: z.string(),
  level: z.enum(['info', 'warn', 'error']),
  event: z.string(),
  code: z.string().optional(),
})
/** Readers' addresses, and what is longer than any id: tokens. */
const secretPattern = /reader\.\d+@|[A-Za-z0-9_-]{43,}/
/** Only where a database goes away. */
const databaseEvents = new Set(['job_failed', 'database_connection_lost', 'sandbox_failed', 'request_failed'])
/** Nothing here gives a reason for it. */
const neverEvents = new Set(['sending_paused', 'payload_failed', 'digest_not_rendered', 'sandbox_webhooks_failed'])

/** Judges a line of stderr. */
export function judge(line: string, losesDatabase: boolean): Saying {
  if (secretPattern.test(line)) return { complaint: 'a line with an address or a token' }
  if (line.startsWith('newsmatro: ')) return { farewell: line }
  let said: unknown
  try {
    said = JSON.parse(line)
  } catch {
    return { complaint: `not a line of the log: ${line}` }
  }
  const { data } = lineSchema.safeParse(said)
  if (!data) return { complaint: `not a line of the log: ${line}` }
  // A service was killed while the sandbox read what it sent.
  const wasHungUpOn = data.event === 'sandbox_failed' && data.code === 'ECONNRESET'
  if (wasHungUpOn) return { event: data.event, level: data.level }
  if (neverEvents.has(data.event) || (databaseEvents.has(data.event) && !losesDatabase)) return { complaint: line }
  return { event: data.event, level: data.level }
}
