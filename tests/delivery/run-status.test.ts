import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dueCount, isFinished, type RunFacts, runStatus } from '../../src/delivery/run-status.ts'

const nobody = { pending: 0, sending: 0, submitted: 0, canceled: 0, failed: 0, unknown: 0 }
const at = new Date('2026-11-23T06:00:00Z')
const facts = (given: Partial<RunFacts['messages']>, rest: Partial<RunFacts> = {}): RunFacts => ({
  pausedAt: null,
  canceledAt: null,
  unplanned: 0,
  ...rest,
  messages: { ...nobody, ...given },
})

describe('the status of a run', () => {
  it.each([
    ['planning', facts({ pending: 5, submitted: 3 }, { unplanned: 1 })],
    ['planning', facts({}, { unplanned: 1 })],
    ['sending', facts({ pending: 1, submitted: 9, failed: 1 })],
    ['sending', facts({ sending: 1 })],
    ['paused', facts({ pending: 1 }, { pausedAt: at })],
    ['paused', facts({ pending: 1 }, { pausedAt: at, unplanned: 4 })],
    ['done', facts({ submitted: 4 }, { pausedAt: at })],
    ['canceled', facts({ canceled: 1, sending: 2 }, { canceledAt: at })],
    ['canceled', facts({ canceled: 1, failed: 2 }, { canceledAt: at })],
    ['done', facts({})],
    ['done', facts({ submitted: 4, canceled: 1 })],
    ['done_with_gaps', facts({ submitted: 4, failed: 1 })],
    ['done_with_gaps', facts({ submitted: 4, unknown: 1 })],
  ])('is %s', (status, given) => {
    expect(runStatus(given)).toBe(status)
  })

  const count = fc.nat({ max: 3 })
  const anyFacts: fc.Arbitrary<RunFacts> = fc.record({
    pausedAt: fc.option(fc.constant(at)),
    canceledAt: fc.option(fc.constant(at)),
    unplanned: count,
    messages: fc.record({
      pending: count,
      sending: count,
      submitted: count,
      canceled: count,
      failed: count,
      unknown: count,
    }),
  })

  it('is done exactly when nobody waits and nobody called it off, and hides no gap', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const status = runStatus(given)
        const waiting = given.unplanned + given.messages.pending + given.messages.sending
        expect(isFinished(given)).toBe(waiting === 0)
        expect(status.startsWith('done')).toBe(waiting === 0 && given.canceledAt === null)
        if (status === 'done') expect(given.messages.failed + given.messages.unknown).toBe(0)
        if (status === 'sending') expect(given.unplanned).toBe(0)
        if (status === 'canceled') expect(given.canceledAt).not.toBeNull()
      }),
    )
  })

  it('depends on how many were submitted in no way', () => {
    fc.assert(
      fc.property(anyFacts, count, (given, submitted) => {
        expect(runStatus({ ...given, messages: { ...given.messages, submitted } })).toBe(runStatus(given))
      }),
    )
  })

  it('counts everyone who is due once', () => {
    fc.assert(
      fc.property(anyFacts, count, count, count, ({ messages }, nothing_new, suppressed, missed) => {
        const { pending, sending, submitted, canceled, failed, unknown } = messages
        expect(dueCount(messages, { nothing_new, suppressed, missed })).toBe(
          pending + sending + submitted + canceled + failed + unknown + nothing_new + suppressed + missed,
        )
      }),
    )
  })
})
