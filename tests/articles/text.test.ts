import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseFeedDate } from '../../src/articles/feed-date.ts'
import { htmlToText, readHtml, titleToText } from '../../src/articles/html-to-text.ts'
import { firstSentence } from '../../src/articles/sentences.ts'
import { cleanText, cutAtWord } from '../../src/platform/text.ts'

const anyText = fc.string({
  unit: fc.constantFrom('a', ' ', '.', '…', '😀', '\u0000', '\ud800', '\udc00', '\u202e', 'é', '! '),
})

describe('HTML', () => {
  it.each([
    ['<p>One</p><p>Two<br>three</p>', 'One Two three'],
    ['Fish &amp; chips &#8217;n&rsquo; &nbsp; more', 'Fish & chips ’n’ more'],
    ['a<script>alert(1)</script>b<style>p{}</style>c', 'abc'],
    ['<figure><img src=x><figcaption>Photo: me</figcaption></figure>Text', 'Text'],
    ['un<b>broken</b> word', 'unbroken word'],
    ['&lt;script&gt;', '<script>'],
    ['<p>cut <a href="', 'cut'],
    ['plain', 'plain'],
    ['', ''],
  ])('%s becomes text', (html, text) => {
    expect(htmlToText(html)).toBe(text)
  })

  it('gives its pictures, but no dots, counters, smileys or data', () => {
    const { images } = readHtml(
      `<img src="https://a.example/1x1.gif"><img src=p.gif width=1 height="1"><img src="data:image/gif;base64,AA">
       <img src="https://www.gravatar.com/avatar/1"><noscript><img src=no.png></noscript>
       <img src=" big.jpg " alt="A  dog"><img src="data:," data-src="lazy.jpg">`,
    )
    expect(images).toEqual([
      { url: 'big.jpg', alt: 'A dog' },
      { url: 'lazy.jpg', alt: '' },
    ])
  })

  it('is read in time that does not explode', () => {
    for (const part of ['<b>', '</b>', '<', '<a href="', '&amp', '<!--', '<script>']) {
      expect(() => readHtml(part.repeat(100_000))).not.toThrow()
    }
  })

  it.each([
    ['Fish &amp; chips', 'Fish & chips'],
    ['1 < 2 and a<b', '1 < 2 and a<b'],
    ['The <em>best</em> day', 'The best day'],
    ['How <div> differs from <span>', 'How <div> differs from <span>'],
    ['Line<br>break of <b class="x">it', 'Line break of it'],
    ['&amp;euro;5 for caf&amp;eacute;s', '€5 for cafés'],
    ['Safe<script>alert(1)</script>', 'Safe'],
  ])('%s is a title', (title, text) => {
    expect(titleToText(title)).toBe(text)
  })
})

describe('plain text', () => {
  it('is one line without NUL, lone surrogates and marks that turn the direction', () => {
    expect(cleanText(' a\u0000b\n\tc\ud800d \u202eevil\u2066 \ufeff😀\uffff ')).toBe('ab cd evil 😀')
  })

  it('keeps what scripts need: joiners and marks of the right-to-left', () => {
    expect(cleanText('می\u200cخواهم \u200f!')).toBe('می\u200cخواهم \u200f!')
  })

  it('is cut at a word, with an ellipsis', () => {
    expect(cutAtWord('one two three', 13)).toBe('one two three')
    expect(cutAtWord('one two, three', 12)).toBe('one two…')
    expect(cutAtWord('abcdefghijkl', 5)).toBe('abcd…')
    expect(cutAtWord('😀😀😀', 4)).toBe('😀…')
  })

  it('has a first sentence', () => {
    expect(firstSentence('J. Smith won. Others lost.', 'en')).toBe('J. Smith won.')
    expect(firstSentence('No end', 'en')).toBe('No end')
  })

  it('is never longer than it may be, never ends within a character, and is well-formed', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 2, max: 30 }), (written, maximum) => {
        const text = cleanText(written)
        const cut = cutAtWord(text, maximum)
        expect(cut.length).toBeLessThanOrEqual(maximum)
        expect(cut.isWellFormed()).toBe(true)
        expect(cut).not.toContain('\u0000')
        expect(cleanText(text)).toBe(text)
      }),
    )
  })
})

describe('a date', () => {
  it.each([
    ['Mon, 23 Nov 2026 06:00:00 GMT', '2026-11-23T06:00:00.000Z'],
    ['Mon, 23 Nov 26 06:00 EST', '2026-11-23T11:00:00.000Z'],
    ['23 November 2026 06:00:00 +0130', '2026-11-23T04:30:00.000Z'],
    ['lun., 23 Nov 2026 06:00:00 CET', '2026-11-23T05:00:00.000Z'],
    ['Mon, 23 Nov 1998 06:00:00 -0800', '1998-11-23T14:00:00.000Z'],
    ['2026-11-23T06:00:00Z', '2026-11-23T06:00:00.000Z'],
    ['2026-11-23T06:00:00.123+02:00', '2026-11-23T04:00:00.000Z'],
    ['2026-11-23 06:00', '2026-11-23T06:00:00.000Z'],
    ['2026-11-23', '2026-11-23T00:00:00.000Z'],
  ])('%s is read', (written, expected) => {
    expect(parseFeedDate(written)?.toISOString()).toBe(expected)
  })

  it.each([
    '',
    'yesterday',
    '2026-02-30',
    '31 Feb 2026 06:00 GMT',
    '2026-11-23T25:00:00Z',
    '0001-01-01T00:00:00',
    '1970-01-01T00:00:00Z',
    '2026-13-01',
  ])('%s is none', (written) => {
    expect(parseFeedDate(written)).toBeNull()
  })

  it('is what it was, however it is written', () => {
    const instant = fc.date({ min: new Date('1972-01-01'), max: new Date('2069-12-30'), noInvalidDate: true })
    fc.assert(
      fc.property(instant, (date) => {
        const whole = new Date(Math.floor(date.getTime() / 1000) * 1000)
        expect(parseFeedDate(whole.toISOString())).toEqual(whole)
        expect(parseFeedDate(whole.toUTCString())).toEqual(whole)
      }),
    )
    fc.assert(fc.property(fc.string(), (written) => void parseFeedDate(written)))
  })
})
