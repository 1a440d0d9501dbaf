import { editionOf } from '../../emails/components/edition.ts'
import { directionOf, languageTag } from '../../emails/components/language.ts'
import { oneGroup, selectArticles } from '../articles/select-articles.ts'
import type { Context } from '../platform/context.ts'
import type { Row } from '../platform/database/schema.ts'
import { type AtOnce, type Kept, kept } from '../platform/kept.ts'
import { perContext } from '../platform/per-context.ts'
import type { PublicDigest } from './archive.ts'
import { readStories } from './digest-mail.ts'

export type SampleDigest = Pick<PublicDigest, 'language' | 'direction' | 'edition'>

const toldDays = 7

type Of = Pick<Row<'newsletters'>, 'id' | 'language'>

const samples = perContext<number, Kept<SampleDigest | undefined>>()

/**
 * What a digest would tell of the last seven days, chosen as for readers of all topics: for who wants to see one before the first
 * was sent. Undefined where there is nothing to tell. Up to a minute old.
 */
export function sampleDigest(context: Context, newsletter: Of): AtOnce<SampleDigest | undefined> {
  return kept(context, samples(context), newsletter.id, () => readSample(context, newsletter))
}

async function readSample({ db, clock, config }: Context, { id, language }: Of): Promise<SampleDigest | undefined> {
  const until = clock.now()
  const readers = { since: new Date(until.getTime() - toldDays * 24 * 3_600_000), toldFrom: null, topicIds: null }
  const stories = await db
    .transaction()
    .setAccessMode('read only')
    .execute(async (trx) => {
      const [selection] = await selectArticles(trx, id, until, oneGroup(readers), config.storiesPerDigest)
      return selection ? readStories(trx, selection.articles) : []
    })
  if (stories.length === 0) return undefined
  return {
    language: languageTag(language),
    direction: directionOf(language),
    edition: editionOf({ stories, language, frequency: 'daily' }),
  }
}
