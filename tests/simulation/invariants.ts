// What has to be true when nothing waits any more: the service's tables against the witness of what was accepted, and
// against the books.

import { readRun } from '../../src/delivery/runs.ts'
import type { MessageKind } from '../../src/platform/database/schema.ts'
import { eventsLedToTheSame } from './check-events.ts'
import { directDatabase } from './database.ts'
import { Violation } from './history.ts'
import type { Reader } from './reader.ts'
import type { World } from './world.ts'

export type Message = {
  id: number
  kind: MessageKind
  sub: number
  to_email: string
  run: number | null
  state: string
  reason: string | null
  provider_id: string | null
  bounce_kind: string | null
  settled_at: Date | null
} & Record<string, unknown>

export async function checkAccounts(world: World): Promise<void> {
  const messages = await world.session.read<Message>(
    `select id, kind, subscription_id as sub, to_email, run_id as run, state, reason, provider_id, bounce_kind, delivered_at, delayed_at,
       bounced_at, complained_at, failed_at, suppressed_at, opened_at, clicked_at, settled_at
       from messages order by id`,
  )
  once(world, messages)
  nobodyForgotten(world, messages)
  await runsAddUp(world)
  await batchesAgree(world)
  noStoryTwice(world)
  await readersAreAsTheyAsked(world)
  confirmationsWithinLimits(world)
  welcomedOnce(world, messages)
  noticedOnceADay(world)
  await consentIsKept(world)
  await eventsLedToTheSame(world, messages)
  poisonCostsItself(world, messages)
}

/** At most one accepted mail for a message, and the tables say what the provider knows. */
function once(world: World, messages: readonly Message[]): void {
  const accepted = Map.groupBy(world.model.accepted, (mail) => mail.message)
  const known = new Map(messages.map((message) => [message.id, message]))
  for (const [id, mails] of accepted) {
    const message = known.get(id)
    if (!message) throw new Violation('1 once', `a mail was accepted for message ${id}, which does not exist`)
    if (mails.length > 1) throw new Violation('1 once', `${mails.length} mails were accepted for message ${id}`)
    if (mails[0]?.to !== message.to_email)
      throw new Violation('1 once', `message ${id} is for ${message.to_email}, and went to ${mails[0]?.to}`)
  }
  for (const { id, state, reason, provider_id } of messages) {
    const mail = accepted.get(id)?.[0]
    const isDenied = ['canceled', 'failed', 'pending', 'sending'].includes(state)
    if (mail && isDenied && provider_id === null) {
      throw new Violation('2 nobody forgotten', `message ${id} was accepted, and is said to be ${state}: ${reason}`)
    }
    if (state === 'submitted' && (!mail || mail.id !== provider_id)) {
      throw new Violation(
        '2 nobody forgotten',
        `message ${id} is said to be accepted as ${provider_id}, and is ${mail?.id}`,
      )
    }
  }
}

/** Everyone who was planned ended in one terminal state, for a reason that fits. */
function nobodyForgotten(world: World, messages: readonly Message[]): void {
  const { books } = world
  const planned = new Map(books.planned.map((one) => [one.messageId, one]))
  for (const { id, kind, sub, run, state, reason, settled_at } of messages) {
    const reader = books.bySubscription.get(sub)
    if (!reader || (kind === 'digest' && !planned.has(id))) {
      throw new Violation('2 nobody forgotten', `message ${id} belongs to nobody who was due`)
    }
    const complain = (why: string) => {
      throw new Violation('2 nobody forgotten', `message ${id} to ${reader.email} is ${state} (${reason}), ${why}`)
    }
    if (state === 'pending' || state === 'sending') complain('and nothing happens any more')
    if (state === 'canceled') {
      const fits =
        reason === 'run canceled'
          ? run !== null && books.canceledRuns.has(run)
          : reason === 'its stories were withdrawn'
            ? books.withdrawn.has(id)
            : reason === 'suppressed'
              ? reader.addresses.some(({ email }) => books.addresses.wasSuppressed.has(email)) || kind !== 'digest'
              : kind !== 'digest' || reader.hasLeft
      if (!fits) complain('for which there was no reason')
    }
    if (state === 'unknown') {
      const isOld = (books.begunAt.get(id) ?? Infinity) < (settled_at?.getTime() ?? 0) - 22.9 * 3_600_000
      if (!isOld || reason?.includes('idempotent')) complain('too early')
    }
  }
  for (const { messageId, reader } of books.planned) {
    if (messageId !== undefined && !messages.some((one) => one.id === messageId)) {
      throw new Violation('2 nobody forgotten', `message ${messageId} to ${reader.email} is gone`)
    }
  }
}

