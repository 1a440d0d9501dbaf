// The sets of topics that readers chose: each distinct one is a row, however many chose it.
import { sql } from 'kysely'
import type { Database, InTransaction } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'

/** Slug → id of all topics of a newsletter. */
export async function readTopicIds(db: Database, newsletterId: number): Promise<ReadonlyMap<string, number>> {
  const rows = await db.selectFrom('topics').select(['id', 'slug']).where('newsletter_id', '=', newsletterId).execute()
  return new Map(rows.map(({ slug, id }) => [slug, id]))
}

/** The key of a set of topics; null for none or all of them, which is every topic. Throws for slugs that are not in `topicIds`. */
export function choiceKeyOf(topicIds: ReadonlyMap<string, number>, slugs: readonly string[]): string | null {
  const ids = [...new Set(slugs)].map((slug) => {
    const id = topicIds.get(slug)
    if (id === undefined) throw unknownTopic()
    return id
  })
  return ids.length === 0 || ids.length === topicIds.size ? null : ids.sort((a, b) => a - b).join(',')
}

/** Key → id of sets of topics, adding those that nobody chose before. */
export async function storeTopicChoices(
  trx: InTransaction,
  newsletterId: number,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const wanted = [...new Set(keys)].sort() // in the same order everywhere, so that two never wait for each other
  if (wanted.length === 0) return new Map()
  await sql`
    with added as (
      insert into topic_choices (newsletter_id, choice_key)
      select ${newsletterId}, key from unnest(${wanted}::text[]) with ordinality as wanted (key, place)
      where not exists (select from topic_choices where newsletter_id = ${newsletterId} and choice_key = key)
      order by place
      on conflict do nothing returning id, choice_key
    )
    insert into topic_choice_topics (topic_choice_id, topic_id)
    select id, topic_id from added, unnest(string_to_array(choice_key, ',')::bigint[]) as topic_id`.execute(trx)
  const { rows } = await sql<{ id: number; choice_key: string }>`
    select id, choice_key from topic_choices
    where newsletter_id = ${newsletterId} and choice_key = any(${wanted}::text[])`.execute(trx)
  return new Map(rows.map(({ id, choice_key }) => [choice_key, id]))
}

/** The id of the set of topics with these slugs; null for none or all of them. Unknown slugs are an error. */
export async function chooseTopics(
  trx: InTransaction,
  newsletterId: number,
  slugs: readonly string[],
): Promise<number | null> {
  if (slugs.length === 0) return null
  const key = choiceKeyOf(await readTopicIds(trx, newsletterId), slugs)
  return key === null ? null : ((await storeTopicChoices(trx, newsletterId, [key])).get(key) ?? null)
}

function unknownTopic(): PublicError {
  const message = 'One of those topics does not exist here.'
  return new PublicError('invalid_input', message, { fields: { topics: message } })
}
