import { describe, expect, it } from 'vitest'
import { securedAddresses } from '../../src/digests/secure-addresses.ts'

const secure = 'https://www.post.example/feed.xml'
const plain = 'http://post.example/feed.xml'

describe('the addresses of a story', () => {
  it.each([
    ['of a site whose feed is at https', 'http://post.example/a?b=1#c', secure, 'https://post.example/a?b=1#c'],
    ['of another site', 'http://old.example/a', secure, 'http://old.example/a'],
    ['of a site that knows no https', 'http://post.example/a', plain, 'http://post.example/a'],
    ['at a port of its own', 'http://post.example:8080/a', secure, 'http://post.example:8080/a'],
    ['that is at https', 'https://old.example/a', plain, 'https://old.example/a'],
    ['that is none', 'nonsense', secure, 'nonsense'],
  ])('a page %s', (_, url, feedUrl, expected) => {
    expect(securedAddresses({ url, imageUrl: null }, feedUrl)).toEqual({ url: expected, imageUrl: null })
  })

  it.each([
    ['wherever it is, where the feed is at https', 'http://post.example/a', secure, 'https://cdn.example/a.jpg'],
    ['where the page is', 'https://old.example/a', plain, 'https://cdn.example/a.jpg'],
    ['not where neither is', 'http://post.example/a', plain, 'http://cdn.example/a.jpg'],
    ['where there is no page', null, secure, 'https://cdn.example/a.jpg'],
  ])('a picture is asked for over https %s', (_, url, feedUrl, expected) => {
    expect(securedAddresses({ url, imageUrl: 'http://cdn.example/a.jpg' }, feedUrl).imageUrl).toBe(expected)
  })
})
