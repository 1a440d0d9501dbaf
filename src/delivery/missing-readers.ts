// Who was due in a run and did not get it, and why.
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { ExclusionReason, MessageState } from '../platform/database/schema.ts'
import { getRun, isUnplanned } from './runs.ts'

export type MissingReader = {
  readonly email: string
  /** `bounced` and `suppressed`: submitted, and the provider said later that it did not arrive. */
  readonly state: Exclude<MessageState, 'submitted'> | 'bounced' | 'suppressed' | 'excluded' | 'due'
  readonly reason: string
}

/** What a state says by itself, where nothing else was recorded. */
const usualReasons: Readonly<Record<string, string>> = {
  bounced: 'the mailbox refused it',
  suppressed: 'the provider does not send to this address',
  pending: 'waiting to be sent',
  sending: 'waiting for the answer of the provider',
}

const defaultPageSize = 5_000

/**
 * First those who are due and not planned yet, then those without a message, then those whose message was not submitted or
 * came back, in the order they were planned. Read page by page, with no transaction open in between, so while a run is
 * being sent each is as they were when their page was read. Throws {@link PublicError} at once when there is no such run.
 */
export async function missingReaders(
  context: Context,
  runId: number,
  { pageSize = defaultPageSize }: { readonly pageSize?: number } = {},
): Promise<AsyncGenerator<MissingReader>> {
  await getRun(context, runId)
  return readMissing(context, runId, pageSize)
}

async function* readMissing(context: Context, runId: number, pageSize: number): AsyncGenerator<MissingReader> {
  yield* readUnplanned(context, runId, pageSize)
  yield* readExcluded(context, runId, pageSize)
  yield* readUnsubmitted(context, runId, pageSize)
}

/** While a run is planned; and whoever cannot be planned, which the log tells. */
async function* readUnplanned(context: Context, runId: number, pageSize: number): AsyncGenerator<MissingReader> {
  let last = 0
  for (;;) {
    const { rows } = await sql<{ id: number; email: string }>`
      select s.id, reader.email
      from digest_runs r join subscriptions s on ${isUnplanned} join subscribers reader on reader.id = s.subscriber_id
      where r.id = ${runId} and s.id > ${last}
      order by s.id limit ${pageSize}`.execute(context.db)
    for (const { email } of rows) yield { email, state: 'due', reason: 'not planned yet' }
    const final = rows.at(-1)
    if (!final) return
    last = final.id
  }
}

async function* readExcluded(context: Context, runId: number, pageSize: number): AsyncGenerator<MissingReader> {
  let last = 0
  for (;;) {
    const { rows } = await sql<{ subscription_id: number; email: string; reason: ExclusionReason }>`
      select e.subscription_id, r.email, e.reason
      from exclusions e join subscriptions s on s.id = e.subscription_id join subscribers r on r.id = s.subscriber_id
      where e.run_id = ${runId} and e.subscription_id > ${last}
      order by e.subscription_id limit ${pageSize}`.execute(context.db)
    for (const { email, reason } of rows) yield { email, state: 'excluded', reason }
    const final = rows.at(-1)
    if (!final) return
    last = final.subscription_id
  }
}

/** Walks the ids of the run, which were given in one go, in steps: no page has to sort what the others hold. */
async function* readUnsubmitted(context: Context, runId: number, pageSize: number): AsyncGenerator<MissingReader> {
  const { rows: bounds } = await sql<{ first: number | null; last: number | null }>`
    select min(id) as first, max(id) as last from (
      select id from messages where run_id = ${runId} and state <> 'pending'
      union all
      select id from messages where run_id = ${runId} and state = 'pending' and kind = 'digest') as of_run`.execute(
    context.db,
  )
  const [{ first, last } = { first: null, last: null }] = bounds
  if (first === null || last === null) return
  for (let from = first; from <= last; from += pageSize) {
    const { rows } = await sql<Omit<MissingReader, 'reason'> & { reason: string | null }>`
      select to_email as email, reason, case when state <> 'submitted' then state
        when bounced_at is not null then 'bounced' else 'suppressed' end as state
      from messages
      where id >= ${from} and id < ${from + pageSize} and run_id = ${runId} and (state <> 'submitted'
        or (delivered_at is null and coalesce(bounced_at, suppressed_at) is not null))
      order by id`.execute(context.db)
    for (const row of rows) yield { ...row, reason: row.reason ?? usualReasons[row.state] ?? '' }
  }
}
