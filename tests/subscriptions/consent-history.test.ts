// Whatever readers do, and in whatever order: the history of consent only grows, and tells how each subscription stands.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { deriveToken } from '../../src/platform/signed-token.ts'
import { hours, readerSite } from '../support/reader-site.ts'

const site = readerSite()

const actions = [
  'subscribe',
  'confirm',
  'change',
  'pause',
  'join',
  'click',
  'leave',
  'undo',
  'link',
  'ask address',
  'confirm address',
  'stop address',
  'erase',
] as const
type Action = (typeof actions)[number]

/** A life in which each of them has an effect. */
const everyAction = (
  [
    ['confirm', 1],
    ['change', 0],
    ['pause', 0],
    ['join', 1],
    ['ask address', 1],
    ['stop address', 0],
    ['click', 1],
    ['subscribe', 24 * 11],
    ['confirm', 1],
    ['leave', 1],
    ['undo', 23],
    ['ask address', 24],
    ['confirm address', 1],
    ['erase', 1],
  ] as const
).map(([action, later]) => ({ action: action as Action, later }))

type Standing = 'pending' | 'active' | 'ended' | undefined
type Event = Awaited<ReturnType<typeof site.consent>>[number]

/** How a subscription stands after its events, by nothing but them. */
function standing(events: readonly Event[]): Standing {
  let state: Standing
  for (const { kind } of events) {
    if (kind === 'requested' && state !== 'active') state = 'pending'
    if (kind === 'confirmed' || kind === 'unsubscribe_undone') state = 'active'
    if (kind === 'unsubscribed_page' || kind === 'unsubscribed_one_click' || kind === 'erased') state = 'ended'
  }
  return state
}

const withoutTraces = (event: Event) => ({ ...event, ip: null, user_agent: null, details: {} })

it('is append-only and complete', async () => {
  await site.db.insertInto('newsletters').values({ slug: 'evening', name: 'The Evening' }).execute()
  const step = fc.record({ action: fc.constantFrom<Action>(...actions), later: fc.constantFrom(0, 1, 23, 24 * 11) })
  let run = 0
  let clock = 0
  const done = new Map<Action, number>()

  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14, size: 'max' }), async (steps) => {
      run += 1
      const email = `reader${run}@reader.example`
      let subscriberId = 0
      let undo = '/undo/none'
      const tokenOf = async (table: 'confirmations' | 'address_changes') => {
        const asked = await site.db
          .selectFrom(table)
          .select(['nonce', 'key_id'])
          .where('subscriber_id', '=', subscriberId)
          .orderBy('id', 'desc')
          .executeTakeFirst()
        return asked ? deriveToken(site.context.keys, asked.key_id, new Uint8Array(asked.nonce)) : 'none'
      }
      const mine = async () => {
        const rows = await site.subscriptions()
        subscriberId = rows.find((row) => row.subscriber_id > before)?.subscriber_id ?? 0
        return rows.filter((row) => row.subscriber_id === subscriberId)
      }
      const { max: before } = await site.db
        .selectFrom('subscribers')
        .select((eb) => eb.fn.coalesce(eb.fn.max('id'), eb.lit(0)).as('max'))
        .executeTakeFirstOrThrow()
      const perform: Record<Action, (preferences: string, unsubscribe: string) => Promise<unknown>> = {
        subscribe: () => site.post('/subscribe', { email }),
        confirm: async () => site.post(`/confirm/${await tokenOf('confirmations')}`),
        change: (preferences) => site.post(preferences, { hour: '9' }),
        pause: (preferences) => site.post(preferences, { pauseDays: '14' }),
        join: (preferences) => site.post(`${preferences}/join`, { newsletter: 'evening' }),
        click: (_, unsubscribe) => site.post(unsubscribe, { 'List-Unsubscribe': 'One-Click' }),
        leave: async (_, unsubscribe) => {
          const page = await (await site.post(unsubscribe, { from: 'page' })).text()
          if (page.includes('/undo/')) undo = await site.link('undo', page)
        },
        undo: () => site.post(undo),
        link: () => site.post('/my-link', { email }),
        'ask address': (preferences) => site.post(`${preferences}/address`, { email: `new${run}@reader.example` }),
        'confirm address': async () => site.post(`/address/${await tokenOf('address_changes')}`),
        'stop address': (preferences) => site.post(`${preferences}/address/stop`),
        erase: (preferences) => site.post(`${preferences}/erase`),
      }

      await site.post('/subscribe', { email })
      await mine()
      let history = (await site.consent()).filter((event) => event.subscriber_id === subscriberId)
      let address = email
      for (const { action, later } of steps) {
        clock += later
        site.context.clock.set(hours(clock))
        const [first] = await mine()
        const id = first?.id ?? 0
        await perform[action](
          `/preferences/${site.token('preferences', id)}`,
          `/unsubscribe/${site.token('unsubscribe', id)}`,
        )
        const subscriptions = await mine()
        const reader = await site.db
          .selectFrom('subscribers')
          .selectAll()
          .where('id', '=', subscriberId)
          .executeTakeFirstOrThrow()
        const events = (await site.consent()).filter((event) => event.subscriber_id === subscriberId)
        if (events.length > history.length) done.set(action, (done.get(action) ?? 0) + 1)
        // Nothing that was there has changed, but that erasing takes what names the reader.
        const isErased = reader.erased_at !== null
        expect(events.slice(0, history.length)).toEqual(isErased ? history.map(withoutTraces) : history)
        if (isErased) expect(events).toEqual(events.map(withoutTraces))
        // Each subscription stands as its events say.
        for (const subscription of subscriptions) {
          if (isErased) expect(subscription).toMatchObject({ state: 'ended', ended_reason: 'erased' })
          else {
            const own = events.filter((event) => event.subscription_id === subscription.id)
            expect(subscription.state, own.map(({ kind }) => kind).join()).toBe(standing(own))
          }
        }
        const added = events.slice(history.length).map(({ kind }) => kind)
        const changed = (now: unknown, was: unknown) => JSON.stringify(now) !== JSON.stringify(was)
        const after = subscriptions.find((row) => row.id === id)
        if (!isErased && first?.state === 'active' && after?.state === 'active') {
          const chosen = (row: typeof first) => [row.hour, row.paused_until, row.frequency, row.time_zone]
          if (changed(chosen(after), chosen(first))) expect(added).toContain('preferences_changed')
        }
        if (!isErased && reader.email !== address) expect(added).toContain('address_changed')
        if (isErased) expect(events.at(-1)?.kind).toBe('erased')
        history = events
        address = reader.email
        if (isErased) break // with the address comes somebody new
      }
    }),
    { numRuns: 20, examples: [[everyAction]] },
  )
  // Else the actions would not have met what they are for.
  for (const action of actions) if (action !== 'link') expect(done.get(action) ?? 0, action).toBeGreaterThan(0)
}, 240_000)
