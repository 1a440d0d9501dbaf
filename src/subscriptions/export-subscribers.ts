import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { Frequency, SubscriptionState } from '../platform/database/schema.ts'
import type { Newsletter } from './newsletters.ts'
import { type ReaderColumn, readerColumns, topicSeparator } from './reader-file.ts'

export type ExportedReader = {
  readonly email: string
  readonly frequency: Frequency
  readonly weekday: number
  readonly hour: number
  readonly timeZone: string
  readonly language: string
  /** Empty for every topic. */
  readonly topics: readonly string[]
  readonly confirmedAt: Date | null
  /** Where they gave their consent: as the file said for those who were imported, else how they asked. */
  readonly source: string | null
  readonly state: SubscriptionState
}

export type ExportOptions = {
  /** Also those who are not subscribed. */
  readonly isAll?: boolean
  readonly pageSize?: number
}

/**
 * The readers of a newsletter, in the order in which they came. Read page by page, with no transaction open in between, so
 * each is as they were when their page was read.
 */
export async function* exportSubscribers(
  context: Context,
  newsletter: Newsletter,
  { isAll = false, pageSize = 5_000 }: ExportOptions = {},
): AsyncGenerator<ExportedReader> {
  let last = 0
  for (;;) {
    const { rows } = await sql<ExportedReader & { id: number | null; until: number | null }>`
      -- whatever else is asked of them afterwards: a table that has just grown is believed to be small, and would be read from
      -- its begin for each page
      with page as materialized (
        select * from subscriptions where id > ${last} order by id limit ${pageSize}
      ), readers as (
        select page.id, r.email, page.frequency, page.weekday, page.hour, page.time_zone as "timeZone", page.language,
          coalesce(chosen.slugs, '{}') as topics, page.confirmed_at as "confirmedAt", given.source, page.state
        from page join subscribers r on r.id = page.subscriber_id
          left join lateral (
            select array_agg(t.slug order by t.slug) as slugs
            from topic_choice_topics c join topics t on t.id = c.topic_id where c.topic_choice_id = page.topic_choice_id
          ) as chosen on true
          left join lateral (
            select coalesce(e.details ->> 'source', e.source) as source from consent_events e
            where e.subscriber_id = page.subscriber_id and e.subscription_id = page.id and e.kind in ('requested', 'imported')
              and e.id <= coalesce((
                select max(id) from consent_events
                where subscriber_id = page.subscriber_id and subscription_id = page.id and kind in ('confirmed', 'imported')), e.id)
            order by e.id desc limit 1
          ) as given on true
        where page.newsletter_id = ${newsletter.id}
          and (page.state = 'active' or (${isAll} and page.ended_reason is distinct from 'erased'))
      )
      select (select max(id) from page) as until, readers.* from (select) as once left join readers on true
      order by readers.id`.execute(context.db)
    for (const { id, until: _, ...reader } of rows) if (id !== null) yield reader
    const until = rows[0]?.until ?? null
    if (until === null) return
    last = until
  }
}

/** As the cells of a line, in the order of {@link readerColumns}. */
export function readerCells(reader: ExportedReader): string[] {
  const cells: Record<ReaderColumn, string> = {
    email: reader.email,
    frequency: reader.frequency,
    weekday: String(reader.weekday),
    hour: String(reader.hour),
    timeZone: reader.timeZone,
    language: reader.language,
    topics: reader.topics.join(topicSeparator),
    confirmedAt: reader.confirmedAt?.toISOString() ?? '',
    source: reader.source ?? '',
    state: reader.state,
  }
  return readerColumns.map((column) => cells[column])
}
