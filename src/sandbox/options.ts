import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/schema.ts'
import type { Log } from '../platform/log.ts'
import type { WebhookEndpoint } from './deliver-webhooks.ts'
import type { SandboxDomain } from './domains.ts'
import type { FaultOptions, FaultPlan } from './faults.ts'
import type { Quotas } from './quota.ts'
import type { SandboxDatabase } from './tables.ts'

export type SandboxOptions = {
  /** Has to be prepared: see `prepareSandbox`. */
  readonly db: Database
  readonly clock: Clock
  /** Cryptographically random bytes. */
  readonly random: (byteCount: number) => Uint8Array
  /** The keys that are accepted. Unset: every key that begins with `re_`. Each key is a team of its own. */
  readonly apiKeys?: readonly string[] | undefined
  readonly requestsPerSecond?: number | undefined
  /** Recipients a UTC day. Unset: no limit, and no header. */
  readonly dailyQuota?: number | undefined
  /** Recipients a UTC month. Unset: no limit, and no header. */
  readonly monthlyQuota?: number | undefined
  /** The oldest mails go when there are more, of all teams together. */
  readonly keepAtMost?: number | undefined
  /** The domains of every team, for who asks: any sender is taken. Unset: nothing answers that. */
  readonly domains?: readonly SandboxDomain[] | undefined
  /** Where it is reached, when that is not a loopback name: requests for this host are answered too. */
  readonly publicUrl?: string | undefined
  /** Set: events are posted there after each accepted request. Unset: whoever wants them calls `deliverWebhooks`. */
  readonly webhook?: WebhookEndpoint | undefined
  /**
   * What goes wrong on purpose. Unset: nothing. Requests to send mail that were let in are numbered from 0, from when the
   * sandbox was created. Where the connection is cut, `fetch` rejects with a `ConnectionReset`; a server on
   * @hono/node-server is given `cutConnections(sandbox.fetch)`.
   */
  readonly faults?: FaultOptions | undefined
  /** Takes the work that goes on after a response. */
  readonly background?: ((work: Promise<unknown>) => void) | undefined
  readonly log?: Log | undefined
}

/** What the routes work with. */
export type Sandbox = {
  readonly db: SandboxDatabase
  readonly clock: Clock
  readonly random: (byteCount: number) => Uint8Array
  readonly apiKeys: readonly string[] | undefined
  readonly requestsPerSecond: number
  readonly quotas: Quotas
  readonly keepAtMost: number
  readonly domains: readonly SandboxDomain[] | undefined
  readonly faults: FaultPlan | undefined
  readonly log: Log | undefined
  /** Starts what follows an accepted request. */
  readonly afterAccepting: () => void
}
