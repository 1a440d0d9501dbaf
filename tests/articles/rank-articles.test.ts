import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Candidate, rankArticles, storiesPerTopic } from '../../src/articles/rank-articles.ts'

const hour = 3_600_000
const story = (id: number, more: Partial<Candidate> = {}): Candidate => ({
  id,
  newsAt: 0,
  place: null,
  hasPicture: false,
  topic: null,
  feed: 1,
  pinnedAt: null,
  ...more,
})
/** As long as a part of a window: in it, nothing depends on the time of day. */
const short = { start: 0, end: 6 * hour }
const ids = (candidates: readonly Candidate[], span = short) => rankArticles(candidates, span, 12).map(({ id }) => id)

describe('the order of a digest', () => {
  it('goes by how new stories are, of two at the same time the one stored last', () => {
    expect(ids([story(1, { newsAt: hour }), story(2), story(3, { newsAt: 2 * hour }), story(4)])).toEqual([3, 1, 4, 2])
  })

  it('follows the publisher’s own order among stories of about the same time, and no further', () => {
    const first = story(1, { place: 0 })
    expect(ids([story(2, { newsAt: hour, place: 1 }), first])).toEqual([2, 1])
    expect(ids([story(2, { newsAt: hour, place: 3 }), first])).toEqual([1, 2])
    expect(ids([story(2, { newsAt: 5 * hour, place: 40 }), first])).toEqual([1, 2])
    expect(ids([story(2, { newsAt: 7 * hour }), first])).toEqual([2, 1])
  })

  it('prefers a picture to less than an hour', () => {
    const pictured = story(1, { hasPicture: true })
    expect(ids([pictured, story(2, { newsAt: 0.9 * hour })])).toEqual([1, 2])
    expect(ids([pictured, story(2, { newsAt: 1.1 * hour })])).toEqual([2, 1])
  })

  it('puts what a publisher pinned before everything, the newest pin first', () => {
    const pinned = [story(1, { pinnedAt: 5 }), story(2, { pinnedAt: 9 })]
    expect(ids([story(3, { newsAt: 99 * hour, place: 0, hasPicture: true }), ...pinned])).toEqual([2, 1, 3])
  })

  it('leaves room for other topics, and no room empty', () => {
    const sport = Array.from({ length: 20 }, (_, index) => story(100 + index, { newsAt: hour, topic: 1 }))
    const culture = [1, 2, 3].map((id) => story(id, { topic: 2 }))
    expect(ids([...sport, ...culture])).toEqual([119, 118, 117, 116, 115, 114, 113, 112, 111, 3, 2, 1])
    const many = [...culture, story(4), story(5, { topic: 3 }), story(6, { topic: 3 }), story(7, { feed: 2 })]
    expect(ids([...sport, ...many])).toEqual([119, 118, 117, 116, 115, 7, 6, 5, 4, 3, 2, 1])
    const pinned = sport.map((one) => ({ ...one, pinnedAt: one.id }))
    expect(ids([...pinned, ...culture])).toEqual(
      sport
        .slice(-12)
        .map(({ id }) => id)
        .toReversed(),
    )
  })

  it('counts what has no topic by its feed, so that a noisy one takes no more than a topic', () => {
    const noisy = Array.from({ length: 30 }, (_, index) => story(100 + index, { newsAt: hour, feed: 2 }))
    const topical = [1, 2, 3, 4, 5].map((id) => story(id, { topic: 1 }))
    const other = [6, 7].map((id) => story(id, { feed: 3 }))
    expect(ids([...noisy, ...topical, ...other])).toEqual([129, 128, 127, 126, 125, 7, 6, 5, 4, 3, 2, 1])
  })

  it('has a lead of Monday that led its feed in a week of sixty a day, and stories of every day', () => {
    const week = Array.from({ length: 7 * 60 }, (_, index) =>
      story(index, {
        newsAt: ((index + 1) * 24 * hour) / 60,
        topic: index % 4,
        place: 1 + (index % 12),
        hasPicture: index % 2 === 0,
      }),
    )
    week[20] = story(20, { newsAt: 8 * hour, topic: 0, place: 0 })
    const told = rankArticles(week, { start: 0, end: 7 * 24 * hour }, 12)
    expect(told.map(({ id }) => id)).toContain(20)
    expect(new Set(told.map(({ newsAt }) => Math.ceil(newsAt / (24 * hour)))).size).toBe(7)
    expect(told[0]?.newsAt).toBeGreaterThan(5 * 24 * hour)
  })

  it('has stories of each part of its window, if of so many topics, and counts places and pictures by its length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 21 }), fc.integer({ min: 20, max: 400 }), fc.nat(), (days, count, seed) => {
        const span = { start: 0, end: days * 24 * hour }
        const stories = Array.from({ length: count }, (_, index) =>
          story(index + 1, {
            newsAt: Math.floor(((index + 1) * span.end) / count),
            topic: index,
            place: (index * seed) % 50,
          }),
        )
        const parts = Math.min(7, days * 4)
        const told = rankArticles(stories, span, 12).map(({ newsAt }) => Math.ceil((newsAt * parts) / span.end))
        expect(new Set(told).size).toBe(parts)
        expect(told).toHaveLength(12)
      }),
    )
    const week = { start: 0, end: 7 * 24 * hour }
    const at = (hours: number) => 100 * hour + hours * hour
    expect(ids([story(1, { newsAt: at(0), place: 0 }), story(2, { newsAt: at(41) })], week)).toEqual([1, 2])
    expect(ids([story(1, { newsAt: at(0), place: 0 }), story(2, { newsAt: at(43) })], week)).toEqual([2, 1])
    expect(ids([story(1, { newsAt: at(0), hasPicture: true }), story(2, { newsAt: at(6) })], week)).toEqual([1, 2])
  })

  it('is one order, and shows nothing of a topic beyond five that another could have the place of', () => {
    const candidate = fc.record({
      newsAt: fc.integer({ min: 0, max: 40 }).map((number) => number * hour),
      place: fc.option(fc.nat(20)),
      hasPicture: fc.boolean(),
      topic: fc.option(fc.nat(3)),
      feed: fc.nat(1),
      pinnedAt: fc.option(fc.integer({ min: 1, max: 9 }), { freq: 9 }),
    })
    const candidates = fc
      .array(candidate, { maxLength: 60 })
      .map((list) => list.map((one, index) => ({ ...one, id: index + 1 })))
    fc.assert(
      fc.property(candidates, fc.infiniteStream(fc.nat()), fc.integer({ min: 1, max: 12 }), (list, keys, most) => {
        const shuffled = list
          .map((one) => ({ one, key: keys.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one)
        const span = { start: 0, end: 40 * hour }
        const chosen = rankArticles(list, span, most)
        expect(rankArticles(shuffled, span, most)).toEqual(chosen)
        expect(chosen).toHaveLength(Math.min(most, list.length))
        const left = list.filter((one) => !chosen.includes(one))
        const kindOf = ({ topic, feed }: Candidate) => topic ?? -1 - feed
        const countOf = (kind: number) => chosen.filter((one) => kindOf(one) === kind).length
        for (const kind of new Set(chosen.filter(({ pinnedAt }) => pinnedAt === null).map(kindOf))) {
          if (countOf(kind) > storiesPerTopic) {
            expect(left.filter((one) => countOf(kindOf(one)) < storiesPerTopic)).toEqual([])
          }
        }
        const firstUnpinned = chosen.findIndex(({ pinnedAt }) => pinnedAt === null)
        expect(chosen.slice(firstUnpinned).some(({ pinnedAt }) => pinnedAt !== null)).toBe(
          firstUnpinned === -1 ? chosen.length > 0 && chosen.at(-1)?.pinnedAt !== null : false,
        )
      }),
    )
  })
})
