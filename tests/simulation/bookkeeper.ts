// Watches the world from outside: every commit, every call. It keeps accounts of its own of who asked for what, and who was
// promised what, and raises a Violation as soon as the service does something that does not fit.
import type { MessageKind, SuppressionReason } from '../../src/platform/database/schema.ts'
import { checkPlan, checkWelcome, clockStepsMs, type Got, type RunWindow } from './check-plan.ts'
import { type History, Violation } from './history.ts'
import { type AddressChange, AddressChanges, KnownAddresses } from './known-addresses.ts'
import {
  checkTitles,
  checkTold,
  type Decision,
  decideOn,
  type PlannedStories,
  type Told,
  titlesOf,
  toldNow,
} from './newsroom.ts'
import { type ProviderEvent, suppressionOf } from './provider-events.ts'
import type { KnownArticle, Reader } from './reader.ts'
import { type Accepted, type Call, mailsOf, type ResendModel } from './resend-model.ts'
import type { Actor } from './scheduler.ts'
import type { Session } from './session.ts'

/** What a worker is doing: the slot it was started for, and its own time. */
export type Work = { readonly scheduledAt: () => number; readonly now: () => number }

export type Planned = {
  readonly reader: Reader
  readonly runId: number
  readonly messageId: number | undefined
} & PlannedStories

/** A message as it was made. */
type Made = { readonly id: number; readonly kind: MessageKind; readonly sub: number; readonly change: number | null }

export const poisonUrl = 'https://news.example/poison'
/** The key is asked about for 23 hours; a call may be held up on its way for a while. */
const longestKeyAgeMs = 23.5 * 3_600_000

/** The state in which a reader wants such a message; the others go to whose address was confirmed. */
const wantedIn: Partial<Record<MessageKind, Reader['state']>> = {
  digest: 'active',
  confirmation: 'pending',
  already_subscribed: 'active',
  welcome: 'active',
  preferences_changed: 'active',
}
/** What goes to the address that the reader has when it is claimed; the others to the one they had when it was made. */
const followsReader: readonly MessageKind[] = ['digest', 'welcome', 'preferences_changed']

export class Bookkeeper {
  readonly readers = new Set<Reader>()
  readonly articles: KnownArticle[] = []
  readonly runs = new Map<number, RunWindow>()
  readonly planned: Planned[] = []
  /** Distinct events that were taken, by message. */
  readonly events: ProviderEvent[] = []
  /** Runs that an operator canceled at some time. */
  readonly canceledRuns = new Set<number>()
  /** Readers by the id of their subscription. */
  readonly bySubscription = new Map<number, Reader>()
  readonly addresses = new KnownAddresses()
  readonly changes: AddressChanges
  private readonly made = new Map<number, Made>()
  /** When the last try of a message began, by the database's clock. */
  readonly begunAt = new Map<number, number>()
  readonly maximumLateMs: number
  /** Messages of digests that had no story left at some time. */
  readonly withdrawn = new Set<number>()
  /** What each digest had to tell when it began. */
  private readonly told = new Map<number, Told | undefined>()
  /** What each welcome was made with, and the headlines that it had to have when it began. */
  private readonly welcomes = new Map<number, readonly KnownArticle[]>()
  private readonly welcomed = new Map<number, readonly string[]>()
  private readonly begun = new Map<string, ReadonlySet<number>>()
  private readonly begunBatches: number[] = []
  private readonly work = new Map<Actor, Work>()
  private readonly whenCommitted = new Map<Actor, () => Promise<void> | void>()
  private lastMessageId = 0
  private readonly excluded = new Map<string, string>()
  private readonly session: Session
  private readonly history: History
  private readonly model: ResendModel

  constructor(session: Session, history: History, model: ResendModel, maximumLateMs: number) {
    this.session = session
    this.history = history
    this.model = model
    this.changes = new AddressChanges(() => session.now())
    this.maximumLateMs = maximumLateMs
  }

  employs(actor: Actor, work: Work): void {
    this.work.set(actor, work)
  }

  /** What the commit of this act means. */
  awaits(actor: Actor, committed: () => Promise<void> | void): void {
    this.whenCommitted.set(actor, committed)
  }

  suppression(address: string): SuppressionReason | null {
    if (this.addresses.isSuppressed(address)) return 'manual'
    return suppressionOf(
      this.events.filter((event) => event.mail.to === address),
      this.addresses.liftOf(address),
    )
  }

