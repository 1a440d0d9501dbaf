import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Database } from './database/schema.ts'
import type { FetchUrl } from './fetch-url.ts'
import type { Log } from './log.ts'
import type { SigningKeys } from './signing-keys.ts'

/** What the verbs and jobs work with: built once by each way in (server, worker, command line, test). */
export type Context = {
  readonly config: Config
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly keys: SigningKeys
  /** Cryptographically random bytes. */
  readonly random: (byteCount: number) => Uint8Array
  /** Fetches an address that somebody else chose, within limits. */
  readonly fetchUrl: FetchUrl
  /** Where each request has a context of its own: what they have in common. What is kept with it depends on the configuration, or is the same for every reader and soon asked for anew. */
  readonly memory?: object
}

/** What a scheduled job is told: the slot it runs for, and when to stop. */
export type JobOptions = {
  readonly scheduledAt: Date
  readonly signal: AbortSignal
}
