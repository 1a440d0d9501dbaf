// What every feed format is read into, before it becomes articles.

import type { Size } from './pictures.ts'

export type FeedImage = { readonly url: string } & Size

export type FeedItem = {
  /** The feed's own id of the item, as written. */
  readonly guid: string | null
  /** Addresses as written: relative to `base`. */
  readonly link: string | null
  readonly base: string | null
  /** Plain text; empty where there is none. */
  readonly title: string
  /** HTML; empty where there is none. */
  readonly summary: string
  readonly content: string
  readonly published: string | null
  /** In the order of preference; the first image of the content comes after them. */
  readonly images: readonly FeedImage[]
  readonly authors: readonly string[]
  readonly categories: readonly string[]
}

export type ParsedFeed = {
  readonly title: string | null
  /** What the items' `base` is relative to: the feed's `xml:base` or home page, relative to the feed's own address. */
  readonly base: string | null
  /** As the feed names the language of its text; null where it does not. */
  readonly language: string | null
  /** In the order of the document. */
  readonly items: readonly FeedItem[]
}

/** Why a document is no feed that can be read, in a sentence an operator can act on. */
export class FeedFormatError extends Error {
  override readonly name = 'FeedFormatError'
}

/** Whether a media type, or else the end of an address, tells of an image. Mail programs show no SVG. */
export function isImage(url: string, type: string | undefined, medium?: string): boolean {
  if (type?.startsWith('image/svg')) return false
  if (medium !== undefined) return medium === 'image'
  if (type !== undefined) return type.startsWith('image')
  return /\.(jpe?g|png|gif|webp|avif)(\?|$)/i.test(url)
}
