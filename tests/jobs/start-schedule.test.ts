import { expect, it } from 'vitest'
import type { Job } from '../../jobs/schedule.ts'
import { startSchedule } from '../../jobs/start-schedule.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { createLog } from '../../src/platform/log.ts'
import { testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()
/** Never while a test runs. */
const cron = '0 0 29 2 1'

function aJob(name: string, followedBy?: Job) {
  let calls = 0
  const ends: (() => void)[] = []
  const job: Job = {
    name,
    cron,
    run: () => {
      calls += 1
      return new Promise<object>((resolve) => ends.push(() => resolve({})))
    },
    ...(followedBy && { followedBy }),
  }
  return { job, calls: () => calls, end: () => ends.shift()?.() }
}

it('runs what is owed at once, and what follows from a job after it, whatever was under way', async () => {
  const context = testContext(database.db, { clock: systemClock as never })
  const sending = aJob('send')
  const planning = aJob('plan', sending.job)
  const stop = startSchedule(context, new AbortController().signal, [planning.job, sending.job])
  expect([planning.calls(), sending.calls()]).toEqual([1, 1])

  planning.end()
  sending.end()
  await expect.poll(sending.calls).toBe(2)
  expect(planning.calls()).toBe(1)
  sending.end()
  await stop()
})

it('leaves out the ticks of a job that is still under way, and tells when it is so for long', async () => {
  const lines: string[] = []
  let minutes = 0
  const clock = { ...systemClock, elapsedMs: () => minutes * 60_000 } as never
  const context = { ...testContext(database.db, { clock }), log: createLog((line) => lines.push(line)) }
  const stuck = aJob('stuck')
  const stop = startSchedule(context, new AbortController().signal, [{ ...stuck.job, cron: '* * * * * *' }])
  minutes = 20
  await expect.poll(() => lines.length, { timeout: 5_000 }).toBeGreaterThan(0)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'job_under_way', job: 'stuck', minutes: 20 })
  expect(stuck.calls()).toBe(1)
  stuck.end()
  await stop()
})

it('waits for what is under way when it is stopped, and begins nothing after it', async () => {
  const context = testContext(database.db, { clock: systemClock as never })
  const stopping = new AbortController()
  const sending = aJob('send')
  const planning = aJob('plan', sending.job)
  const stop = startSchedule(context, stopping.signal, [planning.job])
  stopping.abort()
  let isStopped = false
  const stopped = stop().then(() => {
    isStopped = true
  })
  await new Promise(setImmediate)
  expect(isStopped).toBe(false)
  planning.end()
  await stopped
  expect(sending.calls()).toBe(0)
})
