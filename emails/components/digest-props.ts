export type Frequency = 'daily' | 'weekdays' | 'weekly'

export type Topic = { slug: string; name: string }

export type Story = {
  title: string
  url: string | null
  summary: string
  imageUrl: string | null
  imageAlt: string
  /** How large the picture is, in pixels, where that is known. */
  imageWidth?: number | null
  imageHeight?: number | null
  authors: string[]
  /** That under which it is shown is the first. */
  topics: Topic[]
  /** Unless false: who takes that topic away is not told such a story any more. */
  canBeFewer?: boolean
  publishedAt: Date
  /** The names of other sites that tell the same story. */
  alsoIn?: readonly string[]
}

/** A picture at an https address, and how large it is shown, in pixels. `darkUrl`: the one for dark mode. */
export type Logo = { url: string; darkUrl: string | undefined; width: number; height: number }

/** Colours are `#rrggbb`. */
export type Look = {
  /** As the publisher has it; no letters are ever on it. */
  brand: string
  /** The same, as far as it can be read on every ground that a mail has. */
  accent: { light: string; dark: string }
  logo: Logo | undefined
  headlines: 'serif' | 'sans'
}

export type Publisher = {
  name: string
  postalAddress: string
  contactAddress: string
  siteUrl: string
  /** What else the footer leads to. */
  links: readonly { label: string; url: string }[]
  look: Look
}

/** Where the reader's links lead. They may be marks that are replaced per reader: they pass through unchanged. */
export type DigestLinks = {
  preferences: string
  unsubscribe: string
  /** The preference center with "weekly instead of daily" filled in. */
  weekly: string
  /** The preference center with "daily instead of weekly" filled in. */
  daily: string
  pauseTwoWeeks: string
  fewerOf: (topicSlug: string) => string
}

export type DigestProps = {
  newsletterName: string
  /** Of the service's own words. */
  language: string
  /** Of the newsletter's name, topics and stories, where it is another. */
  storiesLanguage?: string
  frequency: Frequency
  /** The edition's day, YYYY-MM-DD. */
  editionDate: string
  /** At least one, the best first. */
  stories: Story[]
  /** How many more there were than the digest shows. */
  furtherCount: number
  siteUrl: string | undefined
  links: DigestLinks
  publisher: Publisher
  /** When the reader confirmed, in words; shown as it is. */
  confirmedOn: string
  /** The reader can answer the mail with what they want. */
  takesReplies?: boolean
}
