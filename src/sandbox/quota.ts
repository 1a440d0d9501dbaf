import { type RawBuilder, sql } from 'kysely'
import type { Clock } from '../platform/clock.ts'
import { ApiError } from './api-error.ts'
import type { InSandboxTransaction, SandboxDatabase } from './tables.ts'

/** Recipients a team may mail. Days and months are UTC's, as Resend's are. */
export type Quotas = { readonly daily?: number | undefined; readonly monthly?: number | undefined }

/**
 * Counts recipients (to, cc and bcc) against the quotas. Throws an {@link ApiError} when one is exceeded, which has to roll
 * the transaction back: then nothing is accepted and nothing counted.
 */
export async function countRecipients(
  tx: InSandboxTransaction,
  clock: Clock,
  quotas: Quotas,
  use: { team: string; recipients: number },
): Promise<void> {
  for (const [name, period, quota] of periods(clock, quotas)) {
    const { used } = await tx
      .insertInto('usage')
      .values({ team: use.team, period, used: use.recipients })
      .onConflict((conflict) =>
        conflict.columns(['team', 'period']).doUpdateSet((eb) => ({ used: eb('usage.used', '+', use.recipients) })),
      )
      .returning('used')
      .executeTakeFirstOrThrow()
    if (used > quota) {
      throw new ApiError(`${name}_quota_exceeded`, `You have reached your ${name} email sending quota.`)
    }
  }
}

/** The header of each quota that is configured, with the amount used. */
export async function quotaHeaders(
  db: SandboxDatabase,
  clock: Clock,
  quotas: Quotas,
  team: string,
): Promise<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const [name, period] of periods(clock, quotas)) {
    const row = await db
      .selectFrom('usage')
      .select('used')
      .where('team', '=', team)
      .where('period', '=', period)
      .executeTakeFirst()
    headers[`x-resend-${name}-quota`] = String(row?.used ?? 0)
  }
  return headers
}

type Period = readonly [name: 'daily' | 'monthly', period: RawBuilder<string>, quota: number]

function periods(clock: Clock, quotas: Quotas): Period[] {
  const all = [
    ['daily', 'YYYY-MM-DD', quotas.daily],
    ['monthly', 'YYYY-MM', quotas.monthly],
  ] as const
  return all.flatMap(([name, format, quota]): Period[] =>
    quota === undefined ? [] : [[name, sql<string>`to_char(${clock.sqlNow} at time zone 'UTC', ${format})`, quota]],
  )
}
