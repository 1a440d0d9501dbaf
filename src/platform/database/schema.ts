// The rows, as PostgreSQL holds them. What each column means is said in migrations/.
import type { ColumnType, Generated, GeneratedAlways, Insertable, Kysely, Selectable, Transaction } from 'kysely'
import type { MailPurpose } from '../mail-address.ts'

type Time = ColumnType<Date, Date | string, Date | string>
type OptionalTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
/** A calendar day, `YYYY-MM-DD`. */
type Day = ColumnType<string, string, string>
type OptionalDay = ColumnType<string | null, string | null | undefined, string | null>
type Json<T> = ColumnType<T, string, string>

export type Frequency = 'daily' | 'weekdays' | 'weekly'
export type SubscriptionState = 'pending' | 'active' | 'ended'
export type EndedReason = 'unsubscribed' | 'complaint' | 'hard_bounce' | 'erased'
export type MessageKind =
  | 'digest'
  | 'confirmation'
  | 'preferences_link'
  | 'already_subscribed'
  | 'welcome'
  | 'preferences_changed'
  | 'address_change'
  | 'address_change_notice'
  | 'answer'
  | 'help'
export type MessageState = 'pending' | 'sending' | 'submitted' | 'canceled' | 'failed' | 'unknown'
export type InboundPurpose = 'subscribe' | MailPurpose
export type InboundState = 'waiting' | 'done' | 'given_up'
export type BatchState = 'sending' | 'submitted' | 'refused' | 'unknown'
export type ExclusionReason = 'nothing_new' | 'suppressed' | 'missed'
export type BounceKind = 'hard' | 'soft'
export type SuppressionReason = 'hard_bounce' | 'soft_bounces' | 'complaint' | 'manual' | 'provider'
export type ConsentEventKind =
  | 'requested'
  | 'confirmation_sent'
  | 'confirmed'
  | 'imported'
  | 'preferences_changed'
  | 'unsubscribed_one_click'
  | 'unsubscribed_page'
  | 'unsubscribe_undone'
  | 'address_change_requested'
  | 'address_change_stopped'
  | 'address_changed'
  | 'complaint'
  | 'hard_bounce'
  | 'erased'

