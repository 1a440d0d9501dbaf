import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resolveUrl, urlKeyOf } from '../../src/articles/article-url.ts'

describe('the address of an article', () => {
  it('is resolved from the inside out', () => {
    expect(resolveUrl('story', 'sub/', 'https://a.example/news/')).toBe('https://a.example/news/sub/story')
    expect(resolveUrl('/story', null, 'https://a.example/news/')).toBe('https://a.example/story')
    expect(resolveUrl(' https://b.example/x ', 'https://a.example/')).toBe('https://b.example/x')
    expect(resolveUrl('//b.example/x', 'http://a.example/')).toBe('http://b.example/x')
  })

  it('is http or https, or nothing', () => {
    for (const written of [
      'javascript:alert(1)',
      'data:text/html,x',
      'mailto:a@b.example',
      'file:///x',
      'https://',
      '',
    ]) {
      expect(resolveUrl(written, 'https://a.example/') ?? 'none').toMatch(/^none$|^https:\/\/a\.example/)
    }
    expect(resolveUrl('relative')).toBeNull()
    expect(resolveUrl(null)).toBeNull()
    expect(resolveUrl(`https://a.example/${'x'.repeat(5000)}`)).toBeNull()
  })

  it('loses user name and password', () => {
    expect(resolveUrl('https://user:secret@a.example/x')).toBe('https://a.example/x')
  })
})

describe('the key of an address', () => {
  it.each([
    'https://example.com/story?id=7',
    'HTTPS://EXAMPLE.com:443/story?id=7',
    'http://example.com/story?id=7',
    'https://example.com/story?id=7#comments',
    'https://example.com/story?utm_source=rss&id=7&utm_medium=feed',
    'https://example.com/story?id=7&fbclid=x&gclid=y&mc_cid=1&mc_eid=2&UTM_Campaign=z',
  ])('is the same for %s', (url) => {
    expect(urlKeyOf(url)).toBe('https://example.com/story?id=7')
  })

  it('keeps what tells pages apart', () => {
    expect(urlKeyOf('https://example.com/Story?p=1&p=2&q=%C3%A9&empty=')).toBe(
      'https://example.com/Story?p=1&p=2&q=%C3%A9&empty=',
    )
    expect(urlKeyOf('https://bücher.example/x')).toBe('https://xn--bcher-kva.example/x')
    expect(urlKeyOf('https://example.com:8443/x')).toBe('https://example.com:8443/x')
    expect(urlKeyOf('https://example.com/?p=7')).toBe('https://example.com/?p=7')
  })

  it('is none for a front page', () => {
    expect(urlKeyOf('https://example.com')).toBeNull()
    expect(urlKeyOf('https://example.com/?utm_source=rss#top')).toBeNull()
  })

  it('keeps question marks within a query', () => {
    expect(urlKeyOf('https://news.example/???a')).toBe('https://news.example/???a')
  })

  it('is its own key, whatever the address', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (written) => {
        const url = resolveUrl(written)
        const key = url === null ? null : urlKeyOf(url)
        if (key !== null) expect(urlKeyOf(key)).toBe(key)
      }),
    )
  })

  it('does not depend on tracking parameters', () => {
    const name = fc.constantFrom('utm_source', 'utm_x', 'fbclid', 'gclid', 'mc_cid', 'mc_eid')
    const value = fc.stringMatching(/^[a-z0-9%-]{0,8}$/)
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
        const query = ['a=1', ...pairs.map(([key, text]) => `${key}=${text}`), 'b'].join('&')
        expect(urlKeyOf(`https://example.com/x?${query}`)).toBe('https://example.com/x?a=1&b')
      }),
    )
  })
})
