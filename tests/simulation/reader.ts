// A reader as the simulation knows them: what they asked for, and what follows from it, kept apart from the service's tables.
import { dayAfter, dayBefore, laterDay, localDay, nextSlot, type Schedule } from './local-time.ts'
import type { Random } from './random.ts'

export type KnownArticle = {
  readonly id: number
  readonly url: string
  title: string
  readonly firstSeenAt: number
  /** When it counts as first seen, and what a publisher decided about that. */
  availableAt: number
  availableFrom: number | null
  pinnedAt: number | null
  isHidden: boolean
  /** Hidden before anybody can have been told. */
  isUntold: boolean
  readonly publishedAt: number
  /** The furthest up that it was in the feed's document, from 0; null if it is in none. */
  place: number | null
  readonly topics: readonly string[]
  readonly isEligible: boolean
  /** A digest that holds it cannot be rendered. */
  readonly isPoison: boolean
}

export type Choices = Schedule & { readonly topics: readonly string[] }

export type ConsentCount =
  | 'requested'
  | 'confirmed'
  | 'preferences_changed'
  | 'unsubscribed'
  | 'address_change_requested'
  | 'address_change_stopped'
  | 'address_changed'

export class Reader {
  /** The addresses that they have had, each with when they left it: the last one is the present. */
  readonly addresses: { readonly email: string; leftAt: number }[]
  subscriptionId: number | undefined
  state: 'none' | 'pending' | 'active' | 'ended' = 'none'
  choices: Choices
  pausedUntil: string | null = null
  lastDigestOn: string | null = null
  nextDigestAt: number | null = null
  /** Articles that were told, or were before the reader's time: none of them may be told again. */
  readonly covered = new Set<number>()
  readonly editions = new Set<string>()
  readonly counts: Record<ConsentCount, number> = {
    requested: 0,
    confirmed: 0,
    preferences_changed: 0,
    unsubscribed: 0,
    address_change_requested: 0,
    address_change_stopped: 0,
    address_changed: 0,
  }
  /** They said at some time that the address is theirs. */
  isConfirmed = false
  hasLeft = false

  constructor(email: string, choices: Choices) {
    this.addresses = [{ email, leftAt: Infinity }]
    this.choices = choices
  }

  get email(): string {
    return this.addresses.at(-1)?.email ?? ''
  }

  anyAddress(random: Random): string {
    return random.pick(this.addresses).email
  }

  /** Whether the address was theirs at some time since then. */
  has(address: string, since = Number.NEGATIVE_INFINITY): boolean {
    return this.addresses.some(({ email, leftAt }) => email === address && leftAt >= since)
  }

  move(email: string, now: number): void {
    const present = this.addresses.at(-1)
    if (present) present.leftAt = now
    this.addresses.push({ email, leftAt: Infinity })
  }

  request(choices: Choices): void {
    this.counts.requested += 1
    if (this.state === 'active') return
    this.choices = choices
    this.pausedUntil = null
    this.state = 'pending'
  }

  confirm(now: number, articles: readonly KnownArticle[]): void {
    if (this.state !== 'pending') return
    this.counts.confirmed += 1
    this.isConfirmed = true
    this.state = 'active'
    const days = this.choices.frequency === 'weekly' ? 7 : 1
    for (const article of articles) {
      if (article.availableAt <= now - days * 86_400_000) this.covered.add(article.id)
    }
    this.nextDigestAt = nextSlot(now, this.lastDigestOn, this.choices)
  }

  change(change: Partial<Choices> & { readonly pauseDays?: number }, now: number): void {
    if (this.state !== 'active') return
    this.counts.preferences_changed += 1
    const { pauseDays, ...choices } = change
    this.choices = { ...this.choices, ...choices }
    if (pauseDays === 0) this.pausedUntil = null
    else if (pauseDays !== undefined) {
      this.pausedUntil = dayAfter(localDay(now, this.choices.timeZone), pauseDays)
    }
    this.nextDigestAt = this.owed(now) ?? this.nextAfter(now)
  }

  /** Due, and not planned yet: that day's digest is theirs all the same, if they still want one on it, and at a later hour only if they say so. */
  private owed(now: number): number | undefined {
    const slot = this.nextDigestAt
    if (slot === null || slot > now) return undefined
    const wanted = this.nextAfter(slot - 2 * 86_400_000, dayBefore(localDay(slot, this.choices.timeZone)))
    return Math.max(wanted, slot)
  }

  unsubscribe(): void {
    if (this.state === 'ended' || this.state === 'none') return
    this.counts.unsubscribed += 1
    this.end()
  }

  end(): void {
    if (this.state === 'ended') return
    this.state = 'ended'
    this.hasLeft = true
    this.nextDigestAt = null
  }

  /** They were planned for a slot, and got a digest or nothing. After a slot that was missed comes the very next one. */
  planned(slot: number, editionDate: string | null, scheduledAt: number, isMissed: boolean): void {
    this.lastDigestOn = laterDay(this.lastDigestOn, editionDate)
    this.nextDigestAt = this.nextAfter(isMissed ? slot : Math.max(slot, scheduledAt))
  }

  /** What of these is new to them. */
  wants(articles: readonly KnownArticle[]): { readonly news: KnownArticle[]; readonly matching: KnownArticle[] } {
    const news = articles.filter((article) => article.isEligible && !this.covered.has(article.id))
    const { topics } = this.choices
    const matching = news.filter(
      (article) => !article.isHidden && (topics.length === 0 || article.topics.some((one) => topics.includes(one))),
    )
    return { news, matching }
  }

  private nextAfter(after: number, notOn: string | null = null): number {
    const paused = this.pausedUntil === null ? null : dayBefore(this.pausedUntil)
    return nextSlot(after, laterDay(laterDay(this.lastDigestOn, paused), notOn), this.choices)
  }
}