  /** Whose message it is. */
  ownerOf(message: number): Reader {
    return this.readerOf(this.madeOf(message).sub)
  }

  changeOf(message: number): AddressChange {
    const change = this.changes.all.get(this.madeOf(message).change ?? 0)
    if (!change) throw new Violation('7 consent', `message ${message} is of a change that nobody asked for`)
    return change
  }

  /** What the provider accepted of this kind, the oldest first. */
  mailsOf(kind: MessageKind): Accepted[] {
    return this.model.accepted.filter(({ message }) => this.madeOf(message).kind === kind)
  }

  mailsTo(reader: Reader, kind: MessageKind): Accepted[] {
    return this.mailsOf(kind).filter(({ message }) => this.madeOf(message).sub === reader.subscriptionId)
  }

  /** Articles that were just stored, as a document has them; told by address whether they are news. */
  async noteArticles(isNews: ReadonlyMap<string, boolean>): Promise<void> {
    const rows = await this.session.read<{
      id: number
      url: string
      title: string
      seen: Date
      published: Date | number
      topics: string[]
    }>(
      `select id, url, title, first_seen_at as seen, published_at as published,
         array(select t.slug from article_topics x join topics t on t.id = x.topic_id where x.article_id = a.id order by x.place) as topics
       from articles a where id > $1 order by id`,
      [this.articles.at(-1)?.id ?? 0],
    )
    const urls = [...isNews.keys()]
    for (const { id, url, title, seen, published, topics } of rows) {
      this.articles.push({
        id,
        url,
        title,
        firstSeenAt: seen.getTime(),
        availableAt: seen.getTime(),
        availableFrom: null,
        pinnedAt: null,
        isHidden: false,
        isUntold: false,
        publishedAt: Number(published),
        place: url === poisonUrl ? null : urls.indexOf(url),
        topics,
        isEligible: isNews.get(url) ?? false,
        isPoison: url === poisonUrl,
      })
    }
  }

  /** What the newsroom decided about an article; `until` is the end of an embargo. */
  async noteDecision(article: KnownArticle, decision: Decision, until: number | null): Promise<void> {
    const [row] = await this.session.read<{ pinned: Date | null; available: Date; from: Date | null }>(
      'select pinned_at as pinned, available_at as available, available_from as from from articles where id = $1',
      [article.id],
    )
    if (!row) throw new Violation('3 no story twice, none lost', `article ${article.id} is gone`)
    const windowEnd = Math.max(0, ...[...this.runs.values()].map((run) => run.windowEnd))
    const kept = {
      pinned: row.pinned?.getTime() ?? null,
      available: row.available.getTime(),
      from: row.from?.getTime() ?? null,
    }
    decideOn(article, decision, kept, { windowEnd, readers: this.readers, until })
    if (decision !== 'hide') return
    for (const planned of this.planned) {
      if (planned.messageId !== undefined && !toldNow(planned)) this.withdrawn.add(planned.messageId)
    }
  }

  /** An event of the provider that was taken. */
  noteEvent(event: ProviderEvent): void {
    if (this.events.some((one) => one.svixId === event.svixId)) return
    this.events.push(event)
    const { to, message } = event.mail
    if (this.suppression(to)) this.addresses.wasSuppressed.add(to)
    // Who was asked whether the address is a reader's is perhaps somebody else.
    if (event.type === 'complained' && this.madeOf(message).kind !== 'address_change') this.ownerOf(message).end()
  }

  /** After each commit, with what was in it. */
  async committed(actor: Actor, statements: readonly string[]): Promise<void> {
    const writes = statements.filter(
      (text) =>
        /^(insert|update|delete)|^with\b.*\b(insert into|update|delete from)\b/.test(text) &&
        !/^insert into (sign_up_tries|confirmation_stop)\b/.test(text), // counted before there is anything to keep
    )
    const wrote = (words: string) => writes.some((text) => text.replaceAll('"', '').includes(words))
    if (wrote('into messages')) await this.noteMessages()
    if (wrote('into digest_runs')) await this.noteRuns()
    if (wrote('into messages') || wrote('into exclusions')) await this.notePlans(actor)
    if (wrote('first_tried_at =')) await this.noteBegins(actor)
    if (writes.length > 0) await this.whenCommitted.get(actor)?.()
  }

