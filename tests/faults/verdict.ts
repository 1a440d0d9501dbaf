// What has to be true when a round is over. The oracle is what the sandbox stored, not what the service believes.
import { sql } from 'kysely'
import { z } from 'zod'
import type { Database } from '../../src/platform/database/schema.ts'
import { addressesOf } from '../support/audience.ts'
import { outcomeOf, startProgram } from '../support/processes.ts'

export type Question = {
  readonly service: Database
  /** Where the sandbox has its schema; may be the same. */
  readonly sandbox: Database
  readonly messages: number
  /** The sandbox refused some requests on purpose: messages may have failed, or be unknown. */
  readonly hadFaults: boolean
  /** Of the commands that are asked too. */
  readonly env: Record<string, string>
}

const runSchema = z.object({
  status: z.string(),
  due: z.number(),
  unplanned: z.number(),
  messages: z.record(z.string(), z.number()),
  exclusions: z.record(z.string(), z.number()),
})

/** What is wrong, in words; empty when every reader has exactly one mail and the service says so. */
export async function violationsOf({ service, sandbox, messages, hadFaults, env }: Question): Promise<string[]> {
  const found: string[] = []
  const expect = (isRight: boolean, what: string) => {
    if (!isRight) found.push(what)
  }

  const { rows: runs } = await sql<{ id: number }>`select id from digest_runs order by id`.execute(service)
  expect(runs.length === 1, `there are ${runs.length} runs for one slot`)
  const run = runSchema.parse(JSON.parse(await said(['runs', 'show', String(runs[0]?.id ?? 1), '--json'], env)))
  const told = { submitted: 0, failed: 0, unknown: 0, ...run.messages }
  const settled = told.submitted + told.failed + told.unknown
  expect(run.due === messages && run.unplanned === 0, `runs show: ${run.due} due, ${run.unplanned} unplanned`)
  expect(settled === messages, `runs show: ${JSON.stringify(told)} of ${messages}`)
  expect(hadFaults || told.submitted === messages, `runs show: ${told.submitted} of ${messages} submitted`)
  expect(hadFaults || run.status === 'done', `runs show: ${run.status}`)
  const missing = JSON.parse(
    await said(['runs', 'show', String(runs[0]?.id ?? 1), '--missing', '--format', 'json'], env),
  )
  expect(missing.length === messages - told.submitted, `runs show --missing lists ${missing.length}`)

  const oracle = await mailsIn(sandbox, messages)
  expect(oracle.twice === 0, `${oracle.twice} readers have more than one mail`)
  expect(oracle.strangers === 0, `${oracle.strangers} mails went to nobody who was due`)
  const lost = messages - oracle.readers
  expect(hadFaults || lost === 0, `${lost} readers have no mail`)
  expect(lost <= told.failed + told.unknown, `${lost} readers have no mail, ${told.failed + told.unknown} are known to`)
  expect(lost >= told.failed, `${told.failed} messages failed, ${lost} readers have no mail`)

  const accepted = await checksum(sandbox, sql`select id::text as id, recipients[1] as address from sandbox.emails`)
  const recorded = await checksum(
    service,
    sql`select provider_id as id, to_email as address from messages where state = 'submitted'`,
  )
  expect(hadFaults || accepted === recorded, 'the ids that the service recorded are not those that the sandbox gave')

  const { rows: conflicts } = await sql<{ batches: number }>`
    select count(*) as batches from batches
    where state = 'unknown' or last_error like '%invalid_idempotent_request%'`.execute(service)
  expect(conflicts[0]?.batches === 0, `${conflicts[0]?.batches} batches were asked for with another body, or given up`)
  return found
}

/** How many of the batches were asked about again, or taken over from a process that died; and how often one of them. */
export async function batchesOf(service: Database) {
  const { rows } = await sql<{ batches: number; asked_again: number; most_attempts: number }>`
    select count(*) as batches, count(*) filter (where attempts > 1) as asked_again,
      coalesce(max(attempts), 0) as most_attempts from batches`.execute(service)
  const { batches = 0, asked_again: askedAgain = 0, most_attempts: mostAttempts = 0 } = rows[0] ?? {}
  return { batches, askedAgain, mostAttempts }
}

async function mailsIn(sandbox: Database, messages: number) {
  const { rows } = await sql<{ readers: number; twice: number; strangers: number }>`
    with mailed as (select address, count(*) as mails from sandbox.emails, unnest(recipients) as address group by address),
      due as (${addressesOf(messages)})
    select (select count(*) from due join mailed using (address)) as readers,
      (select count(*) from mailed where mails > 1) as twice,
      (select count(*) from mailed where not exists (select from due where due.address = mailed.address)) as strangers`.execute(
    sandbox,
  )
  const [row] = rows
  if (!row) throw new Error('a count without a row')
  return row
}

/** Of who got which id. */
async function checksum(db: Database, mails: ReturnType<typeof sql>): Promise<string | undefined> {
  const { rows } = await sql<{ sum: string }>`
    select md5(coalesce(string_agg(id || ' ' || address, ',' order by id collate "C"), '')) as sum from (${mails}) as mails`.execute(
    db,
  )
  return rows[0]?.sum
}

/** What a command of the program prints. Throws what it complains about. */
async function said(args: readonly string[], env: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await outcomeOf(startProgram(args, env))
  if (code !== 0) throw new Error(`newsmatro ${args.join(' ')} ended with ${code}: ${stderr}`)
  return stdout
}
