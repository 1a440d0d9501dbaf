// Which pictures of an item could be the story's picture.
import { cleanText } from '../platform/text.ts'

export type HtmlImage = { readonly url: string; readonly alt: string }

/** Smaller ones are icons, faces and previews: they would be blown up. */
const leastWidth = 100

/** Pictures that are no picture of the story: counters, smileys, faces of authors, badges, buttons to share. */
const decorative =
  /feeds\.feedburner\.com\/~|feedburner\.google|\/(?:pixel|track|tracking|tracker|beacon|spacer|blank|1x1|transparent|clear|count|counter|placeholder|loading|lazy)\b[^/]*$|\/tracker\/|(?:stats|pixel|feeds)\.wordpress\.com|pixel\.wp\.com|medium\.com\/_\/stat|doubleclick\.net|amazon-adsystem\.com|scorecardresearch\.com|google-analytics\.com|\bcounter\.|gravatar\.com|\/avatars?\/|img\.shields\.io|badge\.svg|\/images\/core\/emoji\/|\/smil(?:ies|eys)\/|\/(?:facebook|twitter|linkedin|whatsapp|email|share|rss)[\w-]*\.(?:png|gif|svg|jpe?g)\b/i

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

/** Whether an image's address is one of a counter, a smiley, an avatar or the like. */
export function isDecorativeImage(url: string): boolean {
  return decorative.test(url.slice(0, 2000))
}

/** Whether a stated size is that of a counter or an icon. */
export function isTooSmall(width: number | undefined): boolean {
  return width !== undefined && width < leastWidth
}

/** The picture that an `img` shows in the end, as its address is written; undefined if it is none of the story. */
export function pictureOf(attributes: Readonly<Record<string, string>>): HtmlImage | undefined {
  const { src = '', srcset = '', width = '', height = '', alt = '', style = '' } = attributes
  const written = [...lazyAttributes.map((name) => attributes[name] ?? ''), src, srcset]
  const url = written.map(firstAddress).find((address) => address !== '' && !isDecorativeImage(address))
  if (url === undefined) return undefined
  if ([width, height].some((size) => /^\s*\d{1,2}\s*(px)?\s*$/i.test(size))) return undefined
  if (/display:\s*none|(?<![-\w])(?:width|height):\s*\d{1,2}px/i.test(style) || attributes.hidden !== undefined)
    return undefined
  if ((attributes.class ?? '').split(/\s+/).some((name) => decorativeClasses.has(name))) return undefined
  return { url, alt: altOf(alt) }
}

/** Of one address, or of a list of them with widths or densities; empty where it is the picture's data itself. */
function firstAddress(written: string): string {
  const text = written.trim()
  if (/^data:/i.test(text)) return ''
  if (!/\s\d+(?:\.\d+)?[wx]\s*(?:,|$)/.test(text.slice(0, 4000))) return text
  const candidates = text
    .slice(0, 4000)
    .split(/,\s+/)
    .flatMap((candidate) => {
      const [address = '', size = ''] = candidate.trim().split(/\s+/)
      return address && !/^data:/i.test(address) ? [{ address, size: Number.parseFloat(size) || 0 }] : []
    })
  return candidates.toSorted((one, other) => other.size - one.size)[0]?.address ?? ''
}

/** A file's name tells nobody what is to be seen. */
function altOf(written: string): string {
  const alt = cleanText(written)
  return /^\S+\.(?:jpe?g|png|gif|webp|avif)$/i.test(alt) || /^(?:img|dsc|image|photo)[\s_-]*\d*$/i.test(alt) ? '' : alt
}
