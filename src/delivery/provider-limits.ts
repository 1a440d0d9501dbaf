// The limits of the account at the provider, shared by all processes: one row, in which each call takes its turn.
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { sha256, toHex } from '../platform/encoding.ts'
import type { CallAnswer } from './provider.ts'

/** Transactional mail goes before bulk. */
export type MailClass = 'transactional' | 'bulk'

export type Turn =
  | {
      readonly isGiven: true
      /** Sending is paused, and this call is to find out whether it still has to be. */
      readonly isProbe: boolean
    }
  | { readonly isGiven: false; readonly reason: string }

/** A little below the limit, so that calls which are late by some milliseconds do not meet in one second. */
const usedShare = 0.96
/** Before the provider has told its limit: the lowest that Resend ever documented is 2 a second. */
const spacingBeforeToldSeconds = 0.5
/**
 * A turn that is taken late may be made up for, as far as this: at 96% of the limit, eleven turns then still lie more than
 * ten of the provider's tenths apart.
 */
const madeUpSeconds = 0.04
/** So much later than transactional mail may bulk take a turn that both wait for. */
const headStartSeconds = 0.01
const longestWaitSeconds = 10
const shortestWaitMs = 1
const probeSeconds = 60
/** A quota may be lifted before its time, by another plan. */
const quotaProbeSeconds = 3_600
/** How often the used part of the quotas is written down. */
const usedIntervalMs = 10_000

/** The digest of the key: whatever is paused for one key is not for the next. */
export async function providerAccount(apiKey: string): Promise<string> {
  return toHex(await sha256(apiKey)).slice(0, 16)
}

export type ProviderLimits = {
  /** Why mail of a class must wait, or null. */
  standing(mailClass: MailClass): Promise<string | null>
  /**
   * Waits for this call's turn. Not given where sending is paused, or the provider asked for more patience than it is
   * sensible to wait here; then `reason` says so.
   */
  takeTurn(mailClass: MailClass, signal: AbortSignal): Promise<Turn>
  /** Records what an answer says of the limits: for all processes, and at once. */
  heed(answer: CallAnswer, turn: { readonly isProbe: boolean }): Promise<void>
}

type Standing = { wait: number; pause_reason: string | null; bulk_paused_until: Date | null; is_held: boolean }

