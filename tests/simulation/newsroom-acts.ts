// What a publisher decides about articles, and corrects in them.
import { embargoArticle, hideArticle, pinArticle, showArticle, unpinArticle } from '../../src/articles/newsroom.ts'
import { storeArticles } from '../../src/articles/store-articles.ts'
import type { Context } from '../../src/platform/context.ts'
import { act } from './act.ts'
import type { Decision } from './newsroom.ts'
import type { KnownArticle } from './reader.ts'
import type { World } from './world.ts'

/** An article that is told in what was planned last, or another. */
function someArticle(world: World): KnownArticle | undefined {
  const { random, books } = world
  const planned = books.planned.at(-1)?.articles ?? []
  const among = planned.length > 0 && random.chance(0.6) ? planned : books.articles
  return among.length === 0 ? undefined : random.pick([...among])
}

/** What was hidden is shown now and then, an embargo lifted. */
export async function decide(world: World): Promise<void> {
  const { random, books } = world
  const decision = random.weighted<Decision>({ pin: 2, unpin: 1, hide: 6, show: 5, embargo: 2, lift: 1 })
  const hidden = books.articles.filter(({ isHidden }) => isHidden)
  const article = decision === 'show' && hidden.length > 0 ? random.pick(hidden) : someArticle(world)
  if (!article) return
  const until = decision === 'embargo' ? new Date(world.databaseNow + random.pick([0.1, 3, 30]) * 3_600_000) : null
  const id = String(article.id)
  const decisions: Record<Decision, (context: Context) => Promise<unknown>> = {
    pin: (context) => pinArticle(context, id),
    unpin: (context) => unpinArticle(context, id),
    hide: (context) => hideArticle(context, id),
    show: (context) => showArticle(context, id),
    embargo: (context) => embargoArticle(context, id, until),
    lift: (context) => embargoArticle(context, id, null),
  }
  await act(world, `the newsroom says ${decision} ${id}`, decisions[decision], () =>
    books.noteDecision(article, decision, until?.getTime() ?? null),
  )
}

/** The feed is read, and holds one article alone, under another headline. */
export async function correct(world: World): Promise<void> {
  const article = someArticle(world)
  const number = /(\d+)$/.exec(article?.url ?? '')?.[1]
  if (!article || number === undefined) return
  const title = `Story ${number} v${world.newVersion()}`
  const item = {
    position: 0,
    itemKey: `item ${world.seed} ${number}`,
    sharedGuidKey: `item ${world.seed} ${number} shared`,
    url: article.url,
    urlKey: article.url,
    title,
    summary: `What happened in story ${number}.`,
    imageUrl: null,
    imageAlt: '',
    authors: ['A. Writer'],
    publishedAt: new Date(article.publishedAt),
    topics: article.topics.map((slug) => ({ slug, name: slug })),
    contentHash: title,
  }
  await act(
    world,
    `article ${article.id} is corrected: ${title}`,
    (context) =>
      context.db
        .transaction()
        .execute((trx) => storeArticles(trx, context.clock, { id: 1, newsletterId: 1, lastSucceededAt: null }, [item])),
    () => {
      article.place = 0
      article.title = title
    },
  )
}
