import fc from 'fast-check'
import { createElement } from 'react'
import { describe, expect, test } from 'vitest'
import { clip } from '../../emails/components/clean.ts'
import { foldLines } from '../../emails/components/fold-lines.ts'
import { plainLook } from '../../emails/components/look.ts'
import { DigestEmail, type DigestProps } from '../../emails/digest.tsx'
import { messagesFor } from '../../emails/messages.ts'
import { renderMail } from '../../emails/render.ts'
import { checks } from './checks.ts'
import { all, DomUtils, hrefsOf, parse, preview, renderConfirm, renderDigest, story, visibleText } from './support.ts'

const octets = (text: string) => Buffer.byteLength(text)
const longestLine = (text: string) => Math.max(...text.split('\n').map(octets))

const topics = ['a', 'b', 'c'].map((slug) => ({ slug, name: `Topic ${slug}` }))
const twelve = (changes: Parameters<typeof story>[0]) =>
  Array.from({ length: 12 }, (_, index) => story({ ...changes, topics: topics.slice(index % 3, (index % 3) + 1) }))

const extremes = {
  'a headline of 10 kB without a space': { title: 'x'.repeat(10_000) },
  'a headline of 10 kB in words': { title: 'harbour '.repeat(1_250), summary: 'word '.repeat(2_000) },
  'Chinese without a space': { title: '港口电车通宵运行'.repeat(60), summary: '港口电车通宵运行'.repeat(200) },
  'ampersands without a space': { title: '&'.repeat(300), summary: '&'.repeat(480), imageAlt: '&'.repeat(200) },
  'emoji families': { title: '👩‍👩‍👧‍👦'.repeat(200), summary: '🏳️‍🌈'.repeat(400), imageAlt: '👩‍👩‍👧‍👦'.repeat(50) },
  'long addresses': {
    url: `https://post.example/${'p'.repeat(870)}`,
    imageUrl: `https://post.example/${'i'.repeat(870)}`,
  },
  'addresses of ampersands': { url: `https://post.example/?${'&'.repeat(170)}` },
  'ten authors with long names': { authors: Array.from({ length: 10 }, (_, n) => `Author ${n} ${'von '.repeat(30)}`) },
}

describe('a picture', () => {
  const linksOf = async (imageAlt: string) => {
    const { html } = await renderDigest({ stories: [story({ imageAlt })] })
    return all(parse(html), 'a').filter(({ attribs }) => attribs.href === story().url)
  }

  test('that has no text of its own is no second link for screen readers and keyboards', async () => {
    for (const imageAlt of ['', ' ', story().title]) {
      const [picture, headline] = await linksOf(imageAlt)
      expect(picture?.attribs).toMatchObject({ 'aria-hidden': 'true', tabindex: '-1' })
      expect(picture && DomUtils.getElementsByTagName('img', picture)[0]?.attribs.alt).toBe(story().title)
      expect(headline?.attribs).not.toHaveProperty('aria-hidden')
      expect(headline?.attribs).not.toHaveProperty('tabindex')
    }
  })

  test('that has one is a link as others are', async () => {
    const links = await linksOf('A tram on a quay')
    expect(links).toHaveLength(2)
    for (const { attribs } of links) expect(Object.keys(attribs)).not.toContain('aria-hidden')
  })
})

/** All that is long at once, in letters of three octets and signs of five. */
const together = {
  'everything long, in Chinese': { sign: '港', address: '%E6%B8%AF'.repeat(90) },
  'everything long, in ampersands': { sign: '&', address: '&'.repeat(160) },
}

describe('a digest with everything in it', () => {
  test.each(Object.entries(together))('stays below 90 KB: %s', async (_, { sign, address }) => {
    const topics = Array.from({ length: 6 }, (_, index) => ({
      slug: `topic-${index}`,
      name: `${index}${sign.repeat(59)}`,
    }))
    const stories = Array.from({ length: 12 }, (_, index) =>
      story({
        title: `Everything ${sign.repeat(289)}`,
        summary: sign.repeat(400),
        url: `https://post.example/?${address}`,
        imageUrl: `https://post.example/${address}`,
        imageAlt: `A picture ${sign.repeat(110)}`,
        authors: Array.from({ length: 4 }, () => sign.repeat(80)),
        alsoIn: Array.from({ length: 4 }, (_, site) => `${site}${sign.repeat(59)}`),
        topics: topics.slice(index % 6, (index % 6) + 1),
      }),
    )
    const { html, text } = await renderDigest({
      ...{ stories, language: 'ar', storiesLanguage: 'zh-Hant-TW', frequency: 'weekly', takesReplies: true },
      newsletterName: sign.repeat(100),
      publisher: {
        ...preview.publisher,
        name: `The Post ${sign.repeat(91)}`,
        postalAddress: sign.repeat(300),
        links: Array.from({ length: 6 }, (_, index) => ({
          label: `Imprint ${sign.repeat(32)}`,
          url: `https://post.example/${index}?${address}`.slice(0, 500),
        })),
      },
    })
    expect(octets(html)).toBeLessThan(90_000)
    for (const check of checks) expect(check.find({ html, text }), check.name).toEqual([])
    // Each is told, and the first of them in full.
    expect(hrefsOf(html).filter((href) => href === stories[0]?.url).length).toBeGreaterThanOrEqual(12)
    expect(visibleText(html)).toContain(sign.repeat(399))
    expect(all(parse(html), 'img').length).toBeGreaterThanOrEqual(1)
  })
})

