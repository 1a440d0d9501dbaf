import type { Item } from './edition.ts'
import { octetsInHtml } from './html-octets.ts'

/**
 * What the texts and addresses of a digest's stories may take in HTML, in octets: all else that a mail can hold at its largest
 * stays under 50 kB, and Gmail clips what is over 102 kB.
 */
const longest = 40_000

/** A headline with a picture is linked twice. */
const addressesOf = ({ url = '', imageUrl }: Item) => (imageUrl ? [url, url, imageUrl] : [url])

const weightOf = (item: Item) =>
  octetsInHtml(
    [item.title, item.summary, item.byline, item.imageUrl ? item.imageAlt : '', ...addressesOf(item)].join(''),
  )

const withoutSummary = (item: Item): Item => ({ ...item, summary: '' })
const withoutPicture = (item: Item): Item => ({ ...item, imageUrl: undefined })
const withoutByline = (item: Item): Item => ({ ...item, byline: '' })

/**
 * The same stories, all of them, such that the mail is no longer than clients show: of stories that are too long together, the
 * last ones lose their summaries and, where that is not enough, their pictures, and then their bylines. The lead keeps all.
 */
export function lightened(items: readonly Item[]): Item[] {
  const light = [...items]
  let excess = items.reduce((sum, item) => sum + weightOf(item), 0) - longest
  for (const lighten of [withoutSummary, withoutPicture, withoutByline]) {
    for (let place = light.length - 1; place > 0 && excess > 0; place--) {
      const item = light[place] as Item
      const less = lighten(item)
      light[place] = less
      excess -= weightOf(item) - weightOf(less)
    }
  }
  return light
}
