// What a check says. It looks, and changes nothing.
import type { Clock } from '../platform/clock.ts'
import type { Config } from '../platform/config.ts'
import type { InTransaction } from '../platform/database/schema.ts'

export type Status = 'ok' | 'warning' | 'problem' | 'not checked'

export type Finding = {
  readonly status: Status
  /** What was found, in a line; for `not checked` why. Never an address, a token or a secret. */
  readonly found: string
  /** What would do; null where nothing has to be done. */
  readonly remedy: string | null
}

/** What the checks of the rows know. */
export type Patient = {
  readonly config: Config
  readonly clock: Clock
  /** The key that mail is sent with: the sandbox's own where none is configured. */
  readonly apiKey: string
}

/** A check of the rows: in a read-only transaction of its own, with an index or a bound for every query. */
export type RowCheck = {
  readonly name: string
  /** The migration that made what it reads. */
  readonly since: string
  look(patient: Patient, trx: InTransaction): Promise<Finding>
}

export const ok = (found: string): Finding => ({ status: 'ok', found, remedy: null })
export const warning = (found: string, remedy: string): Finding => ({ status: 'warning', found, remedy })
export const problem = (found: string, remedy: string): Finding => ({ status: 'problem', found, remedy })
export const notChecked = (found: string, remedy: string | null = null): Finding => ({
  status: 'not checked',
  found,
  remedy,
})
