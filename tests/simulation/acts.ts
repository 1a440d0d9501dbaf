// What people do: readers, the newsroom, operators.
import { storeArticles } from '../../src/articles/store-articles.ts'
import { cancelRun, pauseRun, resumeRun, sendRest } from '../../src/delivery/control-run.ts'
import { verifyToken } from '../../src/platform/signed-token.ts'
import { confirm } from '../../src/subscriptions/confirmations.ts'
import { changePreferences, type PreferencesChange } from '../../src/subscriptions/preferences.ts'
import { subscribe } from '../../src/subscriptions/subscribe.ts'
import { unsubscribe } from '../../src/subscriptions/unsubscribe.ts'
import { act, evidence } from './act.ts'
import { confirmMove, lift, move, stopMove, suppressOne } from './address-acts.ts'
import { Violation } from './history.ts'
import { correct, decide } from './newsroom-acts.ts'
import { chooseAll, chooseTopics, topicSlugs } from './plan-world.ts'
import { Reader } from './reader.ts'
import type { World } from './world.ts'

/** Somebody does something. */
export async function someAct(world: World): Promise<void> {
  const { random, books } = world
  const reader = (random.chance(0.4) ? await nextToBeMailed(world) : undefined) ?? random.pick([...books.readers])
  switch (
    random.weighted({
      unsubscribe: 6,
      change: 8,
      subscribe: 5,
      confirm: 8,
      article: 8,
      newsroom: 8,
      correct: 4,
      run: 5,
      event: 6,
      move: 5,
      'confirm move': 5,
      'stop move': 1,
      suppress: 3,
      lift: 2,
      weather: 8,
      clock: 4,
      kill: 1,
    })
  ) {
    case 'unsubscribe':
      return leave(world, reader)
    case 'change':
      return change(world, reader)
    case 'subscribe':
      return ask(world, reader)
    case 'confirm':
      return followLink(world, reader)
    case 'article':
      return publish(world)
    case 'newsroom':
      return decide(world)
    case 'correct':
      return correct(world)
    case 'run':
      return control(world)
    case 'event': {
      const events = [...world.undelivered].filter((event) => event.occurredAt <= world.now)
      return events.length === 0 ? undefined : world.takeEvent(random.pick(events))
    }
    case 'move':
      return move(world, reader)
    case 'confirm move':
      return confirmMove(world)
    case 'stop move':
      return stopMove(world, reader)
    case 'suppress':
      return suppressOne(world, reader)
    case 'lift':
      return lift(world)
    case 'weather':
      return turnWeather(world)
    case 'clock':
      return turnClock(world)
    case 'kill':
      return deploy(world)
  }
}

/** A reader whose mail was claimed, and has not begun: the moment in which the most can go wrong. */
async function nextToBeMailed(world: World): Promise<Reader | undefined> {
  if (world.session.isInTransaction) return undefined
  const [row] = await world.session.read<{ id: number }>(
    `select m.subscription_id as id from batches b join messages m on m.batch_id = b.id
     where b.state = 'sending' and b.first_tried_at is null order by m.id limit 1`,
  )
  return world.books.bySubscription.get(row?.id ?? 0)
}

/** By the link in the newest digest they got, if there is one. */
async function leave(world: World, reader: Reader): Promise<void> {
  const { subscriptionId } = reader
  if (subscriptionId === undefined) return
  const mail = world.books.mailsTo(reader, 'digest').at(-1)
  const token = /\/unsubscribe\/([^>]+)>/.exec(mail?.headers['List-Unsubscribe'] ?? '')?.[1]
  await act(
    world,
    `${reader.email} unsubscribes`,
    async (context) => {
      const id = token === undefined ? subscriptionId : await verifyToken(context.keys, 'unsubscribe', token)
      if (id !== subscriptionId) throw new Violation('6 no means no', `the link of ${reader.email} leads to ${id}`)
      await unsubscribe(context, id, 'unsubscribed_one_click', evidence)
    },
    () => reader.unsubscribe(),
  )
}

async function change(world: World, reader: Reader): Promise<void> {
  const { random, plan } = world
  const { subscriptionId } = reader
  if (subscriptionId === undefined) return
  const all = chooseAll(random, plan.zones, plan.hours)
  const change: PreferencesChange & { pauseDays?: number } = {
    ...(random.chance(0.3) ? { frequency: all.frequency, weekday: all.weekday } : {}),
    ...(random.chance(0.4) ? { hour: all.hour } : {}),
    ...(random.chance(0.3) ? { timeZone: all.timeZone } : {}),
    ...(random.chance(0.4) ? { topics: chooseTopics(random) } : {}),
    ...(random.chance(0.15) ? { pauseDays: random.pick([0, 1, 14]) } : {}),
  }
  await act(
    world,
    `${reader.email} changes ${JSON.stringify(change)}`,
    (context) => changePreferences(context, subscriptionId, change, { ...evidence, source: 'link' }),
    () => reader.change(change as Parameters<Reader['change']>[0], world.databaseNow),
  )
}

