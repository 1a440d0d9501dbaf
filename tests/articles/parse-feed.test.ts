import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FeedFormatError } from '../../src/articles/feed-item.ts'
import { parseFeed } from '../../src/articles/parse-feed.ts'
import { atom, item, rss } from './documents.ts'

const address = 'https://feeds.example/feed'
const parse = (text: string) => parseFeed(text, address)
const first = (text: string) => parse(text).items[0]
const refusal = (text: string) => {
  try {
    parse(text)
  } catch (error) {
    expect(error).toBeInstanceOf(FeedFormatError)
    return (error as Error).message
  }
  throw new Error('it was taken for a feed')
}

describe('RSS', () => {
  it('is read', () => {
    const feed = parse(
      rss(
        item({
          guid: 'g1',
          link: '/one',
          title: 'Fish & chips',
          description: '<p>Good &amp; hot</p>',
          pubDate: 'Mon, 23 Nov 2026 06:00:00 GMT',
          categories: ['Food', 'News'],
          more: `<author>jane@a.example (Jane Doe)</author><author>only@a.example</author><dc:creator>Bob</dc:creator>
            <content:encoded><![CDATA[<p>All <!DOCTYPE of> it</p>]]></content:encoded>
            <enclosure url="e.jpg" type="image/jpeg" length="9"/><enclosure url="e.mp3" type="audio/mpeg" length="9"/>
            <media:content url="tiny.jpg" width="72"/><media:content url="small.jpg" width="100"/><media:content url="big.jpg" width="900" height="600"/><media:content url="print.jpg" width="6000"/>
            <media:content url="plan.svg" type="image/svg+xml" width="900"/>
            <media:group><media:content url="film.mp4" medium="video"><media:thumbnail url="still.jpg"/></media:content></media:group>
            <itunes:image href="cover.jpg"/>`,
        }),
      ),
    )
    expect(feed).toMatchObject({ title: 'News', base: 'https://news.example/' })
    expect(feed.items).toEqual([
      {
        guid: 'g1',
        link: '/one',
        base: null,
        title: 'Fish & chips',
        summary: '<p>Good &amp; hot</p>',
        content: '<p>All <!DOCTYPE of> it</p>',
        published: 'Mon, 23 Nov 2026 06:00:00 GMT',
        images: [
          { url: 'e.jpg' },
          { url: 'big.jpg', width: 900, height: 600 },
          { url: 'print.jpg', width: 6000 },
          { url: 'small.jpg', width: 100 },
          { url: 'still.jpg' },
          { url: 'cover.jpg' },
        ],
        authors: ['Jane Doe', 'Bob'],
        categories: ['Food', 'News'],
      },
    ])
  })

  it('gives a guid that is an address for a missing link, unless it is no permalink', () => {
    expect(first(rss('<item><title>x</title><guid>https://a.example/1</guid></item>'))?.link).toBe(
      'https://a.example/1',
    )
    expect(first(rss('<item><guid isPermaLink="false">https://a.example/1</guid></item>'))?.link).toBeNull()
  })

  it.each(['0.91', '0.92'])('%s is read', (version) => {
    const xml = `<rss version="${version}"><channel><title>Old</title><item><title>A</title><link>https://a.example/1</link></item></channel></rss>`
    expect(first(xml)).toMatchObject({ title: 'A', link: 'https://a.example/1', guid: null })
  })

  it.each(['http://my.netscape.com/rdf/simple/0.9/', 'http://purl.org/rss/1.0/'])(
    'in RDF of %s is read',
    (namespace) => {
      const xml = `<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="${namespace}"
      xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Old</title><link>https://a.example/</link></channel>
      <item rdf:about="urn:1"><title>A</title><link>https://a.example/1</link><dc:date>2026-11-23</dc:date><dc:subject>S</dc:subject></item></rdf:RDF>`
      expect(parse(xml)).toMatchObject({ title: 'Old', base: 'https://a.example/' })
      expect(first(xml)).toMatchObject({
        guid: 'urn:1',
        title: 'A',
        link: 'https://a.example/1',
        published: '2026-11-23',
      })
    },
  )

  it('is read with other prefixes, capital letters and comments around it', () => {
    const xml = `<!-- <!DOCTYPE x> --><RSS version="2.0" xmlns:c="http://purl.org/rss/1.0/modules/content/"><Channel>
      <Item><Title>A</Title><c:encoded>&lt;p&gt;B</c:encoded></Item></Channel></RSS><!-- made by a cache -->`
    expect(first(xml)).toMatchObject({ title: 'A', content: '<p>B' })
  })
})

