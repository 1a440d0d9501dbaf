// Texts in another script than the mail: which way they run, and at which side their lines begin.
import { describe, expect, test } from 'vitest'
import { directionOfText, turnsWithin } from '../../emails/components/language.ts'
import { all, DomUtils, parse, renderDigest, story } from './support.ts'

const arabic = {
  title: 'المجلس البلدي يقرّ تسيير ترام الميناء',
  summary: 'ابتداءً من مارس ستسير عربات الترام.',
  topics: [{ slug: 'city', name: 'المدينة' }],
}

describe('a text runs', () => {
  test.each([
    ['2026: ‏ترام', 'rtl'],
    ['«ترام» to the harbour', 'rtl'],
    ['🚋 שלום', 'rtl'],
    ['ܫܠܡܐ', 'rtl'],
    ['ދިވެހި', 'rtl'],
    ['ߒߞߏ', 'rtl'],
    ['𞤆𞤵𞤤𞤢𞤪', 'rtl'],
    ['The ترام', 'ltr'],
    ['港口', 'ltr'],
    ['Ελλάδα', 'ltr'],
  ] as const)('%s: %s', (text, direction) => {
    expect(directionOfText(text, 'ltr')).toBe(direction)
    expect(directionOfText(text, 'rtl')).toBe(direction)
  })

  test.each(['', '1:0', '٢٠٢٦', '🎉 – 24/7!'])('as what is around it where it has no letters: %j', (text) => {
    expect(directionOfText(text, 'rtl')).toBe('rtl')
    expect(directionOfText(text, 'ltr')).toBe('ltr')
    expect(turnsWithin(text, 'rtl') || turnsWithin(text, 'ltr')).toBe(false)
  })
})

/** What stands in the HTML with these words: its direction, and the side that its lines begin at. */
const setting = (html: string, words: string) => {
  const blocks = DomUtils.findAll(
    (element) => /^(?:h\d|p)$/.test(element.name) && DomUtils.textContent(element).includes(words),
    parse(html),
  )
  const { attribs } = blocks.at(-1) ?? { attribs: {} as Record<string, string> }
  return [attribs.dir, /text-align:(\w+)/.exec(attribs.style ?? '')?.[1]]
}

describe('in a mail that runs the other way', () => {
  test.each([
    ['en', arabic, 'rtl', 'right', 'By Ines'],
    ['ar', {}, 'ltr', 'left', 'Ines'],
  ] as const)('a story is set from its own side (%s)', async (language, changes, dir, side, byline) => {
    const told = story(changes)
    const { html } = await renderDigest({ language, stories: [told], furtherCount: 0 })
    for (const words of [told.title, told.summary, told.topics[0]?.name ?? '']) {
      expect(setting(html, words)).toEqual([dir, side])
    }
    expect(setting(html, byline)).toEqual([undefined, side])
  })

  test('a headline without letters is set as the mail is', async () => {
    const { html } = await renderDigest({ language: 'ar', stories: [story({ ...arabic, title: '24/7' })] })
    expect(setting(html, '24/7')).toEqual([undefined, undefined])
  })

  test('pictures stay where the mail has them', async () => {
    const of = async (changes: object) => {
      const { html } = await renderDigest({ stories: [story(), story({ ...changes, authors: [] })] })
      return all(parse(html), 'td').map(({ attribs }) => [attribs.class, attribs.style])
    }
    expect(await of(arabic)).toEqual(await of({}))
  })
})

test.each(['en', 'ar'])('what runs as the mail does is told nothing (%s)', async (language) => {
  const changes = language === 'ar' ? { ...arabic, imageAlt: arabic.title, authors: ['ليلى حدّاد'] } : {}
  const { html } = await renderDigest({ language, stories: [story(changes), story(changes)], newsletterName: '24' })
  const side = language === 'ar' ? 'right' : 'left'
  const inBody = all(parse(html), 'body').flatMap((body) => DomUtils.findAll(() => true, body.children))
  const told = inBody.filter(({ attribs }) => attribs.dir || attribs.style?.includes('text-align'))
  const kinds = told.map(
    ({ name, attribs }) => `${name} ${attribs.dir ?? /text-align:\w+/.exec(attribs.style ?? '')?.[0]}`,
  )
  const postal = language === 'ar' ? ['span ltr', 'span ltr'] : []
  expect(kinds.filter((kind) => kind !== 'p text-align:center' && kind !== 'h1 text-align:center')).toEqual([
    `div ${language === 'ar' ? 'rtl' : 'ltr'}`,
    ...Array(3).fill(`table text-align:${side}`),
    ...postal,
  ])
})
