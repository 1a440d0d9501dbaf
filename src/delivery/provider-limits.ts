// The limits of the account at the provider, shared by all processes: one row, in which each call takes its turn.
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { mask } from '../platform/log.ts'
import type { CallAnswer } from './provider.ts'

/** Transactional mail goes before bulk. */
export type MailClass = 'transactional' | 'bulk'

/**
 * Reading what was received takes turns too, but says nothing of sending, and is held up by no pause of it: it neither finds
 * out whether a pause or an outage is over, nor is spared while one lasts.
 */
export type CallClass = MailClass | 'reading'

export type GivenTurn = {
  readonly isGiven: true
  readonly callClass: CallClass
  /** Calls of its class are paused, and this one is to find out whether they still have to be. */
  readonly isProbe: boolean
  /** The calls before it failed or were refused: whether this one does says something. */
  readonly isSuspect: boolean
}

export type Turn = GivenTurn | { readonly isGiven: false; readonly reason: string }

/** What was asked of the provider: so many messages, for the first time or again. */
export type HeededCall = { readonly messageCount: number; readonly isTried: boolean }

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
/** Less than the minute between two ticks, so that each finds its time come. */
const probeSeconds = 50
/** A turn or a hold that is further ahead than it can have been given out was written before the clock was set back. */
const furthestTurnSeconds = 2
const furthestHoldSeconds = 65 * 60
/** After as many failures in a row one call at a time is made, and the next only when it was answered, or this has passed. */
const failuresBeforeOneByOne = 3
const longestCallSeconds = 35
const longestOutageWaitSeconds = 60
/** After as many calls in a row that were refused for what they hold, it is not a mail that is at fault. */
export const refusalsInARow = 10
const askedForPatience = 'the provider asked for patience'
const doesNotAnswer = 'the provider does not answer'
/** A quota may be lifted before its time, by another plan. */
const quotaProbeSeconds = 3_600
/** How often the used part of the quotas is written down. */
const usedIntervalMs = 10_000

/** The digest of the key: whatever is paused for one key is not for the next, and what one was asked the next knows nothing of. */
export function providerAccount(apiKey: string | undefined): string {
  return createHash('sha256')
    .update(apiKey ?? '')
    .digest('hex')
    .slice(0, 16)
}

export type ProviderLimits = {
  /** Why calls of a class must wait, or null. */
  standing(callClass: CallClass): Promise<string | null>
  /**
   * Waits for this call's turn. Not given where sending is paused, or the provider asked for more patience than it is
   * sensible to wait here; then `reason` says so.
   */
  takeTurn(callClass: CallClass, signal: AbortSignal): Promise<Turn>
  /** Records what the answer to a call says of the limits: for all processes, and at once. */
  heed(answer: CallAnswer, turn: GivenTurn, call: HeededCall): Promise<void>
  /** The most digests to put into a call: fewer than usual where a quota had no room for more. */
  bulkLimit(): number
}

type Standing = {
  /** Seconds to the next turn, and to the end of a hold. */
  wait: number
  hold: number
  hold_reason: string | null
  pause_reason: string | null
  is_paused: boolean
}

