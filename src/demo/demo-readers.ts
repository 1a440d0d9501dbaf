import { parseAddress } from '../subscriptions/address.ts'
import type { ConfirmedReader } from '../subscriptions/import-subscribers.ts'
import type { Topic } from '../subscriptions/newsletters.ts'

const zones = [
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Asia/Tokyo',
  'Australia/Sydney',
] as const
const names = [
  'ada',
  'bela',
  'chidi',
  'dalia',
  'emil',
  'fatou',
  'goran',
  'hana',
  'ines',
  'jonas',
  'kiri',
  'luz',
  'mei',
  'noor',
  'omar',
] as const

const pick = <T>(list: readonly T[], index: number): T => {
  const chosen = list[index % list.length]
  if (chosen === undefined) throw new RangeError('nothing to pick from')
  return chosen
}

/**
 * Invented readers in eight time zones, who confirmed two days ago, with mixed preferences. Most chose the hour that comes
 * next where they live, so that they are due at `slotEnd`; one in twelve chose another, and is not.
 */
export function demoReaders(count: number, offered: readonly Topic[], slotEnd: Date): ConfirmedReader[] {
  const confirmedAt = new Date(slotEnd.getTime() - 2 * 24 * 3_600_000)
  const [quietTopic] = offered.filter((topic) => topic.slug === quietTopicSlug)
  const topics = offered.filter((topic) => topic !== quietTopic).map((topic) => topic.slug)
  return Array.from({ length: count }, (_, index) => {
    const timeZone = pick(zones, index)
    const local = localTime(slotEnd, timeZone)
    const address = parseAddress(`${pick(names, index)}.${index + 1}@reader.example`)
    return {
      email: address.email,
      emailKey: address.key,
      frequency: index % 10 === 3 ? 'weekly' : index % 5 === 1 ? 'weekdays' : 'daily',
      weekday: index % 20 === 3 ? (local.weekday % 7) + 1 : local.weekday,
      hour: index % 12 === 7 ? (local.hour + 5) % 24 : local.hour,
      timeZone,
      topics: quietTopic && index % 40 === 9 ? [quietTopic.slug] : chosenTopics(topics, index),
      confirmedAt,
      source: null,
    }
  })
}

/** A topic that nothing is written about, so that the demo shows what happens then: nothing is sent. */
export const quietTopicSlug = 'chess'

/** Every topic for a third of the readers, one to three topics for the others. */
function chosenTopics(topics: readonly string[], index: number): string[] {
  if (index % 3 === 0 || topics.length < 2) return []
  const number = 1 + (index % 3)
  return [...new Set(Array.from({ length: number }, (_, n) => pick(topics, index + n * 2)))].sort()
}

/** The full hour that a zone's clocks show at, or last showed before, an instant. */
function localTime(instant: Date, timeZone: string): { hour: number; weekday: number } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    weekday: 'short',
    hourCycle: 'h23',
    timeZone,
  }).formatToParts(instant)
  const value = (type: string) => parts.find((part) => part.type === type)?.value ?? ''
  return {
    hour: Number(value('hour')),
    weekday: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(value('weekday')) + 1,
  }
}
