// What kind of world a seed makes: when it begins, who lives in it, and how much goes wrong.
import type { Frequency } from '../../src/platform/database/schema.ts'
import { nextSlot } from './local-time.ts'
import type { Random } from './random.ts'
import { type Choices, Reader } from './reader.ts'

/** Plain days, days around clock changes in both directions, the end of a year, a leap day; and where that matters most. */
const starts = [
  { at: '2026-11-23T03:00:00Z', zone: 'UTC', hours: [7] },
  { at: '2026-03-28T18:00:00Z', zone: 'Europe/Berlin', hours: [2, 3] },
  { at: '2026-10-24T18:00:00Z', zone: 'Europe/Berlin', hours: [2, 3] },
  { at: '2026-03-07T20:00:00Z', zone: 'America/New_York', hours: [2, 3] },
  { at: '2026-10-31T20:00:00Z', zone: 'America/New_York', hours: [1, 2] },
  { at: '2026-04-04T06:00:00Z', zone: 'Australia/Lord_Howe', hours: [1, 2] },
  { at: '2026-10-03T06:00:00Z', zone: 'Australia/Lord_Howe', hours: [2] },
  { at: '2026-04-04T12:00:00Z', zone: 'America/Santiago', hours: [23] },
  { at: '2026-09-05T12:00:00Z', zone: 'America/Santiago', hours: [0, 23] },
  { at: '2026-12-31T05:00:00Z', zone: 'Pacific/Kiritimati', hours: [0] },
  { at: '2028-02-28T12:00:00Z', zone: 'Pacific/Chatham', hours: [12] },
] as const

const zones: readonly string[] = [
  'Europe/Berlin',
  'America/New_York',
  'UTC',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
]

export const topicSlugs = ['city', 'sport', 'culture'] as const

export type WorldPlan = {
  readonly start: number
  readonly days: number
  readonly workers: number
  readonly batchSize: number
  readonly sliceSize: number
  readonly zones: readonly string[]
  readonly hours: readonly number[]
  readonly readers: readonly Reader[]
  /** There is an article whose digests cannot be rendered. */
  readonly hasPoisonArticle: boolean
  /** How likely each of these is, at each operation of a worker. */
  readonly deaths: number
  readonly stalls: number
  readonly lostConnections: number
  /** How likely somebody acts, at each operation of a worker. */
  readonly acts: number
  /** The provider is away for longer than it keeps its keys. */
  readonly hasLongOutage: boolean
  /** All workers are down for most of a day. */
  readonly hasBlackout: boolean
  /** Workers stall for a little longer than their lease, around calls: several have hold of the same batch. */
  readonly isDrowsy: boolean
}

export function planWorld(random: Random): WorldPlan {
  const chosen = random.pick(starts)
  const start = Date.parse(chosen.at)
  const myZones = [random.chance(0.5) ? chosen.zone : random.pick(zones)]
  if (random.chance(0.5)) myZones.push(random.pick(zones))
  const myHours = [random.chance(0.5) ? random.pick<number>(chosen.hours) : random.pick([0, 1, 2, 3, 7, 7, 12, 18, 23])]
  if (random.chance(0.5)) myHours.push(random.pick([0, 1, 2, 3, 7, 7, 12, 18, 23]))
  const readerCount = random.between(3, random.chance(0.2) ? 30 : 12)
  const readers = Array.from({ length: readerCount }, (_, index) => {
    const isPoison = random.chance(0.04)
    const reader = new Reader(
      isPoison ? `poison${index}@nowhere` : `reader${index}@reader.example`,
      chooseAll(random, myZones, myHours),
    )
    if (random.chance(0.85)) {
      reader.state = 'active'
      reader.nextDigestAt = nextSlot(start, null, reader.choices)
    }
    return reader
  })
  const wild = random.pick([0, 0.3, 1, 1, 2])
  return {
    start,
    days: random.pick([1, 1, 2, 2, 3]),
    workers: random.between(1, 3),
    batchSize: random.pick([1, 2, 3, 5, 10, 100]),
    sliceSize: random.pick([1, 3, 10, 10_000]),
    zones: myZones,
    hours: myHours,
    readers,
    hasPoisonArticle: random.chance(0.1),
    deaths: 0.006 * wild,
    stalls: 0.006 * random.pick([0, 1, 2, 6]),
    lostConnections: 0.004 * random.pick([0, 0, 1, 2]),
    acts: random.pick([0.01, 0.03, 0.06]),
    hasLongOutage: random.chance(0.12),
    hasBlackout: random.chance(0.08),
    isDrowsy: random.chance(0.15),
  }
}

export function chooseAll(random: Random, zones: readonly string[], hours: readonly number[]): Choices {
  return {
    frequency: random.weighted<Frequency>({ daily: 7, weekdays: 2, weekly: 1 }),
    weekday: random.between(1, 7),
    hour: random.pick(hours),
    timeZone: random.pick(zones),
    topics: chooseTopics(random),
  }
}

/** None is every topic. */
export function chooseTopics(random: Random): string[] {
  return random.chance(0.5) ? [] : topicSlugs.filter(() => random.chance(0.4)).slice(0, 2)
}