describe('Atom', () => {
  it('is read', () => {
    const xml = atom(
      `<entry xml:base="sub/"><id>urn:1</id><title type="html">A &amp;amp; &lt;b&gt;B&lt;/b&gt;</title>
        <link rel="self" href="no"/><link href="one"/><link rel="enclosure" type="image/png" href="p.png"/>
        <summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">X <b>y</b> &lt;z></div></summary>
        <category term="t" label="Topic"/><updated>2026-11-23T06:00:00Z</updated></entry>
       <entry><id>urn:2</id><title>Use &lt;b&gt;: 1 &lt; 2</title><content>1 &lt; 2, plain</content>
        <author><name>Bob</name></author><published>2026-11-22T06:00:00Z</published><updated>2026-11-23T06:00:00Z</updated></entry>`,
      'xml:base="https://news.example/a/"',
    ).replace('<id>urn:news</id>', '<author><name>Newsroom</name></author>')
    const feed = parse(xml)
    expect(feed.base).toBe('https://news.example/a/')
    expect(feed.items[0]).toMatchObject({
      guid: 'urn:1',
      title: 'A & B',
      link: 'one',
      base: 'sub/',
      summary: expect.stringMatching(/X <b>y<\/b> &lt;z/),
      published: '2026-11-23T06:00:00Z',
      images: [{ url: 'p.png' }],
      categories: ['Topic'],
      authors: ['Newsroom'],
    })
    expect(feed.items[1]).toMatchObject({
      title: 'Use <b>: 1 < 2',
      link: null,
      content: '1 &lt; 2, plain',
      published: '2026-11-22T06:00:00Z',
      authors: ['Bob'],
    })
  })
})

describe('JSON Feed', () => {
  const json = (items: unknown) =>
    JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      title: 'News',
      home_page_url: 'https://news.example/',
      items,
    })

  it('is read; an item without an id is left out', () => {
    const feed = parse(
      json([
        {
          id: 7,
          external_url: 'https://b.example/',
          url: '/one',
          title: 'A <b>',
          content_html: '<p>Text</p>',
          image: 'i.jpg',
          date_published: '2026-11-23T06:00:00Z',
          authors: [{ name: 'Jane' }],
          tags: ['Food'],
          attachments: [{ url: 'a.png', mime_type: 'image/png' }],
        },
        { title: 'no id' },
        { id: ' ', title: 'blank id' },
      ]),
    )
    expect(feed.items).toEqual([
      {
        guid: '7',
        link: '/one',
        base: null,
        title: 'A <b>',
        summary: '',
        content: '<p>Text</p>',
        published: '2026-11-23T06:00:00Z',
        images: [{ url: 'i.jpg' }, { url: 'a.png' }],
        authors: ['Jane'],
        categories: ['Food'],
      },
    ])
  })

  it('is refused where it is cut off or something else', () => {
    expect(refusal(json([{ id: 1 }]).slice(0, -3))).toContain('no valid JSON')
    expect(refusal('{"error": "not found"}')).toContain('no JSON Feed')
  })

  it('cannot make a list of what only has a length', () => {
    expect(parse(json({ length: 400_000_000 })).items.length).toBeLessThan(2)
    expect(parse(json([{ id: 1, title: 'x', tags: { length: 400_000_000 } }])).items).toHaveLength(1)
  })
})

