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
  pinnedAt: null,
  ...more,
})
const ids = (candidates: readonly Candidate[]) => rankArticles(candidates, 12).map(({ id }) => id)

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
    const many = [...culture, story(4), story(5, { topic: 3 }), story(6, { topic: 3 }), story(7)]
    expect(ids([...sport, ...many])).toEqual([119, 118, 117, 116, 115, 7, 6, 5, 4, 3, 2, 1])
    const pinned = sport.map((one) => ({ ...one, pinnedAt: one.id }))
    expect(ids([...pinned, ...culture])).toEqual(
      sport
        .slice(-12)
        .map(({ id }) => id)
        .toReversed(),
    )
  })

  it('is one order, and shows nothing of a topic beyond five that another could have the place of', () => {
    const candidate = fc.record({
      newsAt: fc.integer({ min: 0, max: 40 }).map((number) => number * hour),
      place: fc.option(fc.nat(20)),
      hasPicture: fc.boolean(),
      topic: fc.option(fc.nat(3)),
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
        const chosen = rankArticles(list, most)
        expect(rankArticles(shuffled, most)).toEqual(chosen)
        expect(chosen).toHaveLength(Math.min(most, list.length))
        const left = list.filter((one) => !chosen.includes(one))
        for (const { topic } of chosen) {
          const unpinned = chosen.filter((one) => one.topic === topic && one.pinnedAt === null)
          const all = chosen.filter((one) => one.topic === topic)
          if (topic === null || unpinned.length === 0 || all.length <= storiesPerTopic) continue
          const couldHave = left
            .filter((one) => one.topic !== topic)
            .filter(
              (one) =>
                one.topic === null || chosen.filter((other) => other.topic === one.topic).length < storiesPerTopic,
            )
          expect(couldHave).toEqual([])
        }
        const firstUnpinned = chosen.findIndex(({ pinnedAt }) => pinnedAt === null)
        expect(chosen.slice(firstUnpinned).some(({ pinnedAt }) => pinnedAt !== null)).toBe(
          firstUnpinned === -1 ? chosen.length > 0 && chosen.at(-1)?.pinnedAt !== null : false,
        )
      }),
    )
  })
})