/** The limits of the account that the configured key belongs to. */
export async function openProviderLimits(context: Context): Promise<ProviderLimits> {
  const { db, clock } = context
  const account = await providerAccount(context.config.resend?.apiKey ?? '')
  let known: number | undefined
  let usedWrittenAt = Number.NEGATIVE_INFINITY
  const now = () => clock.sqlNow
  const seconds = (count: number) => sql`make_interval(secs => ${count})`
  const spacing = sql`make_interval(secs => case requests_per_second
    when 0 then 0 else coalesce(1 / (requests_per_second * ${usedShare}::float8), ${spacingBeforeToldSeconds}::float8) end)`

  await sql`insert into provider_limits (account, next_call_at) values (${account}, ${now()}) on conflict do nothing`.execute(
    db,
  )

  const mayCall = (mailClass: MailClass) =>
    mailClass === 'transactional'
      ? sql`(pause_reason is null or next_probe_at <= ${now()})`
      : sql`(pause_reason is null or (next_probe_at <= ${now()} and bulk_paused_until <= ${now()}))`

  async function look(mailClass: MailClass): Promise<Standing> {
    const { rows } = await sql<Standing>`
      select extract(epoch from next_call_at - ${now()})::float8 as wait, pause_reason, bulk_paused_until,
        not ${mayCall(mailClass)} as is_held
      from provider_limits where account = ${account}`.execute(db)
    const [row] = rows
    if (!row) throw new Error('the limits of the account are gone')
    return row
  }

  function obstacle(standing: Standing): string | null {
    if (standing.is_held) return standing.pause_reason
    if (standing.wait > longestWaitSeconds)
      return `the provider asked to wait ${Math.ceil(standing.wait)} s before the next call`
    return null
  }

  async function pause(reason: string, until: ReturnType<typeof sql>): Promise<void> {
    await sql`
      update provider_limits set pause_reason = ${reason}, bulk_paused_until = ${until},
        next_probe_at = ${now()} + ${seconds(probeSeconds)}
      where account = ${account}`.execute(db)
    context.log.error('sending_paused', { reason })
  }

  return {
    standing: async (mailClass) => obstacle(await look(mailClass)),

    async takeTurn(mailClass, signal) {
      const headStart = sql`make_interval(secs => case requests_per_second when 0 then 0 else ${
        mailClass === 'bulk' ? headStartSeconds : 0
      }::float8 end)`
      for (;;) {
        // Turns are given for now, never ahead: whoever wakes up late for one would come together with the next.
        const { rows } = await sql<{ is_probe: boolean }>`
          with turn as (
            select account, pause_reason is not null as is_probe from provider_limits
            where account = ${account} and next_call_at + ${headStart} <= ${now()} and ${mayCall(mailClass)}
            for update
          )
          update provider_limits p set next_call_at = greatest(next_call_at, ${now()} - ${seconds(madeUpSeconds)}) + ${spacing},
            next_probe_at = case when turn.is_probe then ${now()} + ${seconds(probeSeconds)} end
          from turn where p.account = turn.account
          returning turn.is_probe`.execute(db)
        const [given] = rows
        if (given) return { isGiven: true, isProbe: given.is_probe }
        const standing = await look(mailClass)
        const reason = obstacle(standing)
        if (reason !== null) return { isGiven: false, reason }
        if (signal.aborted) return { isGiven: false, reason: 'asked to stop' }
        const wait = mailClass === 'bulk' ? standing.wait + headStartSeconds : standing.wait
        await clock.sleep(Math.max(wait * 1_000, shortestWaitMs), signal)
      }
    },

    async heed({ outcome, limits }, { isProbe }) {
      const { requestsPerSecond, dailyUsed, monthlyUsed } = limits
      if (requestsPerSecond !== undefined && requestsPerSecond !== known) {
        known = requestsPerSecond
        // Turns given out before the limit was known were far apart.
        await sql`
          update provider_limits l set requests_per_second = told.rate,
            next_call_at = case when l.requests_per_second is null then least(next_call_at, ${now()} + told.spacing) else next_call_at end
          from (select requests_per_second as rate, ${spacing} as spacing
            from (values (${requestsPerSecond}::integer)) as given (requests_per_second)) as told
          where account = ${account} and l.requests_per_second is distinct from told.rate`.execute(db)
      }
      const isUsedDue = clock.elapsedMs() - usedWrittenAt >= usedIntervalMs
      if ((dailyUsed !== undefined || monthlyUsed !== undefined) && isUsedDue) {
        usedWrittenAt = clock.elapsedMs()
        await sql`
          update provider_limits set daily_used = ${dailyUsed ?? null}, monthly_used = ${monthlyUsed ?? null}, used_at = ${now()}
          where account = ${account}`.execute(db)
      }
      if (outcome.kind === 'accepted' && isProbe) {
        // A confirmation that gets through during a pause for a quota does not say that a hundred digests would.
        await sql`
          update provider_limits set
            pause_reason = case when bulk_paused_until > ${now()} then pause_reason end,
            next_probe_at = case when bulk_paused_until > ${now()} then ${now()} end,
            bulk_paused_until = case when bulk_paused_until > ${now()} then bulk_paused_until end
          where account = ${account} and pause_reason is not null`.execute(db)
      }
      if (outcome.kind !== 'refused') return
      const soon = sql`${now()} + ${seconds(quotaProbeSeconds)}`
      const next = (period: 'day' | 'month') =>
        sql`least(${soon}, (date_trunc(${period}, ${now()} at time zone 'UTC') + ${`1 ${period}`}::interval) at time zone 'UTC')`
      switch (outcome.remedy) {
        case 'later':
          await sql`
            update provider_limits set next_call_at = greatest(next_call_at, ${now()} + ${seconds(outcome.retryAfterMs / 1_000)})
            where account = ${account}`.execute(db)
          return
        case 'halt':
          return pause(
            `${outcome.reason}. It is tried again every minute: see to the key and the domain at the provider.`,
            sql`${now()} + ${seconds(probeSeconds)}`,
          )
        case 'daily_quota':
          return pause(
            `${outcome.reason}. The day's quota is spent until 00:00 UTC; it is tried again every hour, should the plan change.`,
            next('day'),
          )
        case 'monthly_quota':
          return pause(
            `${outcome.reason}. The month's quota is spent; it is tried again every hour, should the plan change.`,
            next('month'),
          )
      }
    },
  }
}
