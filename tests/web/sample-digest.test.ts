// The front page before the first digest was sent.
import { expect, it } from 'vitest'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { publishDigests } from '../../src/digests/publish-digests.ts'
import { messagesFor } from '../../src/subscriptions/languages.ts'
import { at } from '../support/context.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { hours, readerSite } from '../support/reader-site.ts'

const site = readerSite()
const { sample, newest } = messagesFor('en').site.front
const minutesOn = (minutes: number) => site.context.clock.set(hours(minutes / 60))

it('shows what one would tell, and the newest once there is one', async () => {
  site.context.clock.set(hours(0))
  const empty = await site.text('/')
  expect(empty).not.toContain(sample)
  expect(empty).not.toContain(newest)

  await anArticle(site.db, { title: 'Of this week', summary: 'A <b>river</b> moves.', firstSeenAt: hours(-100) })
  await anArticle(site.db, { title: 'Of a month ago', firstSeenAt: hours(-720) })
  await anArticle(site.db, { title: 'Hidden by the newsroom', firstSeenAt: hours(-3), hidden_at: hours(-1) })
  await anArticle(site.db, { title: 'Not before tomorrow', firstSeenAt: hours(-3), available_from: hours(24) })
  await anArticle(site.db, { title: 'Of this morning', firstSeenAt: hours(-1) })
  minutesOn(2)
  const before = await site.everything()
  const shown = await site.text('/')
  expect(shown).toContain(sample)
  expect(shown).toContain('Of this week')
  expect(shown).toContain('Of this morning')
  expect(shown).not.toMatch(
    /<b>river|Of a month ago|Hidden by the newsroom|Not before tomorrow|news\.example\/\d+\.jpg/,
  )
  expect(shown).not.toContain(newest)
  expect(await site.everything()).toEqual(before)

  await aReader(site.db)
  await planDigests(site.context, at(hours(0)))
  await site.send()
  await publishDigests(site.context, { signal: new AbortController().signal })
  const after = await site.text('/')
  expect(after).toContain(newest)
  expect(after).not.toContain(sample)
})

it('asks the database once a minute', async () => {
  site.context.clock.set(hours(0))
  await anArticle(site.db, { title: 'Of this morning', firstSeenAt: hours(-1) })
  minutesOn(2)
  expect(await site.text('/')).toContain('Of this morning')
  await site.db.updateTable('articles').set({ title: 'Corrected' }).execute()
  minutesOn(2.9)
  expect(await site.text('/')).toContain('Of this morning')
  minutesOn(3.1)
  expect(await site.text('/')).toContain('Corrected')
})