describe('what is no feed', () => {
  it.each(['', '  \n', '\ufeff'])('is refused when it is empty (%j)', (text) => {
    expect(refusal(text)).toContain('empty')
  })

  it.each([
    '<!DOCTYPE html><html><head><title>Hi</title></head></html>',
    '<html lang="en"><body>rss <rss version="2.0"></body></html>',
    '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x"><html/>',
    '<!-- x --><HTML>',
  ])('is told to be a web page: %s', (page) => {
    expect(refusal(page)).toBe('This is a web page, not a feed: look on the page for a link to its RSS or Atom feed.')
  })

  it('is told the feed that the page names', () => {
    const page = '<!doctype html><link rel="stylesheet alternate" type="application/rss+xml" href="/feed.xml"><p>'
    expect(refusal(page)).toBe('This is a web page, not a feed; it names its feed: https://feeds.example/feed.xml')
    expect(refusal(page.replace('/feed.xml', 'javascript:x'))).toContain('look on the page')
  })

  const laughs = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;&lol;">]>${rss(item({ title: 'x' })).slice(21)}`
  it.each([
    laughs,
    '<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss version="2.0"><channel></channel></rss>',
    rss(`<!ENTITY x "y">${item({ title: 'x' })}`),
    rss(`<!-- --><!doctype x>${item({ title: 'x' })}`),
    rss(`<![CDATA[x]]><!DOCTYPE x>${item({ title: 'x' })}`),
  ])('is refused for its DTD', (xml) => {
    expect(refusal(xml)).toContain('DTD')
  })

  it('is refused where it was cut off, wherever that was', () => {
    const whole = rss(item({ title: 'A', description: 'text' }) + item({ title: 'B' }))
    expect(parse(whole).items).toHaveLength(2)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: whole.length - 1 }), (length) => {
        expect(() => parse(whole.slice(0, length))).toThrow(FeedFormatError)
      }),
    )
  })

  it.each(['just text', '<svg></svg>', '<opml version="2.0"><body/></opml>', '<rss', '[]', '%PDF-1.4', '<a><b></a>'])(
    'is refused: %s',
    (text) => {
      expect(refusal(text)).not.toBe('')
    },
  )

  it('ends in a FeedFormatError, whatever it is', () => {
    const pieces = [
      '<rss version="2.0">',
      '</rss>',
      '<channel>',
      '<item>',
      '</item>',
      '<title>',
      '<![CDATA[',
      ']]>',
      '<!--',
      '&#0;',
      'x',
      '{',
      '<feed>',
      '</feed>',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces)), (parts) => {
        try {
          parse(parts.join(''))
        } catch (error) {
          expect(error).toBeInstanceOf(FeedFormatError)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('a feed made to keep the parser busy', () => {
  const half = 500_000
  it.each([
    ['brackets in an author', rss(item({ title: 'x', more: `<author>${'('.repeat(2 * half)}</author>` }))],
    ['an endless mail address', rss(item({ title: 'x', more: `<author>a@${'a.'.repeat(half)}@</author>` }))],
    ['the channel’s people', rss(item({ title: 'x' }), { channel: `<webMaster>${'[<('.repeat(half)}</webMaster>` })],
    ['an item that claims a length', rss(`<item><title>x</title><length>300000000</length></item>`)],
    [
      'the same with a prefix',
      atom('<entry><title>x</title><a:length xmlns:a="http://www.w3.org/2005/Atom">300000000</a:length></entry>'),
    ],
    ['depth', rss(`<item><title>x</title>${'<a>'.repeat(100_000)}</item>`)],
    ['a title of tags', rss(item({ title: '<b>'.repeat(half) }))],
    ['dots', rss(item({ title: 'x', description: '.'.repeat(half) }))],
  ])('is read or refused at once: %s', (_what, xml) => {
    try {
      expect(parse(xml).items.length).toBeLessThan(3)
    } catch (error) {
      expect(error).toBeInstanceOf(FeedFormatError)
    }
  })
})
