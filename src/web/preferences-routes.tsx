/** @jsxImportSource hono/jsx */
import { Hono } from 'hono'
import type { Context } from '../platform/context.ts'
import { PublicError } from '../platform/errors.ts'
import { addDays, localDay } from '../subscriptions/in-words.ts'
import { joinNewsletter } from '../subscriptions/join.ts'
import { messagesFor } from '../subscriptions/languages.ts'
import { allTopics } from '../subscriptions/newsletters.ts'
import { getPreferenceCenter, type Preferences } from '../subscriptions/preference-center.ts'
import { changePreferences, type PreferencesChange } from '../subscriptions/preferences.ts'
import { getReader } from '../subscriptions/reader.ts'
import { answerBadLink, idOf } from './bad-link.tsx'
import { evidenceOf } from './evidence.ts'
import { type Shown, topicsShown } from './preferences-form.ts'
import { preferencesPage } from './preferences-page.ts'
import { check, joinSchema, preferencesSchema, readBody, speaksJson } from './read-input.ts'
import type { WebOptions } from './web-options.ts'

/** What comes, when, and about what: to look with GET, to change with POST. */
export function preferencesRoutes(context: Context, options: WebOptions): Hono {
  const app = new Hono()
  app.onError(answerBadLink(context))

  app.get('/preferences/:token', async (c) => {
    const token = c.req.param('token')
    const center = await getPreferenceCenter(context, idOf(context, 'preferences', token))
    const query = c.req.query()
    return preferencesPage(c, context, token, center, {
      ...withSuggestion(center.own, query, context.clock.now()),
      allZones: query.zones === 'all',
    })
  })

  app.post('/preferences/:token', async (c) => {
    const token = c.req.param('token')
    const center = await getPreferenceCenter(context, idOf(context, 'preferences', token))
    const { subscriptionId } = center.own
    const body = await readBody(c)
    try {
      const change = await keepUnshown(context, center.own, body.without, check(preferencesSchema, body))
      await changePreferences(context, subscriptionId, change, evidenceOf(c, options, 'link'))
    } catch (error) {
      if (speaksJson(c) || !(error instanceof PublicError) || error.code !== 'invalid_input') throw error
      return preferencesPage(c, context, token, center, { shown: withTyped(center.own, body), errors: error.fields })
    }
    if (speaksJson(c)) return c.json({ message: 'Saved.' })
    const changed = await getPreferenceCenter(context, subscriptionId)
    const { saved } = messagesFor(changed.own.language).preferences
    return preferencesPage(c, context, token, changed, { note: saved })
  })

  // What the browser shows after a form, and somebody opens again.
  app.get('/preferences/:token/join', (c) =>
    c.redirect(`/preferences/${encodeURIComponent(c.req.param('token'))}${new URL(c.req.url).search}`),
  )
  app.post('/preferences/:token/join', async (c) => {
    const token = c.req.param('token')
    const subscriptionId = idOf(context, 'preferences', token)
    await getReader(context.db, subscriptionId) // who was erased is not found, whatever is asked of them
    const { newsletter } = check(joinSchema, await readBody(c))
    await joinNewsletter(context, subscriptionId, newsletter, evidenceOf(c, options, 'link'))
    if (speaksJson(c)) return c.json({ message: 'Subscribed.' })
    const center = await getPreferenceCenter(context, subscriptionId)
    return preferencesPage(c, context, token, center, {
      note: messagesFor(center.own.language).preferences.joined,
    })
  })

  return app
}

const suggestionSchema = preferencesSchema.pick({ frequency: true, weekday: true, pauseDays: true, pauseUntil: true })
const suggestionNames = [...suggestionSchema.keyof().options, 'without']

const isSlug = (value: unknown): value is string => typeof value === 'string' && value.length <= 100

/** Who gets every topic and takes some away with a one-tap link keeps also those that have no box in the form. */
async function keepUnshown(
  context: Context,
  own: Preferences,
  without: unknown,
  change: PreferencesChange,
): Promise<PreferencesChange> {
  if (!isSlug(without) || own.topics.length > 0 || !change.topics || change.topics.length === 0) return change
  const all = await allTopics(context.db, own.newsletterId)
  if (!all) return change
  const taken = (await topicsShown(context, { ...own, without }))
    .map(({ slug }) => slug)
    .filter((slug) => !change.topics?.includes(slug))
  return { ...change, topics: all.filter((slug) => !taken.includes(slug)) }
}

/** A one-tap link of the digest opens the page with its change filled in; only the button makes it. */
function withSuggestion(
  preferences: Preferences,
  query: Record<string, string>,
  now: Date,
): { readonly shown: Shown; readonly suggested: boolean } {
  if (Object.keys(query).length === 0) return { shown: preferences, suggested: false }
  const parsed = suggestionSchema.safeParse(query)
  const { frequency, weekday, pauseDays, pauseUntil } = parsed.success ? parsed.data : {}
  const shown = {
    ...preferences,
    ...(frequency === undefined ? {} : { frequency }),
    ...(weekday === undefined ? {} : { weekday }),
    ...(pauseUntil === undefined ? {} : { pauseUntil: pauseUntil ?? '' }),
    ...(pauseDays === undefined
      ? {}
      : { pauseUntil: pauseDays === 0 ? '' : addDays(localDay(now, preferences.timeZone), pauseDays) }),
    ...(isSlug(query.without) ? { without: query.without } : {}),
  }
  return { shown, suggested: parsed.success && suggestionNames.some((name) => query[name] !== undefined) }
}

/** What was typed, to be shown again, as far as it can be. */
function withTyped(preferences: Preferences, body: Record<string, unknown>): Shown {
  const { shape } = preferencesSchema
  const typed = <T,>(schema: { safeParse(value: unknown): { success: boolean; data?: T } }, name: string) =>
    schema.safeParse(body[name]).data
  const topics = [body.topics ?? []].flat().filter((topic) => typeof topic === 'string')
  return {
    ...preferences,
    frequency: typed(shape.frequency, 'frequency') ?? preferences.frequency,
    weekday: typed(shape.weekday, 'weekday') ?? preferences.weekday,
    hour: typed(shape.hour, 'hour') ?? preferences.hour,
    timeZone: typed(shape.timeZone, 'timeZone') ?? preferences.timeZone,
    storedTimeZone: preferences.timeZone,
    language: typed(shape.language, 'language') ?? preferences.language,
    ...(body.topicsShown === undefined ? {} : { ticked: topics }),
    ...(isSlug(body.without) ? { without: body.without } : {}),
    ...(typeof body.pauseUntil === 'string' ? { pauseUntil: body.pauseUntil.slice(0, 40) } : {}),
  }
}
