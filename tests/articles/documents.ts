// Feed documents for the tests of this folder.

export const rss = (items: string, { attributes = '', channel = '' } = {}) =>
  `<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" ${attributes}>
<channel><title>News</title><link>https://news.example/</link>${channel}${items}</channel></rss>`

export const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

type Item = {
  guid?: string
  link?: string
  title?: string
  description?: string
  pubDate?: string
  categories?: string[]
  more?: string
}

/** An RSS item; what is not given is left out. */
export function item({ categories = [], more = '', ...texts }: Item): string {
  const elements = Object.entries(texts).map(([name, text]) => {
    const attributes = name === 'guid' ? ' isPermaLink="false"' : ''
    return `<${name}${attributes}>${escapeXml(text)}</${name}>`
  })
  return `<item>${elements.join('')}${categories.map((name) => `<category>${escapeXml(name)}</category>`).join('')}${more}</item>`
}

export const atom = (entries: string, attributes = '') =>
  `<feed xmlns="http://www.w3.org/2005/Atom" ${attributes}><title>News</title><id>urn:news</id>${entries}</feed>`