  /** Each call, before it is answered. */
  called(call: Call, now: number): void {
    const { isFirst } = this.model.witness(call, now)
    // What was not begun by a commit begins now.
    const begun = this.begun.get(call.key)
    for (const mail of isFirst ? mailsOf(call) : []) {
      if (!begun?.has(mail.message)) this.begins(mail.message, mail.to, now)
      if (this.told.has(mail.message)) checkTold(mail.message, mail, this.told.get(mail.message))
      const welcomed = this.welcomed.get(mail.message)
      if (welcomed) checkTitles(`welcome ${mail.message}`, mail, welcomed)
    }
    const age = now - (this.model.keys.get(call.key)?.firstCalledAt ?? now)
    if (!isFirst && age > longestKeyAgeMs) {
      throw new Violation('1 once', `${call.key} is asked about after ${(age / 3_600_000).toFixed(1)} hours`)
    }
  }

  private async noteMessages(): Promise<void> {
    const rows = await this.session.read<Made>(
      `select id, kind, subscription_id as sub, address_change_id as change from messages
       where id > $1 order by id`,
      [[...this.made.keys()].at(-1) ?? 0],
    )
    for (const row of rows) {
      this.made.set(row.id, row)
      if (row.kind === 'welcome') await this.noteWelcome(row)
    }
  }

  /** What it tells counts as told, as in a digest. */
  private async noteWelcome({ id, sub }: Made): Promise<void> {
    const [row] = await this.session.read<{ template: unknown; until: Date }>(
      `select r.template, s.read_until as until from messages m join renderings r on r.id = m.rendering_id
         join subscriptions s on s.id = m.subscription_id where m.id = $1`,
      [id],
    )
    const reader = this.readerOf(sub)
    const urls = new Set(JSON.stringify(row?.template).match(/https:\/\/news\.example\/\d+/g))
    const runs = [...this.runs.values()].filter(({ windowEnd }) => windowEnd === row?.until.getTime())
    const { told, covered } = checkWelcome(reader, runs, this.articles, urls)
    for (const article of covered) reader.covered.add(article.id)
    this.welcomes.set(id, told)
    this.history.note('database', `welcome ${id} to ${reader.email} tells ${urls.size} stories`)
  }

  private async noteRuns(): Promise<void> {
    const rows = await this.session.read<{ id: number; scheduled_for: Date; window_end: Date }>(
      'select id, scheduled_for, window_end from digest_runs',
    )
    for (const { id, scheduled_for, window_end } of rows) {
      if (this.runs.has(id)) continue
      this.runs.set(id, {
        scheduledFor: scheduled_for.getTime(),
        windowEnd: window_end.getTime(),
        articleCount: this.articles.length,
      })
      this.history.note(
        'database',
        `run ${id} for ${scheduled_for.toISOString()} opens, over ${this.articles.length} articles`,
      )
    }
  }

  private async noteBegins(actor: Actor): Promise<void> {
    const rows = await this.session.read<{ id: number; key: string; claimed: Date; message: number; to: string }>(
      `select b.id, b.idempotency_key as key, b.claimed_at as claimed, m.id as message, m.to_email as to
       from batches b join messages m on m.batch_id = b.id where b.first_tried_at is not null and b.id <> all($1::bigint[])`,
      [this.begunBatches],
    )
    for (const [id, messages] of Map.groupBy(rows, (row) => row.id)) {
      this.begunBatches.push(id)
      this.begun.set(messages[0]?.key ?? '', new Set(messages.map(({ message }) => message)))
      this.history.note(actor.name, `begins batch ${id}: messages ${messages.map(({ message }) => message).join(' ')}`)
      for (const { message, to, claimed } of messages) {
        this.begunAt.set(message, this.session.now())
        this.begins(message, to, claimed.getTime())
      }
    }
  }

  private begins(message: number, to: string, claimedAt: number): void {
    this.mayBegin(message, to, claimedAt)
    const planned = this.planned.find((one) => one.messageId === message)
    if (planned) this.told.set(message, toldNow(planned))
    const welcome = this.welcomes.get(message)
    if (welcome) this.welcomed.set(message, titlesOf(welcome))
  }

