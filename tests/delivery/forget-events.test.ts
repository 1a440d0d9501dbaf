import { expect, it } from 'vitest'
import { forgetEvents } from '../../src/delivery/forget-events.ts'
import { receiveWebhook } from '../../src/delivery/webhooks.ts'
import { at, monday, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { webhookEvent } from '../support/webhooks.ts'

const database = testDatabase()
const day = (number: number) => new Date(monday.getTime() + number * 86_400_000)

it('forgets events after 30 days, slice by slice, and keeps the others', async () => {
  const context = testContext(database.db)
  for (const index of Array(7).keys()) {
    if (index === 5) context.clock.set(day(1))
    await receiveWebhook(context, `msg_${index}`, webhookEvent({ type: 'delivered' }))
  }
  context.clock.set(day(30))
  expect(await forgetEvents(context, at(monday))).toEqual({ forgotten: 0 })
  context.clock.set(day(30.5))
  expect(await forgetEvents(context, { ...at(monday), sliceSize: 2 })).toEqual({ forgotten: 5 })
  const left = await database.db.selectFrom('webhook_events').select('svix_id').orderBy('svix_id').execute()
  expect(left.map((event) => event.svix_id)).toEqual(['msg_5', 'msg_6'])
})
