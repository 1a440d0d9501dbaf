import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressChangeSubject } from '../../emails/address-change.tsx'
import { addressChangeNoticeSubject } from '../../emails/address-change-notice.tsx'
import { preferencesLinkPreview } from '../../emails/components/preview-props.ts'
import { ConfirmEmail, confirmSubject } from '../../emails/confirm.tsx'
import { digestSubject } from '../../emails/digest.tsx'
import { preferencesLinkSubject } from '../../emails/preferences-link.tsx'
import { preview, story } from './support.ts'

const subjectOf = (title: string, newsletterName = 'The Morning Post', language = 'en') =>
  digestSubject({ ...preview, newsletterName, language, stories: [story({ title })] })

describe('the subject of a digest', () => {
  test('is the lead headline', () => {
    expect(subjectOf('The streets that learned to drink')).toBe('The streets that learned to drink')
  })

  test('has 60 characters at most, and a longer headline ends after a word', () => {
    expect(subjectOf('Council votes to run the harbour tram through the night, every night of the week')).toBe(
      'Council votes to run the harbour tram through the night…',
    )
  })

  test('is never cut inside a word', () => {
    const word = fc.stringMatching(/^[\p{L}\p{M}'’-]{1,24}$/u)
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
        const title = words.join(' ')
        const subject = subjectOf(title)
        expect(subject.length).toBeLessThanOrEqual(60)
        const kept = title.length <= 60 ? subject : subject.slice(0, -1)
        expect(title.startsWith(kept)).toBe(true)
        // What follows is a space, or a dash or comma that was left out before one.
        expect(title.slice(kept.length)).toMatch(/^([\s,;:–—-]|$)/u)
      }),
    )
  })

  test('is one line of text whatever the headline is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (title) => {
        const subject = subjectOf(title)
        expect(subject.length).toBeGreaterThan(0)
        expect(subject.length).toBeLessThanOrEqual(60)
        expect(subject).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029]/u)
      }),
    )
  })

  test('of an endless word is the name of the newsletter, or says what it is', () => {
    expect(subjectOf('x'.repeat(10_000))).toBe('The Morning Post')
    expect(subjectOf('x'.repeat(10_000), 'y'.repeat(80))).toBe('Your news digest')
    expect(subjectOf('')).toBe('The Morning Post')
  })

  test('is not a short word that stands before an endless one', () => {
    for (const short of ['Das', 'A', '5', 'Zum Fest'])
      expect(subjectOf(`${short} ${'x'.repeat(60)}`)).toBe('The Morning Post')
    expect(subjectOf(`Zum allerersten Mal ${'x'.repeat(60)}`)).toBe('Zum allerersten Mal…')
    expect(subjectOf('Das')).toBe('Das')
  })

  test('breaks Chinese between words, though there are no spaces', () => {
    const title = '市议会投票决定让港口电车通宵运行'.repeat(6)
    const subject = subjectOf(title, 'The Morning Post', 'zh')
    expect(subject).toMatch(/…$/)
    expect(subject.length).toBeGreaterThan(40)
    const ends = Array.from(new Intl.Segmenter('zh', { granularity: 'word' }).segment(title), (word) => word.index)
    expect(ends).toContain(subject.length - 1)
  })
})

test('the confirmation says what it confirms', () => {
  expect(confirmSubject(ConfirmEmail.PreviewProps)).toBe('Confirm your subscription to The Morning Post')
})

test('the others say what they are about, in 60 characters whatever the newsletter is called', () => {
  expect(preferencesLinkSubject(preferencesLinkPreview)).toBe('Your link to The Morning Post')
  expect(addressChangeSubject(preferencesLinkPreview)).toBe('Confirm your new address for The Morning Post')
  expect(addressChangeNoticeSubject(preferencesLinkPreview)).toBe(
    'Your address for The Morning Post is about to change',
  )
  const long = { ...preferencesLinkPreview, newsletterName: 'word '.repeat(100) }
  for (const subject of [preferencesLinkSubject, addressChangeSubject, addressChangeNoticeSubject]) {
    expect(subject(long).length).toBeLessThanOrEqual(60)
  }
})
