// The process that plans, sends, imports or exports, one way or another; see ./planning.ts, ./sending.ts and ./importing.ts.
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { type CreateBatchEmailOptions, Resend } from 'resend'
import { fillTemplate, type MailTemplate } from '../../src/delivery/mail-template.ts'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { type DigestSource, digestMail, readDigest } from '../../src/digests/digest-mail.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import type { Context } from '../../src/platform/context.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { signMailToken } from '../../src/platform/mail-address.ts'
import { signToken } from '../../src/platform/signed-token.ts'
import { answerAll } from './child.ts'
import { contextOn } from './context.ts'
import { exportLines, importLines } from './importing.ts'
import { type Measured, measure } from './measured.ts'

export type ContenderQuestion =
  | { readonly ask: 'open'; readonly databaseUrl: string; readonly sinkUrl: string }
  | { readonly ask: 'plan'; readonly slot: string }
  /** Our own way; it stops claiming after `atMost`. */
  | { readonly ask: 'send'; readonly atMost: number }
  /** (a) Renders for every reader, and sends one mail a call, ten calls at a time. */
  | { readonly ask: 'sendEach'; readonly count: number }
  /** (b) Renders for every reader, and sends a hundred mails a call, one call at a time. */
  | { readonly ask: 'sendBatches'; readonly count: number }
  /** (c) Sends payloads that were made before, a hundred mails a call, as many calls at a time as our own way has lanes. */
  | { readonly ask: 'sendPrepared'; readonly count: number; readonly lanes: number }
  | { readonly ask: 'import' | 'export'; readonly lines: number }

type Reader = {
  id: number
  subscription_id: number
  to_email: string
  digest_id: number
  confirmed_on: string
}

let context: Context
let resend: Resend

const never = new AbortController().signal
const batchSize = 100
const preparedBatches = 8

answerAll((question: ContenderQuestion): Promise<Measured> | undefined => {
  switch (question.ask) {
    case 'open':
      open(question.databaseUrl, question.sinkUrl)
      return undefined
    case 'plan':
      return measure(async () => {
        const result = await planDigests(context, { scheduledAt: new Date(question.slot), signal: never })
        if (result.messages !== result.due || result.renderFailures > 0) throw new Error(JSON.stringify(result))
        return result.due
      })
    case 'send':
      return measure(() => send(question.atMost))
    case 'sendEach':
      return measure(() => sendEach(question.count))
    case 'sendBatches':
      return measure(() => sendBatches(question.count))
    case 'sendPrepared':
      return prepare().then((batches) => measure(() => sendPrepared(batches, question.count, question.lanes)))
    case 'import':
      return importLines(context, question.lines)
    case 'export':
      return exportLines(context)
  }
})

function open(databaseUrl: string, sinkUrl: string): void {
  resend = new Resend('re_bench', { baseUrl: sinkUrl })
  context = contextOn(connect(databaseUrl), sinkUrl)
}

async function send(atMost: number): Promise<number> {
  const enough = new AbortController()
  const result = await sendMessages(context, createProvider(context.config), {
    signal: enough.signal,
    onProgress: ({ submitted }) => {
      if (submitted >= atMost) enough.abort()
    },
  })
  if (result.failed + result.unknown + result.canceled > 0 || result.halted) throw new Error(JSON.stringify(result))
  return result.submitted
}

async function sendEach(count: number): Promise<number> {
  const mails = renderedFor(await readReaders(count))
  // The lanes share one iterator: whichever is free takes the next reader.
  const lane = async () => {
    for await (const mail of mails) {
      const { error } = await resend.emails.send(mail)
      if (error) throw new Error(error.message)
    }
  }
  await Promise.all(Array.from({ length: 10 }, lane))
  return count
}

