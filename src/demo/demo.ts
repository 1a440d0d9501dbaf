// The whole way once, with nothing but this program: feed, readers, plan, render, send, inbox.
import { join } from 'node:path'
import { addFeed } from '../articles/feeds.ts'
import { pollFeeds } from '../articles/poll-feeds.ts'
import { createProvider } from '../delivery/provider.ts'
import { sendMessages } from '../delivery/send-messages.ts'
import { planDigests } from '../digests/plan-digests.ts'
import { publishDigests } from '../digests/publish-digests.ts'
import { readConfig } from '../platform/config.ts'
import type { Context } from '../platform/context.ts'
import { deleteEmbeddedDatabase } from '../platform/database/embedded.ts'
import { PublicError } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import { progressBar } from '../progress.ts'
import { type Service, startService } from '../server.ts'
import { importSubscribers } from '../subscriptions/import-subscribers.ts'
import { getNewsletter, offeredTopics } from '../subscriptions/newsletters.ts'
import { openDemoFeed } from './demo-feed.ts'
import { demoReaders, quietTopicSlug } from './demo-readers.ts'

export type DemoOptions = {
  readonly feed: string | undefined
  readonly readers: number
  /** Exit after the run: any free port will do then. */
  readonly once: boolean
  readonly port: number | undefined
}

export type DemoSummary = {
  readonly due: number
  readonly digests: number
  readonly submitted: number
  readonly excluded: Readonly<Record<string, number>>
  readonly failed: number
  /** From planning to the last answer. */
  readonly seconds: number
  readonly emailsPerSecond: number
}

export type Demo = { readonly service: Service; readonly summary: DemoSummary; stop(): Promise<void> }

const readersPerImport = 1_000

/** The bundled feed and files are served on the loopback interface; a URL given may be there too, but nowhere else private. */
function isOnThisMachine(feed: string | undefined): boolean {
  if (feed === undefined || !/^https?:\/\//i.test(feed)) return true
  return URL.canParse(feed) && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(feed).hostname)
}

const hourMs = 3_600_000

/** Runs the demo in a database of its own, made anew. Uses nothing of the environment but DATA_FOLDER: it never mails anybody. */
export async function runDemo(
  options: DemoOptions,
  environment: { DATA_FOLDER?: string | undefined },
  log: Log,
): Promise<Demo> {
  const dataFolder = join(environment.DATA_FOLDER || '.data', 'demo')
  await deleteEmbeddedDatabase(dataFolder)
  const port = options.port ?? (options.once ? 0 : undefined)
  const config = readConfig({
    DATA_FOLDER: dataFolder,
    ALLOW_PRIVATE_FEEDS: String(isOnThisMachine(options.feed)),
    ...(port === undefined ? {} : { PORT: String(port) }),
  })
  const feed = await openDemoFeed(options.feed, new Date())
  let service: Service | undefined
  try {
    service = await startService(config, log)
    const { context, stop } = service
    const summary = await runOnce(context, feed.url, options.readers)
    return {
      service,
      summary,
      stop: async () => {
        await stop()
        await feed.close()
      },
    }
  } catch (error) {
    await service?.stop()
    await feed.close()
    throw error
  }
}

async function runOnce(context: Context, feedUrl: string, readerCount: number): Promise<DemoSummary> {
  const { signal } = new AbortController()
  const feed = await addFeed(context, { url: feedUrl })
  const polled = await pollFeeds(context, { ids: [feed.id], signal })
  if (polled.failed > 0) {
    const { last_error } = await context.db
      .selectFrom('feeds')
      .select('last_error')
      .where('id', '=', feed.id)
      .executeTakeFirstOrThrow()
    throw new PublicError('invalid_input', `The feed could not be read. ${last_error ?? ''}`)
  }

  const { id: newsletterId } = await getNewsletter(context.db)
  await context.db
    .insertInto('topics')
    .values({ newsletter_id: newsletterId, slug: quietTopicSlug, name: 'Chess' })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  // Readers are due at their next full hour; the demo runs for that hour's slot rather than wait for it.
  const slotEnd = new Date(context.clock.now().getTime() + hourMs)
  await addReaders(context, readerCount, slotEnd)

  const startedAt = performance.now()
  const planning = progressBar('planning')
  const planned = await planDigests(context, {
    scheduledAt: slotEnd,
    signal,
    onProgress: ({ due, messages }) => planning.update(due, Math.max(due, messages)),
  })
  planning.end()

  const sendingStartedAt = performance.now()
  const sending = progressBar('sending')
  const sent = await sendMessages(context, createProvider(context.config), {
    signal,
    onProgress: ({ submitted }) => sending.update(submitted, planned.messages),
  })
  sending.end()
  await publishDigests(context, { signal })
  const endedAt = performance.now()
  return {
    due: planned.due,
    digests: planned.digests,
    submitted: sent.submitted,
    excluded: { ...planned.excluded, ...(sent.canceled > 0 ? { canceled: sent.canceled } : {}) },
    failed: sent.failed,
    seconds: round((endedAt - startedAt) / 1_000),
    emailsPerSecond: round(sent.submitted / ((endedAt - sendingStartedAt) / 1_000)),
  }
}

async function addReaders(context: Context, count: number, slotEnd: Date): Promise<void> {
  const newsletter = await getNewsletter(context.db)
  const readers = demoReaders(count, await offeredTopics(context, newsletter.id), slotEnd)
  const bar = progressBar('readers')
  for (let start = 0; start < count; start += readersPerImport) {
    const slice = readers.slice(start, start + readersPerImport)
    await importSubscribers(context, newsletter, slice, { source: 'demo', ip: null, userAgent: null })
    bar.update(start + slice.length, count)
  }
  bar.end()
  // A few whose mailboxes have refused mail before: they must be left out, and counted.
  const suppressed = readers.filter((_, index) => index % 50 === 24).map(({ emailKey }) => emailKey)
  if (suppressed.length === 0) return
  await context.db
    .insertInto('suppressions')
    .values(
      suppressed.map((email_key) => ({ email_key, reason: 'hard_bounce' as const, created_at: context.clock.sqlNow })),
    )
    .execute()
}

const round = (value: number) => Math.round(value * 100) / 100