async function ask(world: World, known: Reader): Promise<void> {
  const { random, plan, books } = world
  const choices = chooseAll(random, plan.zones, plan.hours)
  const somebody = random.chance(0.5) ? known : new Reader(`${world.newName('new')}@reader.example`, choices)
  const { email } = somebody
  await act(
    world,
    `${email} subscribes`,
    (context) => subscribe(context, { email, ...choices }, evidence),
    async () => {
      const [row] = await world.session.read<{ id: number }>(
        'select s.id from subscriptions s join subscribers r on r.id = s.subscriber_id where r.email_key = $1',
        [email],
      )
      if (!row) throw new Violation('7 consent', `${email} subscribed, and there is no subscription`)
      // Whoever had it may have moved in the meantime, and the address is somebody else's now.
      const reader =
        books.bySubscription.get(row.id) ??
        (somebody.subscriptionId === undefined ? somebody : new Reader(email, choices))
      books.readers.add(reader)
      books.bySubscription.set(row.id, reader)
      reader.subscriptionId = row.id
      reader.request(choices)
    },
  )
}

/** Presses the button behind a link of one of the confirmations they got. */
async function followLink(world: World, reader: Reader): Promise<void> {
  const mails = world.books.mailsOf('confirmation')
  if (mails.length === 0) return
  const mail = world.books.mailsTo(reader, 'confirmation').at(-1) ?? world.random.pick(mails)
  const token = /\/confirm\/([A-Za-z0-9_-]{43})/.exec(mail.text)?.[1]
  if (token === undefined) throw new Violation('7 consent', `the confirmation to ${mail.to} has no link`)
  const owner = world.books.ownerOf(mail.message)
  await act(
    world,
    `${mail.to} confirms`,
    (context) => confirm(context, token, evidence),
    () => owner.confirm(world.databaseNow, world.books.articles),
  )
}

export async function publish(world: World, count = world.random.between(1, 3)): Promise<void> {
  const { random, books } = world
  const now = world.databaseNow
  const incoming = Array.from({ length: count }, (_, position) => {
    const number = ++world.articleCount
    const isOld = random.chance(0.1)
    return {
      position,
      itemKey: `item ${world.seed} ${number}`,
      sharedGuidKey: `item ${world.seed} ${number} shared`,
      url: `https://news.example/${number}`,
      urlKey: `https://news.example/${number}`,
      title: `Story ${number}`,
      summary: `What happened in story ${number}.`,
      imageUrl: null,
      imageAlt: '',
      authors: ['A. Writer'],
      publishedAt: new Date(now - (isOld ? 72 : random.between(1, 20)) * 3_600_000),
      topics: topicSlugs.filter(() => random.chance(0.4)).map((slug) => ({ slug, name: slug })),
      contentHash: String(number),
    }
  })
  await act(
    world,
    `${count} articles are read`,
    (context) =>
      context.db
        .transaction()
        .execute((trx) =>
          storeArticles(trx, context.clock, { id: 1, newsletterId: 1, lastSucceededAt: null }, incoming),
        ),
    () =>
      books.noteArticles(
        new Map(incoming.map(({ url, publishedAt }) => [url, publishedAt.getTime() > now - 48 * 3_600_000])),
      ),
  )
}

async function control(world: World): Promise<void> {
  const ids = [...world.books.runs.keys()]
  if (ids.length === 0) return
  const id = world.random.pick(ids)
  const [name, decide] = world.random.pick([
    ['pause', pauseRun],
    ['pause', pauseRun],
    ['resume', resumeRun],
    ['resume', resumeRun],
    ['cancel', cancelRun],
    ['send-rest', sendRest],
    ['send-rest', sendRest],
  ] as const)
  await act(
    world,
    `an operator says ${name} ${id}`,
    (context) => decide(context, id),
    () => {
      if (name === 'cancel') world.books.canceledRuns.add(id)
    },
  )
}

/** What is held is let go. */
export async function resumeAll(world: World): Promise<void> {
  const rows = await world.session.read<{ id: number }>('select id from digest_runs where paused_at is not null')
  for (const { id } of rows) await act(world, `an operator says resume ${id}`, (context) => resumeRun(context, id))
}

async function turnWeather(world: World): Promise<void> {
  world.weather = world.random.weighted({ fine: 4, flaky: 8, storm: 1, outage: 1, quota: 1, unauthorized: 1 })
  world.history.note('provider', `the weather is ${world.weather}`)
  if (['outage', 'quota', 'storm', 'unauthorized'].includes(world.weather)) {
    const hours = world.random.pick([0.01, 0.1, 1])
    const bad = world.weather
    world.later(hours * 3_600_000, async () => {
      if (world.weather === bad) world.weather = 'fine'
    })
  }
}

async function turnClock(world: World): Promise<void> {
  const { random } = world
  const actor = world.scheduler.actors[random.between(0, world.scheduler.actors.length - 1)]
  if (actor && random.chance(0.4)) {
    const skew = random.pick([-120_000, -30_000, 0, 30_000, 120_000])
    world.setClock(actor, skew)
    world.history.note(actor.name, `its clock is set to ${skew / 1000} s`)
  } else if (!world.session.isInTransaction) {
    world.databaseOffsetMs = random.pick([-40_000, -2_000, 0, 500, 40_000])
    world.history.note('database', `its clock is set to ${world.databaseOffsetMs} ms`)
  }
}

/** The processes that start from now on are of another version. */
async function deploy(world: World): Promise<void> {
  world.deployment += 1
  const workers = world.scheduler.actors.filter((actor) => actor.name.startsWith('worker'))
  const worker = workers[0]
  if (worker) await world.scheduler.kill(worker, 'for a deployment')
}
