import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writtenDays } from '../../emails/components/in-words.ts'
import { fillTemplate, type MailPayload, slotMarkers, toTemplate } from '../../src/delivery/mail-template.ts'

const random = (count: number) => new Uint8Array(randomBytes(count))

function template(content: string) {
  const markers = slotMarkers(random)
  return toTemplate(
    {
      from: 'News <news@example.com>',
      replyTo: 'news@example.com',
      subject: 'Today',
      html: `<p>${content}</p><a href="https://x/u/${markers.unsubscribeToken}?a=1">${markers.confirmedOn}</a>`,
      text: `${markers.unsubscribeToken}${markers.unsubscribeToken}`,
      headers: { 'List-Unsubscribe': `<https://x/u/${markers.unsubscribeToken}>` },
    },
    markers,
  )
}

/** As the provider reads it. */
const sent = (payload: MailPayload) => JSON.parse(JSON.stringify(payload))

describe('a mail template', () => {
  it('is filled with what is one reader’s own', () => {
    expect(
      sent(fillTemplate(template('hi'), 'ada@example.com', 7, { unsubscribeToken: 'T', confirmedOn: '2026-11-23' })),
    ).toEqual({
      from: 'News <news@example.com>',
      to: ['ada@example.com'],
      replyTo: 'news@example.com',
      subject: 'Today',
      html: '<p>hi</p><a href="https://x/u/T?a=1">2026-11-23</a>',
      text: 'TT',
      headers: { 'List-Unsubscribe': '<https://x/u/T>' },
      tags: [{ name: 'message', value: '7' }],
    })
  })

  it.each([
    ['en', '3 November 2026'],
    ['en-US', 'November 3, 2026'],
    ['de', '3. November 2026'],
    ['fr', '3 novembre 2026'],
    ['es', '3 de noviembre de 2026'],
    ['ar', '3 نوفمبر 2026'],
    ['ar-SA', '٣ نوفمبر ٢٠٢٦'],
    ['th', '3 พฤศจิกายน ค.ศ. 2026'],
  ])('has a day written as in %s', (language, written) => {
    const dated = { ...template('hi'), days: writtenDays(language) }
    const { html } = sent(
      fillTemplate(dated, 'ada@example.com', 7, { unsubscribeToken: 'T', confirmedOn: '2026-11-03' }),
    )
    expect(html).toContain(`>${written}<`)
  })

  it('holds no randomness, so that equal mails are one rendering', () => {
    expect(JSON.stringify(template('hi'))).toBe(JSON.stringify(template('hi')))
  })

  it('cannot be made to show a token by what an article says', () => {
    const other = slotMarkers(random)
    const hostile = `${other.unsubscribeToken} slotunsubscribeTokenend {{unsubscribeToken}} ["unsubscribeToken"]`
    const filled = sent(
      fillTemplate(template(hostile), 'ada@example.com', 7, { unsubscribeToken: 'SECRET', confirmedOn: '' }),
    )
    expect(filled.html).toContain(hostile)
    expect(filled.html.match(/SECRET/g)).toHaveLength(1)
  })

  it('reads as it was written, whatever the text and the values are made of', () => {
    const anyText = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(anyText, anyText, (content, value) => {
        const filled = sent(
          fillTemplate(template(content), 'ada@example.com', 7, { unsubscribeToken: value, confirmedOn: value }),
        )
        expect(filled.html).toBe(`<p>${content}</p><a href="https://x/u/${value}?a=1">${value}</a>`)
        expect(filled.text).toBe(value + value)
      }),
      { examples: [['\\ " \u2028 é “’” 🚋 \ud800 </p>\n\0', '"']] },
    )
  })

  it('takes a byte a character on its way out, in every script', () => {
    const filled = fillTemplate(template('é “’” 🚋'), 'ada@example.com', 7, { unsubscribeToken: 'T', confirmedOn: '' })
    expect(JSON.stringify(filled)).toMatch(/^[\x20-\x7e]*$/)
  })

  it('does not go out with a slot left empty', () => {
    expect(() => fillTemplate(template('hi'), 'ada@example.com', 7, {})).toThrow(
      'no value for the slot unsubscribeToken',
    )
  })
})
