export type SampleTopic = 'Politics' | 'Climate' | 'Science' | 'Culture' | 'Sport'

export type SampleArticle = {
  /** Names its page and its picture. */
  slug: string
  title: string
  summary: string
  /** Two to four, as plain text. */
  paragraphs: readonly string[]
  authors: readonly string[]
  topic: SampleTopic
  hoursAgo: number
  /** What its picture shows. */
  imageAlt: string
}