describe('a digest as it is sent', () => {
  test.each(Object.entries(extremes))('stays below 90 KB and 998 octets a line: %s', async (_, changes) => {
    const { html, text } = await renderDigest({ stories: twelve(changes) })
    expect(octets(html)).toBeLessThan(90_000)
    expect(longestLine(html)).toBeLessThanOrEqual(998)
    expect(longestLine(text)).toBeLessThanOrEqual(998)
  })

  test('folding changes nothing that is seen', async () => {
    const title = '港口电车&<b>👩‍👩‍👧‍👦'.repeat(30).slice(0, 290)
    const { html } = await renderDigest({ stories: [story({ title, summary: '电车'.repeat(200), imageAlt: '' })] })
    const headline = all(parse(html), 'h2').map((heading) => DomUtils.textContent(heading))[0]
    expect(headline).toBe(title)
    expect(html).toContain('<!--\n-->')
    expect(visibleText(html)).toContain('电车'.repeat(200))
  })

  test('folding leaves the document as it was, whatever the lengths of addresses and descriptions', async () => {
    const letters = fc.constantFrom('a', '&', '=', "'", 'é', '港', ' ', '"', '<', '👩‍👩‍👧‍👦')
    const text = (max: number) => fc.string({ unit: letters, maxLength: max, size: 'max' })
    const unit = fc.constantFrom('a', 'a', 'a', '&', "'")
    const path = fc.string({ unit, minLength: 700, maxLength: 890, size: 'max' })
    await fc.assert(
      fc.asyncProperty(path, path, text(120), text(300), async (page, picture, imageAlt, title) => {
        const { href: url } = new URL(`https://post.example/?${page}`)
        const { href: imageUrl } = new URL(`https://post.example/${picture}`)
        const { html } = await renderDigest({ stories: [story({ url, imageUrl, imageAlt, title })] })
        const [image, ...more] = all(parse(html), 'img').filter(({ attribs }) => attribs.width !== undefined)
        const isShort = (address: string) => address.replaceAll('&', '&amp;').replaceAll("'", '&#x27;').length <= 900
        expect([image?.attribs.src, more]).toEqual([isShort(imageUrl) ? imageUrl : undefined, []])
        if (image) expect(image.attribs.alt).toBe(clip(imageAlt, 120) || clip(title, 120) || 'Untitled story')
        const [headline = ''] = all(parse(html), 'h2').map((heading) => DomUtils.textContent(heading))
        expect(headline.replaceAll('\n', ' ')).toBe(clip(title, 300) || 'Untitled story')
        expect(hrefsOf(html).filter((href) => href.startsWith('https://post.example/?'))).toEqual(
          isShort(url) ? Array(isShort(imageUrl) ? 2 : 1).fill(url) : [],
        )
        expect(longestLine(html)).toBeLessThanOrEqual(998)
        expect(visibleText(html)).not.toMatch(/src=|href=|style=/)
      }),
      { numRuns: 200 },
    )
  })

  test('folding leaves short lines alone', () => {
    expect(foldLines('<p>one two</p>')).toBe('<p>one two</p>')
  })

  test('is the same, byte for byte, whenever it is rendered', async () => {
    const mails = await Promise.all([renderDigest(), renderDigest(), renderDigest()])
    expect(new Set(mails.map((mail) => JSON.stringify(mail))).size).toBe(1)
  })

  test('has nothing in it that only browsers need', async () => {
    const { html } = await renderDigest()
    expect(html).not.toMatch(/<!--|<link|<script|data-reactroot/)
    expect(html).toMatch(/^<!DOCTYPE html/)
  })

  test('begins with words that say what is inside, for all to see', async () => {
    const { html } = await renderDigest()
    expect(visibleText(html).trim()).toMatch(/^Also inside: The reeds are back in the Lower Marsh/)
  })

  test.each([
    ['of unknown size over the full width', {}, 536],
    ['never wider than it is', { imageWidth: 400, imageHeight: 267 }, 400],
    ['whose height is unknown, too', { imageWidth: 400 }, 400],
    ['over the full width where it nearly has it', { imageWidth: 1600, imageHeight: 1200 }, 536],
    ['or is a little smaller', { imageWidth: 480, imageHeight: 300 }, 536],
    ['but not much', { imageWidth: 468, imageHeight: 300 }, 468],
    ['so narrow that it is no higher than 400 pixels', { imageWidth: 900, imageHeight: 1000 }, 360],
    ['beside the words where it is small', { imageWidth: 130, imageHeight: 86 }, 130],
    ['beside the words where it would be small', { imageWidth: 900, imageHeight: 1500 }, 144],
  ])('shows the picture of the lead %s', async (_, size, width) => {
    const { html } = await renderDigest({ stories: [story(size)] })
    const [image] = all(parse(html), 'img')
    expect(image?.attribs.width).toBe(String(width))
    expect(image?.attribs.height).toBeUndefined()
    const cells = DomUtils.findAll((cell) => cell.attribs.class === 'thumbnail-cell', parse(html))
    expect(cells).toHaveLength(width < 300 ? 1 : 0)
    const grounds = all(parse(html), 'td').filter(({ attribs }) => attribs.class === 'fill-panel')
    expect(grounds.map(({ attribs }) => attribs.align)).toEqual(width >= 300 && width < 536 ? ['center'] : [])
  })

  test.each(['en', 'ar'])('no line of it begins with a dot, nor has half of a short piece (%s)', async (language) => {
    const stories = [
      story({ authors: ['Ines Okonjo-Hart'] }),
      story({ alsoIn: ['Merrin Today'] }),
      story({ alsoIn: ['The Harbour Echo', 'Merrin Today'] }),
      ...Array.from({ length: 5 }, (_, n) => story({ topics: [{ slug: `t${n}`, name: `Topic ${n}` }] })),
    ]
    const { html, text } = await renderDigest({ language, stories, frequency: 'weekly', furtherCount: 0 })
    const inHtml = all(parse(html), 'p').map((line) => DomUtils.textContent(line))
    const { digest } = messagesFor(language)
    const bylines = inHtml.filter((line) => line.includes('Okonjo'))
    expect(bylines).toHaveLength(stories.length)
    for (const line of [...bylines, ...text.split('\n').filter((line) => line.includes('Okonjo'))]) {
      expect(line).not.toContain(' ·')
      expect(line).toContain(`\u00a0· ${language === 'en' ? 'Monday' : 'الاثنين'}`)
    }
    const sites = digest.alsoIn({ sites: 'Merrin Today' })
    expect(bylines[1]).toMatch(new RegExp(`· ${sites.replaceAll(' ', '\u00a0')}$`))
    expect(bylines[2]).toMatch(/Echo\S* \S*(?:and )?Merrin Today$/u)
  })

  test('shows every story once: the lead, sections of two to five, the rest in brief', async () => {
    const stories = Array.from({ length: 12 }, (_, n) =>
      story({ title: `Story number ${n}.`, topics: n < 8 ? topics.slice(0, 1) : n < 10 ? topics.slice(1, 2) : [] }),
    )
    const { html } = await renderDigest({ stories, furtherCount: 1 })
    const headings = DomUtils.findAll((element) => /^h[23]$/.test(element.name), parse(html))
    const words = headings.map((heading) => DomUtils.textContent(heading).replace('Story number ', ''))
    expect(words).toEqual(
      [
        '0.',
        'Topic a',
        '1.',
        '2.',
        '3.',
        '4.',
        '5.',
        'Topic b',
        '8.',
        '9.',
        'In brief',
        '6.',
        '7.',
        '10.',
        '11.',
      ].concat(['Make this digest yours']),
    )
    expect(visibleText(html)).toContain('One more story on the site')
  })

  test('names three of ten authors', async () => {
    const authors = Array.from({ length: 10 }, (_, n) => `Author ${n}`)
    const { html } = await renderDigest({ stories: [story({ authors })] })
    expect(visibleText(html)).toContain('By Author 0, Author 1, Author 2 and 7 others')
  })

  test('is set from the right in Arabic, with the date in Arabic', async () => {
    const { html } = await renderDigest({ language: 'ar' })
    expect(html).toMatch(/<html dir="rtl" lang="ar"/)
    expect(html).toContain('text-align:right')
    expect(html).toMatch(/نوفمبر/)
  })

  test('does not fail for a language or a day that there is not', async () => {
    const { html } = await renderDigest({ language: 'not a language', editionDate: 'soon' })
    expect(html).toMatch(/<html dir="ltr" lang="en"/)
    expect(visibleText(html)).toContain('Soon')
  })
})

