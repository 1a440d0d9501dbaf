// What a publisher sets of how mails and pages look, whom they name, and how much they tell.
import { z } from 'zod'
import { type Accent, accentOf } from './brand-color.ts'

/** A picture at an https address, and how large it is shown, in CSS pixels. */
export type Logo = {
  readonly url: string
  /** For dark mode. Unset: the same, on a piece of white. */
  readonly darkUrl: string | undefined
  readonly width: number
  readonly height: number
}

/** Whom a mail program or a browser asks for it. */
export const originsOf = (logo: Logo | undefined): readonly string[] => [
  ...new Set([logo?.url, logo?.darkUrl].flatMap((url) => (url ? new URL(url).origin : []))),
]

/** Colours are `#rrggbb`. */
export type Look = {
  /** As the publisher gave it: for what has no letters on it. */
  readonly brand: string
  /** For letters, and for grounds with letters on them. */
  readonly accent: Accent
  readonly logo: Logo | undefined
  readonly headlines: 'serif' | 'sans'
}

export type Branding = {
  /** Unset: each newsletter is sent in its own name. */
  readonly publisherName: string | undefined
  /** Unset: footers lead to where readers reach this service, and the line that counts further stories is no link. */
  readonly siteUrl: string | undefined
  /** In the footer of every mail and page. */
  readonly links: readonly { readonly label: string; readonly url: string }[]
  readonly look: Look
  /** What stands for the site where somebody quotes it. Unset: a drawing in its colour. */
  readonly socialImageUrl: string | undefined
}

const color = z
  .string()
  .toLowerCase()
  .regex(/^#?[\da-f]{6}$/, 'is not a colour: write its six hexadecimal digits, like #0b5fff')
  .transform((text) => `#${text.replace('#', '')}`)

const httpsUrl = (what: string) => z.url({ protocol: /^https$/, error: what }).max(500, 'is longer than 500 characters')

const picture = httpsUrl('is not the https URL of a picture, for example https://www.example.com/logo.png')

const longestList = 6
const footerLink = /^(.{4,40}?)\s+(https:\/\/\S{1,500})$/

/** The variables, to be read with the others. */
export const brandingSchema = z.object({
  PUBLISHER_NAME: z.string().max(100, 'is longer than 100 characters').optional(),
  SITE_URL: httpsUrl('is not the https URL of your site, for example https://www.example.com/').optional(),
  CONTACT_ADDRESS: z
    .string()
    .regex(/^[^\s<>@]{1,64}@[^\s<>@]{1,255}$/, 'is not an address, like letters@example.com')
    .optional(),
  BRAND_COLOR: color.optional(),
  BRAND_COLOR_DARK: color.optional(),
  LOGO_URL: picture.optional(),
  LOGO_DARK_URL: picture.optional(),
  LOGO_SIZE: z
    .string()
    .regex(/^\d{2,3}x\d{2,3}$/, 'is not a width and a height in pixels, like 240x60')
    .transform((text) => text.split('x').map(Number))
    .transform(([width = 0, height = 0]) => ({ width, height }))
    .refine(
      ({ width, height }) => width >= 60 && width <= 480 && height >= 16 && height <= 160,
      'does not fit: at least 60x16, at most 480x160, as it is shown (the picture itself is best twice as large)',
    )
    .optional(),
  SOCIAL_IMAGE_URL: picture.optional(),
  HEADLINE_FONT: z.enum(['serif', 'sans'], 'is neither serif nor sans').default('serif'),
  FOOTER_LINKS: z
    .string()
    .transform((text) =>
      text
        .split(';')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '')
        .map((entry) => footerLink.exec(entry)),
    )
    .transform((entries) => entries.map((entry) => ({ label: entry?.[1] ?? '', url: entry?.[2] ?? '' })))
    .refine(
      (links) => links.length <= longestList && links.every(({ url }) => URL.canParse(url)),
      `is not a list of at most ${longestList} links: write each as 4 to 40 characters and an https URL, with semicolons between: Our site https://www.example.com; Imprint https://www.example.com/imprint`,
    )
    .default([]),
  STORIES_PER_DIGEST: z
    .string()
    // Twelve of the largest are as much as Gmail shows without cutting a mail off.
    .regex(/^(?:[1-9]|1[0-2])$/, 'is not a number of stories from 1 to 12')
    .transform(Number)
    .default(12),
})

type Variables = z.infer<typeof brandingSchema>

/** Red, as rules in newspapers were; in dark mode a pink that {@link accentOf} would not find. */
const plain: Look = {
  brand: '#a1182b',
  accent: { light: '#a1182b', dark: '#ff9d9d' },
  logo: undefined,
  headlines: 'serif',
}

/** What is missing for what is set. */
export function missingForBranding({ LOGO_URL, LOGO_DARK_URL, LOGO_SIZE }: Variables): string[] {
  if (LOGO_URL && !LOGO_SIZE) return ['LOGO_URL is set but LOGO_SIZE is not: say how large it is shown, like 240x60.']
  const stray = LOGO_DARK_URL ? 'LOGO_DARK_URL' : LOGO_SIZE ? 'LOGO_SIZE' : undefined
  return stray && !LOGO_URL ? [`${stray} is set but LOGO_URL is not: set the URL, or unset ${stray}.`] : []
}

/** The branding that the variables describe. */
export function brandingOf(env: Variables): Branding {
  const { BRAND_COLOR, BRAND_COLOR_DARK, LOGO_URL, LOGO_DARK_URL, LOGO_SIZE } = env
  const brand = BRAND_COLOR ?? plain.brand
  const isPlain = BRAND_COLOR === undefined && BRAND_COLOR_DARK === undefined
  return {
    publisherName: env.PUBLISHER_NAME,
    siteUrl: env.SITE_URL,
    links: env.FOOTER_LINKS,
    socialImageUrl: env.SOCIAL_IMAGE_URL,
    look: {
      brand,
      accent: isPlain ? plain.accent : accentOf(brand, BRAND_COLOR_DARK),
      logo: LOGO_URL && LOGO_SIZE ? { url: LOGO_URL, darkUrl: LOGO_DARK_URL, ...LOGO_SIZE } : undefined,
      headlines: env.HEADLINE_FONT,
    },
  }
}
