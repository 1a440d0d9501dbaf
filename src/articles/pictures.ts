// Which pictures of an item could be the story's picture.
import { cleanText } from '../platform/text.ts'

/** As it is stated, in pixels. */
export type Size = { readonly width?: number | undefined; readonly height?: number | undefined }
export type HtmlImage = { readonly url: string; readonly alt: string } & Size

/** Smaller ones are icons, faces and previews: they would be blown up. */
const leastWidth = 100
/** Narrower ones lead only where there is no other. */
const smallWidth = 300
const mailWidth = 600
/** A screen shows no more of it. */
const wideEnough = 1600
/** What says more than this is nonsense. */
const widest = 20_000

/** Pictures that are no picture of the story: counters, smileys, faces of authors, badges, buttons to share. */
const decorative =
  /feeds\.feedburner\.com\/~|feedburner\.google|\/(?:pixel|track|tracking|tracker|beacon|spacer|blank|1x1|transparent|clear|count|counter|placeholder|loading|lazy)\b[^/]*$|\/tracker\/|(?:stats|pixel|feeds)\.wordpress\.com|pixel\.wp\.com|medium\.com\/_\/stat|doubleclick\.net|amazon-adsystem\.com|scorecardresearch\.com|google-analytics\.com|\bcounter\.|gravatar\.com|\/avatars?\/|img\.shields\.io|badge\.svg|\/images\/core\/emoji\/|\/smil(?:ies|eys)\/|\/(?:facebook|twitter|linkedin|whatsapp|email|share|rss)[\w-]*\.(?:png|gif|svg|jpe?g)\b|\.svgz?(?=[?#]|$)/i

const decorativeClasses = new Set('emoji wp-smiley smiley avatar icon logo badge pixel author-image'.split(' '))

/** Where the address of a picture is that is loaded only when it is scrolled to. */
const lazyAttributes = [
  'data-src',
  'data-lazy-src',
  'data-original',
  'data-orig-file',
  'data-srcset',
  'data-lazy-srcset',
]

/** Whether an image's address is one of a counter, a smiley, an avatar or the like, or of an SVG, which mail programs do not show. */
export function isDecorativeImage(url: string): boolean {
  return decorative.test(url.slice(0, 2000))
}

/** Whether a stated size is that of a counter or an icon. */
export function isTooSmall(width: number | undefined): boolean {
  return width !== undefined && width < leastWidth
}

/**
 * The widest that takes no longer to load than it is worth first, then wider ones, then those narrower than a mail; last, in the
 * order that they have, those whose width is not said.
 */
export function bestFirst<Picture extends Size>(pictures: readonly Picture[]): Picture[] {
  const rank = ({ width = 0 }: Size) => (width <= wideEnough ? width : mailWidth - width / widest)
  return pictures.toSorted((one, other) => rank(other) - rank(one))
}

/** The first that is not known to be small, else the widest. */
export function preferred<Picture extends Size>(pictures: readonly Picture[]): Picture | undefined {
  return pictures.find(({ width = smallWidth }) => width >= smallWidth) ?? bestFirst(pictures)[0]
}

/** A size as it is written: a number of pixels; undefined for anything else. */
export function pixels(written: string | number | undefined): number | undefined {
  const stated = /^\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*$/i.exec(String(written ?? ''))?.[1]
  const size = Number(stated ?? 0)
  return size > 0 && size <= widest ? size : undefined
}

/** The picture that an `img` shows in the end, as its address is written; undefined if it is none of the story. */
export function pictureOf(attributes: Readonly<Record<string, string>>): HtmlImage | undefined {
  const { src = '', srcset = '', width = '', height = '', alt = '', style = '' } = attributes
  const written = [...lazyAttributes.map((name) => attributes[name] ?? ''), src, srcset]
  const found = written.map(bestAddress).find(({ url }) => url !== '' && !isDecorativeImage(url))
  if (found === undefined) return undefined
  if ([width, height].some((size) => /^\s*\d{1,2}\s*(px)?\s*$/i.test(size))) return undefined
  if (/display:\s*none|(?<![-\w])(?:width|height):\s*\d{1,2}px/i.test(style) || attributes.hidden !== undefined)
    return undefined
  if ((attributes.class ?? '').split(/\s+/).some((name) => decorativeClasses.has(name))) return undefined
  const stated = { width: pixels(width), height: pixels(height) }
  return { url: found.url, alt: altOf(alt), ...(found.width ? scaled(stated, found.width) : stated) }
}

/** A size with another width and the same proportions. */
const scaled = ({ width, height }: Size, to: number): Size => ({
  width: to,
  height: width && height && pixels(Math.round((height * to) / width)),
})

/** Of one address, or the best of a list of them with widths or densities; empty where it is the picture's data itself. */
function bestAddress(written: string): { readonly url: string } & Size {
  const text = written.trim()
  if (/^data:/i.test(text)) return { url: '' }
  if (!/\s\d+(?:\.\d+)?[wx]\s*(?:,|$)/.test(text.slice(0, 4000))) return { url: text }
  const candidates = text
    .slice(0, 4000)
    .split(/,\s+/)
    .flatMap((candidate) => {
      const [url = '', size = ''] = candidate.trim().split(/\s+/)
      const width = /^\d+w$/.test(size) ? pixels(size.slice(0, -1)) : undefined
      return url && !/^data:/i.test(url) ? [{ url, width, size: Number.parseFloat(size) || 0 }] : []
    })
  return bestFirst(candidates.toSorted((one, other) => other.size - one.size))[0] ?? { url: '' }
}

/** A file's name tells nobody what is to be seen. */
function altOf(written: string): string {
  const alt = cleanText(written)
  return /^\S+\.(?:jpe?g|png|gif|webp|avif)$/i.test(alt) || /^(?:img|dsc|image|photo)[\s_-]*\d*$/i.test(alt) ? '' : alt
}
