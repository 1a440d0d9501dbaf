// Which of the stories that are new to a group of readers their digest shows, and in which order. Pure; docs/selection.md says why.

/** So many of a topic, or of a feed that names none, are among them while others wait. */
export const storiesPerTopic = 5
/** What each place further up in its feed counts in a window of a day, in hours, and how many places count. */
const hoursPerPlace = 0.5
const countedPlaces = 12
/** What a picture counts in a window of a day, in hours. */
const pictureHours = 1
/** A window is looked at in so many parts at most, and none shorter than so many hours. */
export const windowParts = { most: 7, hours: 6 }

const hourMs = 3_600_000

export type Candidate = {
  readonly id: number
  /** When it was published, or its embargo ended: in milliseconds. */
  readonly newsAt: number
  /** The furthest up that it ever was in its feed's document, from 0; null if it never was at its head. */
  readonly place: number | null
  readonly hasPicture: boolean
  /** The topic under which a digest shows it. */
  readonly topic: number | null
  readonly feed: number
  /** When a publisher pinned it. */
  readonly pinnedAt: number | null
}

/** From when the first of the candidates was available to the end of the window, in milliseconds. */
export type Span = { readonly start: number; readonly end: number }

/**
 * The best, at most `most`, best first: pinned ones, the newest pin first, then by how new they are, where a place at the head
 * of the feed and a picture count like hours, more of them in a window of several days. Of each part of the window the one that
 * was furthest up in its feed is among them; of a topic no more than {@link storiesPerTopic}, pinned ones included, while stories of others are left. The same
 * candidates give the same order, however they come.
 */
export function rankArticles<Story extends Candidate>(candidates: readonly Story[], span: Span, most: number): Story[] {
  const ranked = candidates.toSorted(byRank(span))
  const foremost = ranked.toSorted((one, other) => placesOf(other) - placesOf(one))
  const chosen = new Set<Story>()
  const parts = new Set<number>()
  const perTopic = new Map<string, number>()
  const hasRoom = (story: Story) => (perTopic.get(topicOf(story)) ?? 0) < storiesPerTopic
  const rounds: readonly [Story[], (story: Story) => boolean][] = [
    [ranked, ({ pinnedAt }) => pinnedAt !== null],
    [foremost, (story) => hasRoom(story) && !parts.has(partOf(story, span))],
    [ranked, hasRoom],
    [ranked, () => true],
  ]
  for (const [stories, fits] of rounds) {
    for (const story of stories) {
      if (chosen.size === most) break
      if (chosen.has(story) || !fits(story)) continue
      chosen.add(story)
      parts.add(partOf(story, span))
      perTopic.set(topicOf(story), (perTopic.get(topicOf(story)) ?? 0) + 1)
    }
  }
  return ranked.filter((story) => chosen.has(story))
}

/** A feed without categories is a topic of its own. */
const topicOf = ({ topic, feed }: Candidate) => (topic === null ? `feed ${feed}` : `topic ${topic}`)

/** How many places further up it was than what has a place that does not count. */
const placesOf = ({ place }: Candidate) => (place === null ? 0 : Math.max(0, countedPlaces - place))

/** Which part of the window it is of, from 1 on: like the window, each has its end and not its start. What was published before is of the first. */
function partOf({ newsAt }: Candidate, { start, end }: Span): number {
  const hours = (end - start) / hourMs
  const parts = Math.min(windowParts.most, Math.max(1, Math.round(hours / windowParts.hours)))
  return Math.max(1, Math.ceil(((newsAt - start) * parts) / Math.max(1, end - start)))
}

function byRank({ start, end }: Span): (one: Candidate, other: Candidate) => number {
  const days = Math.max(1, (end - start) / (24 * hourMs))
  /** In milliseconds, as when it would have been published if it had neither place nor picture. */
  const worthOf = (story: Candidate) =>
    story.newsAt + days * hourMs * (placesOf(story) * hoursPerPlace + (story.hasPicture ? pictureHours : 0))
  return (one, other) => {
    const pinned = (other.pinnedAt ?? 0) - (one.pinnedAt ?? 0)
    return pinned || worthOf(other) - worthOf(one) || other.newsAt - one.newsAt || other.id - one.id
  }
}