/** The limits of the account that the configured key belongs to. */
export async function openProviderLimits(context: Context): Promise<ProviderLimits> {
  const { db, clock } = context
  const account = providerAccount(context.config.resend?.apiKey)
  let known: number | undefined
  let usedWrittenAt = Number.NEGATIVE_INFINITY
  let bulkLimit = Number.POSITIVE_INFINITY
  const now = () => clock.sqlNow
  const seconds = (count: number) => sql`make_interval(secs => ${count})`
  const spacing = sql`make_interval(secs => case requests_per_second
    when 0 then 0 else coalesce(1 / (requests_per_second * ${usedShare}::float8), ${spacingBeforeToldSeconds}::float8) end)`

  // A row that was not there is not paused.
  const { rows: pauses } = await sql`
    with added as (insert into provider_limits (account, next_call_at) values (${account}, ${now()}) on conflict do nothing)
    select from provider_limits where account = ${account} and pause_reason is not null`.execute(db)
  // Whether a pause is over is found out with one mail: a quota may have room for fewer than usual. What is accepted doubles it.
  if (pauses.length > 0) bulkLimit = 1

  const isPausedFor = (callClass: MailClass) =>
    callClass === 'transactional'
      ? sql`(pause_reason is not null and not pauses_bulk_only)`
      : sql`(pause_reason is not null)`
  const mayCall = (callClass: CallClass) => {
    if (callClass === 'reading') return sql`true`
    return callClass === 'transactional'
      ? sql`(not ${isPausedFor(callClass)} or next_probe_at <= ${now()})`
      : sql`(not ${isPausedFor(callClass)} or (next_probe_at <= ${now()} and bulk_paused_until <= ${now()}))`
  }

  const nextCallAt = () =>
    sql`case when next_call_at > ${now()} + ${seconds(furthestTurnSeconds)} then ${now()} else next_call_at end`
  const heldUntil = () =>
    sql`case when held_until > ${now()} + ${seconds(furthestHoldSeconds)} then null else held_until end`
  const isFree = () => sql`coalesce(${heldUntil()} <= ${now()}, true)`

  async function look(callClass: CallClass): Promise<Standing> {
    const { rows } = await sql<Standing>`
      select extract(epoch from ${nextCallAt()} - ${now()})::float8 as wait,
        coalesce(extract(epoch from ${heldUntil()} - ${now()})::float8, 0) as hold, hold_reason, pause_reason,
        not ${mayCall(callClass)} as is_paused
      from provider_limits where account = ${account}`.execute(db)
    const [row] = rows
    if (!row) throw new Error('the limits of the account are gone')
    return row
  }

  function obstacle(standing: Standing): string | null {
    if (standing.is_paused) return standing.pause_reason
    if (standing.hold > longestWaitSeconds)
      return `${standing.hold_reason}; the next call is in ${Math.ceil(standing.hold)} s`
    return null
  }

  /** What the provider asked for is kept, whatever else is learned meanwhile. */
  async function hold(reason: string, forSeconds: ReturnType<typeof sql>): Promise<void> {
    const until = sql`${now()} + make_interval(secs => ${forSeconds})`
    await sql`
      update provider_limits set
        held_until = case when hold_reason = ${askedForPatience} then greatest(${heldUntil()}, ${until}) else ${until} end,
        hold_reason = case when hold_reason = ${askedForPatience} and ${heldUntil()} > ${until} then hold_reason else ${reason} end
      where account = ${account}`.execute(db)
  }

  async function pause(told: string, until: ReturnType<typeof sql>, isBulkOnly = false): Promise<void> {
    const reason = mask(told) // in the provider's words, which may hold anything
    await sql`
      update provider_limits set pause_reason = ${reason}, pauses_bulk_only = ${isBulkOnly}, bulk_paused_until = ${until},
        next_probe_at = ${now()} + ${seconds(probeSeconds)}
      where account = ${account}`.execute(db)
    context.log.error('sending_paused', { reason })
  }

  /**
   * Anybody can enter addresses that the provider refuses, so what is refused of transactional mail pauses nothing: the
   * mails fail one by one, and an operator is told when nothing else comes.
   */
  async function countRefusal(callClass: CallClass, reason: string): Promise<void> {
    const isBulk = callClass === 'bulk'
    const counter = sql.ref(isBulk ? 'refusals' : 'transactional_refusals')
    const { rows } = await sql<{ refusals: number }>`
      update provider_limits set ${counter} = ${counter} + 1 where account = ${account}
      returning ${counter} as refusals`.execute(db)
    const refusals = rows[0]?.refusals ?? 0
    if (!isBulk && refusals === refusalsInARow) context.log.error('transactional_refused', { reason: mask(reason) })
    if (!isBulk || refusals < refusalsInARow) return
    await pause(
      `${reason}. ${refusals} calls in a row were refused for what they hold: it is not the mails of single readers. One is tried every minute.`,
      sql`${now()} + ${seconds(probeSeconds)}`,
      true,
    )
  }

  return {
    standing: async (callClass) => obstacle(await look(callClass)),

    async takeTurn(callClass, signal) {
      const isSending = callClass !== 'reading'
      const headStart = sql`make_interval(secs => case requests_per_second when 0 then 0 else ${
        callClass === 'bulk' ? headStartSeconds : 0
      }::float8 end)`
      const startedAt = clock.elapsedMs()
      for (;;) {
        // Turns are given for now, never ahead: whoever wakes up late for one would come together with the next.
        const { rows } = await sql<{ is_probe: boolean; is_suspect: boolean }>`
          with turn as (
            select account, ${callClass === 'reading' ? sql`false` : isPausedFor(callClass)} as is_probe,
              ${isSending} and failures >= ${failuresBeforeOneByOne} as is_outage,
              ${isSending} and (failures > 0 or refusals > 0 or transactional_refusals > 0) as is_suspect
            from provider_limits
            where account = ${account} and ${nextCallAt()} + ${headStart} <= ${now()} and ${isFree()} and ${mayCall(callClass)}
            for update
          )
          update provider_limits p set next_call_at = greatest(${nextCallAt()}, ${now()} - ${seconds(madeUpSeconds)}) + ${spacing},
            next_probe_at = case when turn.is_probe then ${now()} + ${seconds(probeSeconds)} else next_probe_at end,
            held_until = case when turn.is_outage then ${now()} + ${seconds(longestCallSeconds)} end,
            hold_reason = case when turn.is_outage then ${doesNotAnswer} end
          from turn where p.account = turn.account
          returning turn.is_probe, turn.is_suspect`.execute(db)
        const [given] = rows
        if (given) return { isGiven: true, callClass, isProbe: given.is_probe, isSuspect: given.is_suspect }
        const standing = await look(callClass)
        const reason = obstacle(standing)
        if (reason !== null) return { isGiven: false, reason }
        if (signal.aborted) return { isGiven: false, reason: 'asked to stop' }
        if (clock.elapsedMs() - startedAt > longestWaitSeconds * 1_000)
          return { isGiven: false, reason: 'others take all turns' }
        const wait = callClass === 'bulk' ? standing.wait + headStartSeconds : standing.wait
        await clock.sleep(Math.max(wait * 1_000, standing.hold * 1_000, shortestWaitMs), signal)
      }
    },

    bulkLimit: () => bulkLimit,

    async heed({ outcome, limits }, { callClass, isProbe, isSuspect }, { messageCount, isTried }) {
      const { requestsPerSecond, dailyUsed, monthlyUsed } = limits
      if (requestsPerSecond !== undefined && requestsPerSecond !== known) {
        known = requestsPerSecond
        // One answer that lost the header on its way does not mean that there is no limit any more.
        // Turns given out before the limit was known were far apart.
        await sql`
          update provider_limits l set requests_per_second = told.rate,
            next_call_at = case when l.requests_per_second is null then least(next_call_at, ${now()} + told.spacing) else next_call_at end
          from (select requests_per_second as rate, ${spacing} as spacing
            from (values (${requestsPerSecond}::integer)) as given (requests_per_second)) as told
          where account = ${account} and l.requests_per_second is distinct from told.rate
            and (told.rate > 0 or l.requests_per_second is null)`.execute(db)
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
      if (outcome.kind === 'ambiguous') {
        // Whatever is begun now may be lost too: it is not begun, but for a try now and then.
        await sql`update provider_limits set failures = failures + 1 where account = ${account}`.execute(db)
        return hold(doesNotAnswer, sql`least(${longestOutageWaitSeconds}, 2 ^ least(failures - 1, 16))`)
      }
      const hasAccepted = outcome.kind === 'accepted' && outcome.messages.some((one) => 'providerId' in one)
      if (hasAccepted) bulkLimit *= 2
      if (isSuspect) {
        await sql`
          update provider_limits set failures = 0,
            held_until = case when hold_reason = ${askedForPatience} then held_until end,
            hold_reason = case when hold_reason = ${askedForPatience} then hold_reason end,
            refusals = case when ${hasAccepted && callClass === 'bulk'} then 0 else refusals end,
            transactional_refusals = case when ${hasAccepted && callClass === 'transactional'} then 0 else transactional_refusals end
          where account = ${account}`.execute(db)
      }
      if (outcome.kind === 'accepted' && !hasAccepted) {
        // Each by itself from now on, until one is accepted.
        bulkLimit = 1
        return countRefusal(callClass, 'every mail of a call was refused')
      }
      if (outcome.kind !== 'refused') return
      const soon = sql`${now()} + ${seconds(quotaProbeSeconds)}`
      const next = (period: 'day' | 'month') =>
        sql`least(${soon}, (date_trunc(${period}, ${now()} at time zone 'UTC') + ${`1 ${period}`}::interval) at time zone 'UTC')`
      switch (outcome.remedy) {
        case 'later':
          return hold(askedForPatience, sql`${outcome.retryAfterMs / 1_000}::float8`)
        case 'halt':
          return pause(
            `${outcome.reason}. It is tried again every minute: see to the key and the domain at the provider.`,
            sql`${now()} + ${seconds(probeSeconds)}`,
          )
        case 'daily_quota':
        case 'monthly_quota': {
          if (messageCount > 1 && !isTried) {
            // There may be room for fewer, but a batch that is asked about again cannot be made smaller.
            bulkLimit = Math.floor(messageCount / 2)
            return
          }
          bulkLimit = Number.POSITIVE_INFINITY
          const [period, until] =
            outcome.remedy === 'daily_quota' ? (['day', ' until 00:00 UTC'] as const) : (['month', ''] as const)
          return pause(
            `${outcome.reason}. The ${period}'s quota is spent${until}; it is tried again every hour, should the plan change.`,
            next(period),
          )
        }
        case 'invalid':
          // A refusal of a batch that is asked about again comes as often as it is asked: the mail is the same.
          return isTried ? undefined : countRefusal(callClass, outcome.reason)
      }
    },
  }
}