describe('what comes from outside', () => {
  const hostile = '<script>alert(1)</script>"><img src=x onerror=alert(2)>\u0000\u202e&amp;\ud800'

  test('never becomes markup', async () => {
    const { html, text } = await renderDigest({
      newsletterName: hostile,
      stories: [
        story({
          title: hostile,
          summary: hostile,
          imageAlt: hostile,
          authors: [hostile],
          topics: [{ slug: 'x', name: hostile }],
        }),
        story({ title: hostile, topics: [{ slug: 'x', name: hostile }] }),
        story({ title: hostile, topics: [{ slug: 'x', name: hostile }] }),
      ],
      publisher: {
        name: hostile,
        postalAddress: hostile,
        contactAddress: hostile,
        siteUrl: hostile,
        links: [{ label: hostile, url: hostile }],
        look: plainLook,
      },
      confirmedOn: hostile,
    })
    const document = parse(html)
    expect(all(document, 'script')).toEqual([])
    expect(all(document, 'img')).toHaveLength(3)
    expect(
      DomUtils.findAll((element) => Object.keys(element.attribs).some((name) => name.startsWith('on')), document),
    ).toEqual([])
    expect(visibleText(html)).toContain('<script>alert(1)</script>')
    expect(html.replace(hostile, '')).not.toMatch(/<script/)
    expect(text).not.toMatch(/^https?:.*script/m)
  })

  test('brings no control character or half a character along', async () => {
    const title = 'A\u0000B\u001b[31mC\u202eD\ud83dE\r\nF\u2028G'
    const { html, text } = await renderDigest({ stories: [story({ title })] })
    expect((html + text).replaceAll('\n', ' ')).not.toMatch(/[\p{Cc}\p{Cs}\u202e\u2028]/u)
    expect(visibleText(html)).toContain('AB[31mCDE F G')
  })

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' \tjavascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    '/relative',
    '',
  ])('is no link and no picture if its address is %j', async (address) => {
    const { html, text } = await renderDigest({
      stories: [story({ url: address, imageUrl: address }), story({ url: address, imageUrl: address })],
      siteUrl: address,
      publisher: { ...preview.publisher, siteUrl: address },
    })
    for (const href of hrefsOf(html)) expect(href).toMatch(/^(https:\/\/digest\.example\/|mailto:)/)
    expect(all(parse(html), 'img')).toEqual([])
    if (address.trim()) expect(html + text).not.toContain(address.trim())
  })
})

