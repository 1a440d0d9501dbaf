import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Answer, AnswerEmail, answerSubject } from '../../emails/answer.tsx'
import type { LetterProps } from '../../emails/components/letter.tsx'
import { wrap } from '../../emails/components/plain-text.ts'
import { digestText } from '../../emails/digest.tsx'
import { languages } from '../../emails/messages.ts'
import type { RenderedMail } from '../../emails/render.ts'
import {
  all,
  DomUtils,
  hrefsOf,
  letters,
  parse,
  preview,
  renderAnswer,
  renderChanged,
  renderConfirm,
  renderDigest,
  story,
  visibleText,
} from './support.ts'

const isUrl = (line: string) => /^https?:\/\/\S+$/.test(line)

describe('the text part of a digest', () => {
  test('wraps prose at 78 columns and puts addresses on lines of their own', async () => {
    const { text } = await renderDigest()
    for (const line of text.split('\n')) {
      if (line.includes('http')) expect(line).toSatisfy(isUrl)
      else expect(line.length).toBeLessThanOrEqual(78)
    }
  })

  test.each(['daily', 'weekdays', 'weekly'] as const)('has the links of the HTML part (%s)', async (frequency) => {
    const { html, text } = await renderDigest({ frequency })
    const links = hrefsOf(html).map((href) => href.replace(/^mailto:/, ''))
    expect(links.length).toBeGreaterThan(15)
    for (const link of links) expect(text).toContain(link)
    const inText = text.split('\n').filter(isUrl)
    expect(new Set(inText)).toEqual(new Set(links.filter(isUrl)))
  })

  test('says who sends it, from where, why, and how to stop it', () => {
    const text = digestText(preview).replace(/\s+/g, ' ')
    expect(text).toContain('The Morning Post is sent by The Calderhaven Post, 4 Ropewalk, Calderhaven CH1 2QT.')
    expect(text).toContain('because you confirmed your subscription to The Morning Post on 3 March 2026.')
    expect(text).toContain('Questions? Write to letters@post.example')
    expect(text).toContain(`Unsubscribe: ${preview.links.unsubscribe}`)
  })

  test('offers the other rhythm', () => {
    expect(digestText({ ...preview, frequency: 'weekly' })).toContain(
      `Daily instead of weekly:\n${preview.links.daily}`,
    )
    expect(digestText({ ...preview, frequency: 'weekdays' })).toContain(preview.links.weekly)
    expect(digestText(preview)).not.toContain(preview.links.daily)
  })

  test('leaves no gap for what a story lacks', () => {
    const bare = story({ summary: '', authors: [], url: null, imageUrl: null, topics: [] })
    const text = digestText({ ...preview, stories: [bare], furtherCount: 0 })
    expect(text).toContain(
      'Monday 23 November 2026 · One story, a minute to read\n\nCouncil votes to run the harbour tram through the night\n\nMake',
    )
    expect(text).not.toMatch(/\n{3}|undefined|null|more stor/)
  })

  test('is wrapped whatever is written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (prose) => {
        for (const line of wrap(prose).split('\n')) expect(line.length).toBeLessThanOrEqual(78)
        expect(wrap(prose).replace(/\s/g, '')).toBe(prose.replace(/\s/g, ''))
      }),
    )
  })

  test('keeps a mark whole, even one with spaces', () => {
    const mark = 'the 3rd of March 2026, at 10:04'
    for (let width = 1; width < 90; width++) {
      const words = `${'x'.repeat(width)} confirmed on ${mark}.`
      expect(wrap(words, [mark])).toContain(`${mark}.`)
    }
  })
})

test('the text of the confirmation has its link, its limit and the way to say no', async () => {
  const { text } = await renderConfirm({ confirmUrl: 'MARKERconfirm0001' })
  expect(text).toContain('Confirm subscription:\nMARKERconfirm0001\n')
  expect(text).toContain('72 hours')
  expect(text).toContain('ignore this mail')
  expect(text.replace(/\s+/g, ' ')).toContain('4 Ropewalk, Calderhaven CH1 2QT')
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(78)
})

