// The eleven checks of the Email Markup Consortium's accessibility report, on the HTML as it is sent.
import { describe, expect, test } from 'vitest'
import { dark, light } from '../../emails/components/theme.ts'
import { contrastOf, textsOf } from './contrast.ts'
import {
  all,
  DomUtils,
  type Element,
  isElement,
  letters,
  parse,
  renderAnswer,
  renderConfirm,
  renderDigest,
  story,
} from './support.ts'

const attribute = (element: Element, name: string) => DomUtils.getAttributeValue(element, name)

const bare = story({ summary: '', imageUrl: null, url: null, authors: [], topics: [] })

const mails = {
  digest: () => renderDigest(),
  'weekly digest': () => renderDigest({ frequency: 'weekly' }),
  'digest of one bare story': () => renderDigest({ stories: [bare], furtherCount: 0 }),
  'digest of pictures without a description': () =>
    renderDigest({ stories: [story({ imageAlt: '' }), story({ imageAlt: ' ' })] }),
  'digest in Hebrew': () => renderDigest({ language: 'he' }),
  confirmation: () => renderConfirm(),
  ...letters,
  'digest that takes replies': () => renderDigest({ takesReplies: true }),
  'confirmation that takes replies': () => renderConfirm({ takesReplies: true }),
  answer: () => renderAnswer(),
  help: () => renderAnswer({ answer: { kind: 'help', isAsked: false, next: null } }),
}

describe.each(Object.entries(mails))('%s', (name, mail) => {
  const rtl = name === 'digest in Hebrew'
  const document = async () => parse((await mail()).html)

  test('1, 2: dir and lang on every child of body', async () => {
    const children = all(await document(), 'body').flatMap((body) => body.children.filter(isElement))
    expect(children.length).toBeGreaterThan(0)
    for (const child of children) {
      expect(attribute(child, 'dir')).toBe(rtl ? 'rtl' : 'ltr')
      expect(attribute(child, 'lang')).toBe(rtl ? 'he' : 'en')
    }
  })

  test('3: layout tables have no role for screen readers', async () => {
    const tables = all(await document(), 'table')
    expect(tables.length).toBeGreaterThan(0)
    for (const table of tables) expect(attribute(table, 'role')).toBe('presentation')
  })

  test('4: one heading of the first level, and no level left out', async () => {
    const levels = DomUtils.findAll((element) => /^h\d$/.test(element.name), await document()).map((h) =>
      Number(h.name[1]),
    )
    expect(levels.filter((level) => level === 1)).toHaveLength(1)
    expect(levels[0]).toBe(1)
    levels.forEach((level, index) => {
      expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1)
    })
  })

  test('5, 10: links have a text, and it says where they lead', async () => {
    for (const link of all(await document(), 'a')) {
      const images = all({ children: [link] } as never, 'img')
      const words = [DomUtils.textContent(link), ...images.map((image) => attribute(image, 'alt') ?? '')]
        .join(' ')
        .trim()
      expect(words.length).toBeGreaterThan(3)
      expect(words).not.toMatch(/^(click )?here$|^(read )?more$|^link$|^https?:/i)
    }
  })

  test('6, 9: html has lang, and there is a title', async () => {
    const parsed = await document()
    expect(all(parsed, 'html').map((html) => attribute(html, 'lang'))).toEqual([rtl ? 'he' : 'en'])
    expect(DomUtils.textContent(all(parsed, 'title')).length).toBeGreaterThan(5)
  })

  test.each(['light', 'dark'] as const)('7: contrast is 4.5:1 or better in %s mode', async (mode) => {
    const texts = textsOf(await document(), mode)
    expect(texts.length).toBeGreaterThan(5)
    for (const { text, color, background } of texts) {
      expect(contrastOf(color, background), `${text} (${color} on ${background})`).toBeGreaterThanOrEqual(4.5)
    }
  })

  test('8: pictures have a description, a width and an address on the web', async () => {
    for (const image of all(await document(), 'img')) {
      expect(attribute(image, 'alt')?.trim()).toBeTruthy()
      expect(Number(attribute(image, 'width'))).toBeGreaterThan(0)
      expect(attribute(image, 'src')).toMatch(/^https?:\/\//)
    }
  })

  test('11: links are underlined', async () => {
    const links = all(await document(), 'a')
    expect(links.length).toBeGreaterThan(0)
    for (const link of links) expect(attribute(link, 'style')).toMatch(/text-decoration:underline/)
  })

  test('beyond the eleven: zoom stays possible, nothing is hidden, no id twice, nothing that Outlook cannot lay out', async () => {
    const { html } = await mail()
    expect(html).not.toMatch(/user-scalable|maximum-scale|display:\s*(none|flex|grid)|visibility:\s*hidden| id="/)
  })
})

test('every colour for text stands out from every ground it may be on', () => {
  for (const tones of [light, dark]) {
    for (const text of ['ink', 'body', 'muted', 'accent'] as const) {
      for (const ground of ['page', 'sheet', 'panel'] as const) {
        expect(contrastOf(tones[text], tones[ground]), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5)
      }
    }
    expect(contrastOf(tones.onButton, tones.button)).toBeGreaterThanOrEqual(4.5)
  }
})
