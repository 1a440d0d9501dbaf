// Which of the stories that are new to a group of readers their digest shows, and in which order. Pure; docs/selection.md says why.

/** So many of a topic are among them while others wait. */
export const storiesPerTopic = 5
/** What each place further up in its feed counts, in hours, and how many places count. */
const hoursPerPlace = 0.5
const countedPlaces = 12
/** What a picture counts, in hours. */
const pictureHours = 1

export type Candidate = {
  readonly id: number
  /** When it was published, or its embargo ended: in milliseconds. */
  readonly newsAt: number
  /** Its place in its feed's newest document, from 0; null if it is no longer at its head. */
  readonly place: number | null
  readonly hasPicture: boolean
  /** The topic under which a digest shows it. */
  readonly topic: number | null
  /** When a publisher pinned it. */
  readonly pinnedAt: number | null
}

/**
 * The best, at most `most`, best first: pinned ones, the newest pin first, then by how new they are, where a
 * place at the head of the feed and a picture count like hours. Of a topic no more than {@link storiesPerTopic}, pinned ones
 * included, while stories of others are left. The same candidates give the same order, however they come.
 */
export function rankArticles(candidates: readonly Candidate[], most: number): Candidate[] {
  const ranked = candidates.toSorted(byRank)
  const perTopic = new Map<number, number>()
  const chosen: Candidate[] = []
  const waiting: Candidate[] = []
  for (const candidate of ranked) {
    const { topic, pinnedAt } = candidate
    const ofTopic = topic === null ? 0 : (perTopic.get(topic) ?? 0)
    if (pinnedAt === null && ofTopic >= storiesPerTopic) {
      waiting.push(candidate)
      continue
    }
    if (topic !== null) perTopic.set(topic, ofTopic + 1)
    chosen.push(candidate)
    if (chosen.length === most) break
  }
  return [...chosen, ...waiting].slice(0, most).toSorted(byRank)
}

function byRank(one: Candidate, other: Candidate): number {
  const pinned = (other.pinnedAt ?? 0) - (one.pinnedAt ?? 0)
  return pinned || worthOf(other) - worthOf(one) || other.newsAt - one.newsAt || other.id - one.id
}

/** In milliseconds, as when it would have been published if it had neither place nor picture. */
function worthOf({ newsAt, place, hasPicture }: Candidate): number {
  const places = place === null ? 0 : Math.max(0, countedPlaces - place)
  return newsAt + 3_600_000 * (places * hoursPerPlace + (hasPicture ? pictureHours : 0))
}