/** `runs show` says of each run what the books say. */
async function runsAddUp(world: World): Promise<void> {
  const direct = directDatabase(world.session)
  for (const [id] of world.books.runs) {
    const run = await readRun(direct, id)
    const audience = world.books.planned.filter((one) => one.runId === id).length
    if (run.due !== audience || run.unplanned > 0) {
      throw new Violation(
        '2 nobody forgotten',
        `run ${id} shows ${run.due} due, ${run.unplanned} unplanned, of ${audience}`,
      )
    }
    if (!['done', 'done_with_gaps', 'canceled'].includes(run.status)) {
      throw new Violation('2 nobody forgotten', `run ${id} is ${run.status}, and nothing happens any more`)
    }
  }
}

/** A worker that was late has not overwritten what another found out. */
async function batchesAgree(world: World): Promise<void> {
  const rows = await world.session.read<{ id: number; batch: string; message: number; state: string }>(
    `select b.id, b.state as batch, m.id as message, m.state from batches b left join messages m on m.batch_id = b.id
     where b.state = 'sending' or (m.state = 'submitted' and b.state not in ('submitted', 'unknown'))
       or (m.state = 'unknown' and b.state <> 'unknown')`,
  )
  const [row] = rows
  if (row) {
    throw new Violation(
      '11 a stalled worker changes nothing',
      `batch ${row.id} is ${row.batch}, its message ${row.message} ${row.state}`,
    )
  }
}

/** In what was accepted: no story twice for a reader, no digest without one. */
function noStoryTwice(world: World): void {
  const digests = world.books.mailsOf('digest').map((mail) => ({ ...mail, isDigest: true }))
  const welcomes = world.books.mailsOf('welcome').map((mail) => ({ ...mail, isDigest: false }))
  const telling = Map.groupBy([...digests, ...welcomes], (mail) => world.books.ownerOf(mail.message))
  for (const [{ email: to }, mails] of telling) {
    const told = new Set<string>()
    for (const mail of mails) {
      const stories = new Set(
        [...mail.html.matchAll(/href="(https:\/\/news\.example\/\d+)"/g)].map(([, url = '']) => url),
      )
      if (stories.size === 0 && mail.isDigest)
        throw new Violation('5 nothing new, no mail', `${to} got a digest without a story`)
      for (const story of stories) {
        if (told.has(story)) throw new Violation('3 no story twice, none lost', `${to} was told ${story} twice`)
        told.add(story)
      }
    }
  }
}

async function readersAreAsTheyAsked(world: World): Promise<void> {
  const rows = await world.session.read<{
    id: number
    email: string
    state: string
    next: Date | null
    last: string | null
  }>(
    `select s.id, r.email, s.state, s.next_digest_at as next, s.last_digest_on as last
     from subscriptions s join subscribers r on r.id = s.subscriber_id`,
  )
  for (const { id, email, state, next, last } of rows) {
    const reader = world.books.bySubscription.get(id)
    const expected = `${reader?.email}, ${reader?.state}, due ${reader?.nextDigestAt}, last ${reader?.lastDigestOn}`
    const actual = `${email}, ${state}, due ${next?.getTime() ?? null}, last ${last}`
    if (expected !== actual) {
      const invariant = state === reader?.state && email === reader.email ? '4 one digest a local day' : '7 consent'
      throw new Violation(invariant, `${reader?.email} is ${actual}, and should be ${expected}`)
    }
  }
}

