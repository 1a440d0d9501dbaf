// A reader with an address that is found wherever it is left, who is erased as readers erase themselves.
import { sql } from 'kysely'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { subscribe } from '../../src/subscriptions/subscribe.ts'
import { at, monday } from './context.ts'
import { anArticle, aReader } from './factories.ts'
import { hours, type ReaderSite } from './reader-site.ts'

// No letters of which a hash is written: a hash would have it by chance.
export const email = 'Wilma.Secret@reader.example'
export const key = email.toLowerCase()
export const evidence = { source: 'form', ip: '203.0.113.9', userAgent: 'Netscape' } as const

export function erasing(site: ReaderSite) {
  return {
    erase: ({ subscriptionId }: { readonly subscriptionId: number }) =>
      site.post(`/preferences/${site.token('preferences', subscriptionId)}/erase`),
    /** Asks for a subscription of the address. */
    again: () => subscribe(site.context, { email }, evidence),
    /** The reader, with a digest that waits to be sent. */
    aPlannedReader: async () => {
      await anArticle(site.db, { firstSeenAt: hours(-1) })
      const reader = await aReader(site.db, { email })
      await planDigests(site.context, at(monday))
      return reader
    },
    /** Everything in the service's own tables that could hold a text, as one text. */
    allText: async (): Promise<string> => {
      const { rows } = await sql<{ name: string }>`
        select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely_%'`.execute(
        site.db,
      )
      const parts = await Promise.all(
        rows.map(({ name }) => sql<{ row: string }>`select t::text as row from ${sql.table(name)} t`.execute(site.db)),
      )
      return parts
        .flatMap((part) => part.rows.map(({ row }) => row))
        .join('\n')
        .toLowerCase()
    },
  }
}