export interface Tables {
  newsletters: {
    id: GeneratedAlways<number>
    slug: string
    name: string
    language: Generated<string>
    description: Generated<string>
    created_at: Generated<Date>
  }
  topics: { id: GeneratedAlways<number>; newsletter_id: number; slug: string; name: string }
  feeds: {
    id: GeneratedAlways<number>
    newsletter_id: number
    url: string
    title: string | null
    etag: string | null
    last_modified: string | null
    next_poll_at: ColumnType<Date, Date | string | undefined, Date | string>
    lease_until: OptionalTime
    last_polled_at: OptionalTime
    last_succeeded_at: OptionalTime
    failure_count: Generated<number>
    last_error: string | null
    last_error_at: OptionalTime
    created_at: Generated<Date>
  }
  articles: {
    id: GeneratedAlways<number>
    newsletter_id: number
    feed_id: number
    item_key: string
    url: string | null
    url_key: string | null
    title: string
    summary: Generated<string>
    image_url: string | null
    image_alt: Generated<string>
    image_width: number | null
    image_height: number | null
    authors: Generated<string[]>
    published_at: Time
    first_seen_at: Time
    changed_at: OptionalTime
    content_hash: string
    eligible: boolean
    pinned_at: OptionalTime
    hidden_at: OptionalTime
    hidden_untold: Generated<boolean>
    available_from: OptionalTime
    available_at: GeneratedAlways<Date>
    same_story_as: ColumnType<number | null, number | null | undefined, number | null>
    best_place: number | null
  }
  article_topics: { article_id: number; topic_id: number; place: Generated<number>; is_added: Generated<boolean> }
  subscribers: {
    id: GeneratedAlways<number>
    email: string
    email_key: string
    suppression_lifted_at: OptionalTime
    created_at: Generated<Date>
    erased_at: OptionalTime
    is_mail_under_way: Generated<boolean>
  }
  topic_choices: { id: GeneratedAlways<number>; newsletter_id: number; choice_key: string }
  topic_choice_topics: { topic_choice_id: number; topic_id: number }
  subscriptions: {
    id: GeneratedAlways<number>
    subscriber_id: number
    newsletter_id: number
    state: SubscriptionState
    ended_reason: EndedReason | null
    frequency: Generated<Frequency>
    weekday: Generated<number>
    hour: Generated<number>
    time_zone: Generated<string>
    language: Generated<string>
    topic_choice_id: number | null
    read_until: OptionalTime
    told_from: OptionalTime
    next_digest_at: OptionalTime
    last_digest_on: OptionalDay
    paused_until: OptionalDay
    confirmed_at: OptionalTime
    ended_at: OptionalTime
    left_as: ColumnType<Record<string, unknown> | null, never, null>
    created_at: Generated<Date>
  }
  confirmations: {
    id: GeneratedAlways<number>
    subscriber_id: number
    subscription_id: number
    token_hash: Uint8Array
    nonce: Uint8Array
    key_id: string
    requested_at: Time
    expires_at: Time
    confirmed_at: OptionalTime
  }
  sign_up_tries: { bucket: Uint8Array; tried_at: ColumnType<Date[], (Date | string)[]>; last_tried_at: Time }
  welcomes: {
    confirmation_id: number
    subscription_id: number
    created_at: Time
    settled_at: OptionalTime
    message_id: number | null
    rendering_id: number | null
    further_count: number | null
    first_digest_at: OptionalTime
    failures: Generated<number>
  }
  welcome_articles: {
    confirmation_id: number
    position: number
    article_id: number
    topic_id: number | null
    can_be_fewer: boolean
  }
  change_notices: { subscription_id: number; due_at: OptionalTime; message_id: number | null }
  row_locks: { name: string }
  confirmation_stop: { is_only: Generated<boolean>; stopped_until: OptionalTime }
  consent_texts: { hash: string; body: string }
  consent_events: {
    id: GeneratedAlways<number>
    subscriber_id: number
    subscription_id: number
    kind: ConsentEventKind
    occurred_at: Time
    consent_text_hash: string | null
    source: string
    ip: string | null
    user_agent: string | null
    details: ColumnType<Record<string, unknown>, string | undefined, never>
  }
  address_changes: {
    id: GeneratedAlways<number>
    subscriber_id: number
    new_email: string | null
    new_email_key: string | null
    old_email_key: string | null
    token_hash: Uint8Array
    nonce: Uint8Array
    key_id: string
    requested_at: Time
    expires_at: Time
    confirmed_at: OptionalTime
    stopped_at: OptionalTime
  }
  erased_suppressions: { address_hash: Uint8Array; key_id: string; reason: SuppressionReason; created_at: Time }
  suppressions: { email_key: string; reason: SuppressionReason; created_at: Time }
  signing_keys: { key_id: string; secret: Uint8Array; created_at: Generated<Date> }
  renderings: { id: GeneratedAlways<number>; content_hash: string; template: Json<unknown>; created_at: Time }
  digest_runs: {
    id: GeneratedAlways<number>
    newsletter_id: number
    scheduled_for: Time
    window_end: Time
    created_at: Time
    planned_at: OptionalTime
    paused_at: OptionalTime
    canceled_at: OptionalTime
    archived_at: OptionalTime
  }
  digests: {
    id: GeneratedAlways<number>
    run_id: number
    language: string
    frequency: Frequency
    edition_date: Day
    content_key: string
    further_count: number
    since: OptionalTime
    told_from: OptionalTime
    topic_choice_id: number | null
    rendering_id: number | null
    render_failures: Generated<number>
    render_error: string | null
    created_at: Time
  }
  public_digests: {
    digest_id: number
    run_id: number
    newsletter_id: number
    edition_date: Day
    published_at: Time
    topics: string[]
    words: string
  }
  digest_articles: {
    digest_id: number
    position: number
    article_id: number
    topic_id: number | null
    can_be_fewer: Generated<boolean>
  }
  batches: {
    id: GeneratedAlways<number>
    endpoint: 'emails' | 'emails/batch'
    idempotency_key: string
    state: BatchState
    message_count: number
    fence: Generated<number>
    lease_until: OptionalTime
    attempts: Generated<number>
    claimed_at: Time
    first_tried_at: OptionalTime
    account: string | null
    payload_hash: string | null
    last_error: string | null
    settled_at: OptionalTime
  }
  messages: {
    id: GeneratedAlways<number>
    kind: MessageKind
    subscriber_id: number
    subscription_id: number
    run_id: number | null
    digest_id: number | null
    confirmation_id: number | null
    address_change_id: number | null
    to_email: string
    state: Generated<MessageState>
    reason: string | null
    rendering_id: number | null
    key_id: string | null
    batch_id: number | null
    batch_position: number | null
    attempts: Generated<number>
    confirmed_on: OptionalDay
    first_digest: string | null
    in_reply_to: string | null
    mail_references: string | null
    provider_id: string | null
    created_at: Time
    settled_at: OptionalTime
    delivered_at: OptionalTime
    delayed_at: OptionalTime
    bounced_at: OptionalTime
    bounce_kind: BounceKind | null
    complained_at: OptionalTime
    failed_at: OptionalTime
    failure_reason: string | null
    suppressed_at: OptionalTime
    opened_at: OptionalTime
    clicked_at: OptionalTime
  }
  webhook_events: {
    svix_id: string
    type: string
    provider_id: string | null
    message_id: number | null
    occurred_at: Time
    received_at: Time
    payload: Json<unknown>
  }
  inbound_mails: {
    id: GeneratedAlways<number>
    provider_id: string
    received_at: Time
    purpose: InboundPurpose
    target_id: number | null
    newsletter: string | null
    state: Generated<InboundState>
    outcome: string | null
    fence: Generated<number>
    attempts: Generated<number>
    due_at: OptionalTime
    last_error: string | null
    settled_at: OptionalTime
  }
  provider_limits: {
    account: string
    requests_per_second: number | null
    next_call_at: Time
    held_until: OptionalTime
    hold_reason: string | null
    failures: Generated<number>
    refusals: Generated<number>
    transactional_refusals: Generated<number>
    pause_reason: string | null
    pauses_bulk_only: Generated<boolean>
    bulk_paused_until: OptionalTime
    next_probe_at: OptionalTime
    daily_used: number | null
    monthly_used: number | null
    used_at: OptionalTime
  }
  warm_ups: { domain: string; started_on: Day }
  exclusions: { run_id: number; subscription_id: number; reason: ExclusionReason; created_at: Time }
}

export type Database = Kysely<Tables>
/** For functions that lock rows or write several: they must be called inside a transaction. */
export type InTransaction = Transaction<Tables>
export type Row<T extends keyof Tables> = Selectable<Tables[T]>
export type NewRow<T extends keyof Tables> = Insertable<Tables[T]>