async function sendBatches(count: number): Promise<number> {
  let batch: CreateBatchEmailOptions[] = []
  for await (const mail of renderedFor(await readReaders(count))) {
    batch.push(mail)
    if (batch.length < batchSize) continue
    const { error } = await resend.batch.send(batch)
    if (error) throw new Error(error.message)
    batch = []
  }
  return count
}

async function readReaders(count: number): Promise<Reader[]> {
  const { rows } = await sql<Reader>`
    select id, subscription_id, to_email, digest_id, confirmed_on from messages order by id limit ${count}`.execute(
    context.db,
  )
  if (rows.length < count) throw new Error(`there are ${rows.length} messages, not ${count}`)
  return rows
}

/** What everybody writes first: the template, rendered for each reader. What it is made of is read once a digest. */
function renderedFor(readers: readonly Reader[]): AsyncIterable<CreateBatchEmailOptions> {
  const sources = new Map<number, Promise<DigestSource>>()
  let next = 0
  const take = async (): Promise<IteratorResult<CreateBatchEmailOptions>> => {
    const reader = readers[next++]
    if (!reader) return { done: true, value: undefined }
    let source = sources.get(reader.digest_id)
    if (!source) {
      source = context.db
        .selectFrom('digests')
        .selectAll()
        .where('id', '=', reader.digest_id)
        .executeTakeFirstOrThrow()
        .then((digest) => readDigest(context.db, digest))
      sources.set(reader.digest_id, source)
    }
    const { keys } = context
    const mail = await digestMail(context, await source, {
      unsubscribeToken: signToken(keys, keys.newestId, 'unsubscribe', reader.subscription_id),
      preferencesToken: signToken(keys, keys.newestId, 'preferences', reader.subscription_id),
      confirmedOn: reader.confirmed_on,
      unsubscribeMailToken: signMailToken(keys, keys.newestId, 'unsubscribe', reader.subscription_id),
      replyMailToken: signMailToken(keys, keys.newestId, 'reply', reader.subscription_id),
    })
    const tags = [{ name: 'message', value: String(reader.id) }]
    return { done: false, value: { ...mail, headers: { ...mail.headers }, to: [reader.to_email], tags } }
  }
  return { [Symbol.asyncIterator]: () => ({ next: take }) }
}

/** The mails that our own way sends, as the SDK is usually given them, for some of the readers. */
async function prepare(): Promise<CreateBatchEmailOptions[][]> {
  const { rows } = await sql<Reader & { template: MailTemplate }>`
    select m.id, m.subscription_id, m.to_email, m.digest_id, m.confirmed_on, r.template
    from (select * from messages order by id limit ${preparedBatches * batchSize}) m
      join digests g on g.id = m.digest_id join renderings r on r.id = g.rendering_id
    order by m.id`.execute(context.db)
  const { keys } = context
  const payloads: CreateBatchEmailOptions[] = []
  for (const row of rows) {
    const unsubscribeToken = signToken(keys, keys.newestId, 'unsubscribe', row.subscription_id)
    const preferencesToken = signToken(keys, keys.newestId, 'preferences', row.subscription_id)
    const values = { unsubscribeToken, preferencesToken, confirmedOn: row.confirmed_on }
    payloads.push(JSON.parse(JSON.stringify(fillTemplate(row.template, row.to_email, row.id, values))))
  }
  const batches: CreateBatchEmailOptions[][] = []
  while (payloads.length > 0) batches.push(payloads.splice(0, batchSize))
  return batches
}

async function sendPrepared(
  batches: readonly CreateBatchEmailOptions[][],
  count: number,
  lanes: number,
): Promise<number> {
  let sent = 0
  let next = 0
  const lane = async () => {
    while (sent < count) {
      const batch = batches[next++ % batches.length]
      if (!batch) throw new Error('nothing was prepared')
      sent += batch.length
      const idempotencyKey = `prepared/${randomBytes(16).toString('hex')}`
      const { error } = await resend.batch.send(batch, { idempotencyKey, batchValidation: 'permissive' })
      if (error) throw new Error(error.message)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return sent
}