/** One welcome a confirmation at most; whoever stayed and was never kept from mail has it. */
function welcomedOnce({ books }: World, messages: readonly Message[]): void {
  for (const reader of books.readers) {
    const { email, counts, addresses } = reader
    const welcomes = messages.filter(({ kind, sub }) => kind === 'welcome' && sub === reader.subscriptionId)
    const isKeptFromMail = addresses.some((one) => books.addresses.wasSuppressed.has(one.email))
    const isOwed = reader.state === 'active' && counts.confirmed > 0 && !reader.hasLeft && !isKeptFromMail
    if (welcomes.length > counts.confirmed || (isOwed && welcomes.length === 0)) {
      throw new Violation('1 once', `${email} confirmed ${counts.confirmed} times, and has ${welcomes.length} welcomes`)
    }
  }
}

/** A mail about changed settings comes once in 24 hours at most. */
function noticedOnceADay(world: World): void {
  const noticed = Map.groupBy(world.books.mailsOf('preferences_changed'), (mail) => world.books.ownerOf(mail.message))
  for (const [{ email }, mails] of noticed) {
    const times = mails.map(({ at }) => at).sort((one, other) => one - other)
    for (const [index, time] of times.entries()) {
      const before = times[index - 1]
      if (before !== undefined && time - before < 86_400_000 - world.slackMs) {
        throw new Violation('1 once', `${email} is told of changes twice within ${(time - before) / 3_600_000} hours`)
      }
    }
  }
}

/** One in 24 hours and three in 30 days, by when the provider had them; an unconfirmed address gets nothing else. */
function confirmationsWithinLimits(world: World): void {
  withinLimits(world, 'confirmation')
  withinLimits(world, 'address_change')
}

function withinLimits(world: World, kind: MessageKind): void {
  const asked = Map.groupBy(world.books.mailsOf(kind), (mail) => mail.to)
  const dayMs = 86_400_000
  for (const [to, mails] of asked) {
    const times = mails.map(({ at }) => at).sort((one, other) => one - other)
    for (const [index, time] of times.entries()) {
      const before = times[index - 1]
      const third = times[index - 3]
      if (before !== undefined && time - before < dayMs - world.slackMs) {
        throw new Violation('7 consent', `${to} got two mails of ${kind} within ${(time - before) / 3_600_000} hours`)
      }
      if (third !== undefined && time - third < 30 * dayMs - world.slackMs) {
        throw new Violation('7 consent', `${to} got four mails of ${kind} within 30 days`)
      }
    }
  }
}

/** Each act of consent is in the history, once, and the history of before is as it was. */
async function consentIsKept(world: World): Promise<void> {
  const rows = await world.session.read<{ id: number; sub: number; kind: string }>(
    'select id, subscription_id as sub, kind from consent_events order by id',
  )
  const count = (reader: Reader, kinds: readonly string[]) =>
    rows.filter((row) => row.sub === reader.subscriptionId && kinds.includes(row.kind)).length
  for (const reader of world.books.readers) {
    const expected: Record<string, [number, string[]]> = {
      requests: [reader.counts.requested, ['requested']],
      confirmations: [reader.counts.confirmed, ['confirmed']],
      changes: [reader.counts.preferences_changed, ['preferences_changed']],
      'moves asked for': [reader.counts.address_change_requested, ['address_change_requested']],
      'moves given up': [reader.counts.address_change_stopped, ['address_change_stopped']],
      moves: [reader.counts.address_changed, ['address_changed']],
      unsubscribes: [reader.counts.unsubscribed, ['unsubscribed_one_click', 'unsubscribed_page']],
    }
    for (const [what, [times, kinds]] of Object.entries(expected)) {
      const kept = count(reader, kinds)
      if (kept !== times)
        throw new Violation('7 consent', `${reader.email}: ${kept} ${what} are kept, ${times} were made`)
    }
  }
}

/** Nothing failed but what could not be accepted, could not be rendered, or was given up by the provider. */
function poisonCostsItself(world: World, messages: readonly Message[]): void {
  const planned = new Map(world.books.planned.map((one) => [one.messageId, one]))
  for (const { id, to_email, state, reason, failed_at } of messages) {
    if (state !== 'failed' || failed_at) continue
    const isPoison = to_email.startsWith('poison') || planned.get(id)?.articles.some((article) => article.isPoison)
    if (!isPoison)
      throw new Violation('10 a poison row costs itself only', `message ${id} to ${to_email} failed: ${reason}`)
  }
}
