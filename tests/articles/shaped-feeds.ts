// Feeds as they are found in the wild, written for the tests, each with what a careful editor would make of it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { addFeed } from '../../src/articles/feeds.ts'
import { pollFeed } from '../../src/articles/poll-feed.ts'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { createGuardedFetch } from '../../src/platform/guarded-fetch.ts'
import { at, monday, type TestContext } from '../support/context.ts'
import { aReader } from '../support/factories.ts'
import type { feedServer } from './feed-server.ts'

const folder = join(import.meta.dirname, 'feeds')

export type ExpectedStory = {
  readonly title: string
  readonly url: string | null
  readonly summary: string
  readonly image: string | null
  readonly alt: string
  readonly authors: readonly string[]
  readonly topics: readonly string[]
}

/** A document, and the stories of its digest; `further`: how many more there are. */
export type ShapedFeed = {
  readonly name: string
  readonly file: string
  readonly language: string
  readonly stories: readonly ExpectedStory[]
  readonly further: number
}

const languages: Readonly<Record<string, string>> = { japanese: 'ja', arabic: 'ar', chinese: 'zh', german: 'de' }

/** In the expectations, what is not said is empty. */
export const shapedFeeds: readonly ShapedFeed[] = readdirSync(folder)
  .filter((file) => !file.endsWith('.expected.json'))
  .map((file) => {
    const name = file.replace(/\.\w+$/, '')
    const { stories, further = 0 } = JSON.parse(readFileSync(join(folder, `${name}.expected.json`), 'utf8'))
    const blank = { url: null, summary: '', image: null, alt: '', authors: [], topics: [] }
    const whole = stories.map((story: ExpectedStory) => ({ ...blank, ...story }))
    return { name, file, language: languages[name] ?? 'en', stories: whole, further }
  })

/** Has the service read the feed over HTTP, and mail its digest to a reader. The context mails to a sandbox. */
export async function mailDigestOf(
  shaped: ShapedFeed,
  mailing: TestContext,
  server: ReturnType<typeof feedServer>,
): Promise<void> {
  const context: TestContext = {
    ...mailing,
    config: { ...mailing.config, allowPrivateFeeds: true },
    fetchUrl: createGuardedFetch(),
  }
  server.serve(`/${shaped.file}`, readFileSync(join(folder, shaped.file)))
  const { id } = await addFeed(context, { url: server.url(`/${shaped.file}`) })
  context.clock.set(new Date(monday.getTime() - 10 * 60_000))
  const polled = await pollFeed(context, id)
  if (polled.outcome !== 'stored') throw new Error(`${shaped.name} was not stored: ${polled.error}`)
  context.clock.set(monday)
  await aReader(context.db, { language: shaped.language })
  await planDigests(context, at(monday))
  await sendMessages(context, createProvider(context.config), { signal: new AbortController().signal })
}
