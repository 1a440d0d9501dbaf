import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { decodeFeed } from '../../src/articles/decode-feed.ts'

const declared = (charset: string, title: string) => `<?xml version="1.0" encoding="${charset}"?><rss>${title}</rss>`

describe('decoding a feed', () => {
  it.each([
    ['windows-1251', 'Новости дня'],
    ['ISO-8859-1', 'Les élections à Besançon'],
    ['Shift_JIS', '今日のニュース'],
    ['euc-kr', '오늘의 뉴스'],
    ['utf-8', 'Ünïcödé 😀'],
  ])('reads %s, told by the XML declaration or by the header', (charset, title) => {
    expect(decodeFeed(iconv.encode(declared(charset, title), charset), 'text/xml')).toContain(title)
    expect(decodeFeed(iconv.encode(`<rss>${title}</rss>`, charset), `text/xml; charset="${charset}"`)).toContain(title)
  })

  it('believes the byte order mark, then the header, then the declaration', () => {
    const title = 'é'
    const bytes = iconv.encode(declared('shift_jis', title), 'windows-1252')
    expect(decodeFeed(bytes, 'text/xml; charset=iso-8859-1')).toContain(title)
    const marked = iconv.encode(declared('shift_jis', title), 'utf-8', { addBOM: true })
    expect(decodeFeed(marked, 'text/xml; charset=iso-8859-1')).toContain(title)
  })

  it('reads UTF-16, with a byte order mark or without', () => {
    for (const charset of ['utf-16le', 'utf-16be']) {
      const text = declared('utf-16', 'Ж')
      expect(decodeFeed(iconv.encode(text, charset, { addBOM: true }), null)).toContain('Ж')
      expect(decodeFeed(iconv.encode(text, charset), null)).toContain('Ж')
    }
  })

  it('reads what browsers read in ISO-8859-1: curly quotes', () => {
    expect(decodeFeed(Uint8Array.of(0x93, 0x61, 0x94), 'text/xml; charset=ISO-8859-1')).toBe('“a”')
  })

  it('goes on to the next source where a charset is unknown or is none', () => {
    const bytes = new TextEncoder().encode('<rss>é</rss>')
    for (const charset of ['nonsense', 'base64', 'hex', 'utf-7', 'us-ascii']) {
      expect(decodeFeed(bytes, `text/xml; charset=${charset}`)).toBe('<rss>é</rss>')
    }
  })

  it('replaces what is not UTF-8', () => {
    expect(decodeFeed(Uint8Array.of(0x61, 0xff, 0xc3, 0x62), null)).toBe('a\ufffd\ufffdb')
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.option(fc.string()), (bytes, type) => {
        expect(typeof decodeFeed(bytes, type)).toBe('string')
        expect(typeof decodeFeed(bytes, `text/xml; charset=${type}`)).toBe('string')
      }),
    )
  })
})