describe('the marks that are replaced per reader', () => {
  const links: DigestProps['links'] = {
    preferences: 'MARKpreferences0a1B',
    unsubscribe: 'https://digest.example/unsubscribe/MARKunsubscribe0a1B',
    weekly: 'MARKweekly0a1B',
    daily: 'MARKdaily0a1B',
    pauseTwoWeeks: 'MARKpause0a1B',
    fewerOf: (slug) => `MARKfewer0a1B/${slug}`,
  }
  const confirmedOn = `MARKconfirmedOn${'0a1B'.repeat(30)}`

  test('come through into both parts as they are', async () => {
    const daily = await renderDigest({ links, confirmedOn })
    const weekly = await renderDigest({ links, confirmedOn, frequency: 'weekly' })
    for (const part of [daily.html, daily.text]) {
      for (const mark of [links.preferences, links.unsubscribe, links.weekly, links.pauseTwoWeeks, confirmedOn]) {
        expect(part).toContain(mark)
      }
      expect(part).toContain(links.fewerOf('climate'))
    }
    expect(weekly.html).toContain(`href="${links.daily}"`)
    expect(weekly.text).toContain(`\n${links.daily}\n`)
    expect(hrefsOf(daily.html)).toEqual(expect.arrayContaining([links.preferences, links.unsubscribe, links.weekly]))
  })

  test('may be the link of the confirmation', async () => {
    const { html } = await renderConfirm({ confirmUrl: 'MARKconfirm0a1B' })
    expect(hrefsOf(html)).toContain('MARKconfirm0a1B')
  })
})

test('a digest of nothing is a mistake of the caller', async () => {
  await expect(renderMail(createElement(DigestEmail, { ...preview, stories: [] }), '')).rejects.toThrow(
    'at least one story',
  )
})