const firstLines = Object.entries({
  ...letters,
  confirmation: renderConfirm,
  'change of settings': (changes) => renderChanged(changes),
  pause: (changes) => renderChanged({ ...changes, pausedUntil: '2026-12-24' }),
} satisfies Record<string, (changes: Partial<LetterProps>) => Promise<RenderedMail>>)

describe.each(languages)('the first line of a letter (%s)', (language) => {
  test.each(firstLines)('of a %s tells more than its subject, in both parts', async (_, render) => {
    const { html, text } = await render({ language })
    const document = parse(html)
    const [line = '', ...paragraphs] = all(document, 'p').map((one) => DomUtils.textContent(one))
    expect(line).toMatch(/^\S.{8,88}\S$/u)
    const others = [...all(document, 'title'), ...all(document, 'h1')].map((one) => DomUtils.textContent(one))
    expect(others).not.toContain(line)
    // The name, and what is asked.
    expect(paragraphs.slice(0, 2).join()).not.toContain(line)
    expect(text.split('\n\n')[0]?.replace('\n', ' ')).toBe(line)
  })
})

describe.each(Object.entries(letters))('the %s', (_, render) => {
  test('says the same in both parts, with its link once as a button and once to copy', async () => {
    const { html, text } = await render({ url: 'https://digest.example/MARKER0001' })
    expect(hrefsOf(html).filter((href) => href.endsWith('MARKER0001'))).toHaveLength(1)
    expect(visibleText(html)).toContain('https://digest.example/MARKER0001')
    expect(text).toMatch(/:\nhttps:\/\/digest\.example\/MARKER0001\n/)
    const words = text.replace(/\s+/g, ' ')
    expect(words).toContain('4 Ropewalk, Calderhaven CH1 2QT')
    for (const part of [words, visibleText(html)])
      expect(part).toMatch(/most likely you.* You receive this (one )?mail because/)
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(78)
  })

  test('makes no markup of the newsletter’s name', async () => {
    const { html, text } = await render({ newsletterName: '<script>alert(1)</script>\r\nBcc: x' })
    expect(html).not.toContain('<script>')
    expect(text.split('\n')).not.toContain('Bcc: x')
  })
})

const next = { at: new Date('2026-12-24T06:00:00Z'), timeZone: 'Europe/Berlin' }

test.each<[Answer, string, RegExp]>([
  [{ kind: 'frequency', frequency: 'weekdays', weekday: 1, next }, 'Your digest now comes on weekdays', /Undo/],
  [{ kind: 'paused', until: '2026-12-24', next }, 'Your digest is paused', /none before Thursday 24 December 2026/],
  [{ kind: 'resumed', next, wasPaused: true }, 'Your digest is not paused', /Thursday 24 December, at 07:00 in Berlin/],
  [{ kind: 'stopped' }, 'You are unsubscribed', /Subscribe again/],
  [{ kind: 'not_subscribed' }, 'You are not subscribed', /Subscribe again/],
  [{ kind: 'help', isAsked: true, next: null }, 'What you can do by mail', /pause until 24 December/],
  [{ kind: 'help', isAsked: false, next: null }, 'Nothing was changed', /was not understood/],
  [{ kind: 'bad_pause', isAsked: false, next }, 'Nothing was changed', /within a year/],
])('an answer says what was done, in HTML and in text: %j', async (answer, subject, words) => {
  const { html, text } = await renderAnswer({ answer })
  expect(answerSubject({ ...AnswerEmail.PreviewProps, answer })).toBe(subject)
  expect(text.replace(/\s+/g, ' ')).toMatch(words)
  expect(visibleText(html)).toMatch(words)
  for (const line of text.split('\n')) expect(line).toSatisfy((one: string) => one.length <= 78 || isUrl(one))
  const links = hrefsOf(html).map((href) => href.replace(/^mailto:/, ''))
  for (const link of links) expect(text).toContain(link)
})
