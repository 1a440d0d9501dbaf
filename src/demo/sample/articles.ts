// The demo's news: all of our own writing, about a harbour city that does not exist.
import type { SampleArticle } from './articles/article.ts'
import { climate } from './articles/climate.ts'
import { culture } from './articles/culture.ts'
import { politics } from './articles/politics.ts'
import { science } from './articles/science.ts'
import { sport } from './articles/sport.ts'

export type { SampleArticle, SampleTopic } from './articles/article.ts'

/** Thirty articles over five topics, the newest first. */
export const sampleArticles: readonly SampleArticle[] = [...politics, ...climate, ...science, ...culture, ...sport].sort(
  (a, b) => a.hoursAgo - b.hoursAgo,
)