  /** Whether the reader wants it at this moment, at this address. */
  private mayBegin(message: number, to: string, claimedAt: number): void {
    const { kind } = this.madeOf(message)
    const reader = this.ownerOf(message)
    const suppressed = this.suppression(to)
    const state = wantedIn[kind]
    const isWanted = state === undefined ? reader.isConfirmed : reader.state === state
    if (!isWanted || suppressed) {
      throw new Violation(
        kind === 'digest' && reader.state === 'pending' ? '7 consent' : '6 no means no',
        `${kind} ${message} to ${to} begins, which is ${suppressed ?? reader.state}`,
      )
    }
    const isTheirs = followsReader.includes(kind) ? reader.has(to, claimedAt - clockStepsMs) : reader.has(to)
    const isOfChange = kind === 'address_change' || kind === 'address_change_notice'
    const change = isOfChange ? this.changeOf(message) : undefined
    if (change?.state === 'stopped' || (kind === 'address_change' && change?.state === 'made')) {
      throw new Violation('7 consent', `${kind} ${message} to ${to} begins, and the change is ${change.state}`)
    }
    if (kind === 'address_change' ? change?.email !== to : !isTheirs) {
      throw new Violation(
        '7 consent',
        `${kind} ${message} begins to ${to}, which is not the address of ${reader.email}`,
      )
    }
  }

  private async notePlans(actor: Actor): Promise<void> {
    const messages = await this.session.read<{
      id: number
      sub: number
      run: number
      edition: string
      further: number
      articles: number[]
    }>(
      `select m.id, m.subscription_id as sub, m.run_id as run, g.edition_date as edition, g.further_count as further,
         array(select article_id from digest_articles d where d.digest_id = g.id order by position) as articles
       from messages m join digests g on g.id = m.digest_id where m.id > $1 order by m.id`,
      [this.lastMessageId],
    )
    const exclusions = await this.session.read<{ sub: number; run: number; reason: string; version: string }>(
      'select subscription_id as sub, run_id as run, reason, xmin::text as version from exclusions order by run_id, subscription_id',
    )
    const work = this.work.get(actor)
    if (!work) return // a confirmation
    const counts: Record<string, number> = {}
    for (const row of messages) {
      this.lastMessageId = row.id
      this.notePlan(work, row.sub, row.run, row)
      counts.messages = (counts.messages ?? 0) + 1
    }
    for (const { sub, run, reason, version } of exclusions) {
      const name = `${run}/${sub}`
      if (this.excluded.get(name) === version) continue
      this.excluded.set(name, version)
      this.notePlan(work, sub, run, reason)
      counts[reason] = (counts[reason] ?? 0) + 1
    }
    this.history.note(actor.name, `plans ${JSON.stringify(counts)}`)
  }

  private notePlan(work: Work, subscription: number, runId: number, got: Got): void {
    const reader = this.readerOf(subscription)
    const run = this.runs.get(runId)
    if (!run) throw new Violation('2 nobody forgotten', `run ${runId} was never opened`)
    const before = this.planned.findIndex((one) => one.reader === reader && one.runId === runId)
    if (before >= 0) {
      // Who was excluded may be due in the run again, by the clock set back and choices changed: what comes of it replaces that.
      if (this.planned[before]?.messageId !== undefined || reader.nextDigestAt !== run.scheduledFor) {
        throw new Violation('1 once', `${reader.email} is planned twice in run ${runId}`)
      }
      this.planned.splice(before, 1)
    }
    const lateMs = Math.min(work.scheduledAt(), work.now()) - run.scheduledFor
    const isMissed = lateMs > this.maximumLateMs
    const obstacle = this.suppression(reader.email) ? 'suppressed' : isMissed ? 'missed' : null
    const { told, covered, editionDate } = checkPlan(reader, run, this.articles, obstacle, got)
    if (editionDate !== null) reader.editions.add(editionDate)
    for (const article of covered) reader.covered.add(article.id)
    this.planned.push({ reader, runId, messageId: typeof got === 'string' ? undefined : got.id, ...told })
    reader.planned(run.scheduledFor, editionDate, work.scheduledAt(), isMissed)
  }

  private madeOf(message: number): Made {
    const made = this.made.get(message)
    if (!made) throw new Violation('1 once', `there is a mail of message ${message}, which nobody made`)
    return made
  }

  private readerOf(subscription: number): Reader {
    const reader = this.bySubscription.get(subscription)
    if (!reader) throw new Violation('7 consent', `subscription ${subscription} was never asked for`)
    return reader
  }
}
