import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { IntlMessageFormat } from 'intl-messageformat'
import { describe, expect, test } from 'vitest'
import { AnswerEmail, answerSubject } from '../../emails/answer.tsx'
import { ConfirmEmail, confirmSubject } from '../../emails/confirm.tsx'
import { digestSubject } from '../../emails/digest.tsx'
import { catalogues, knownLanguage, type Language, languages, messagesFor, spoken } from '../../emails/messages.ts'
import { PreferencesChangedEmail, preferencesChangedSubject } from '../../emails/preferences-changed.tsx'
import { WelcomeEmail, welcomeSubject } from '../../emails/welcome.tsx'
import {
  all,
  DomUtils,
  type Element,
  letters,
  parse,
  preview,
  renderAnswer,
  renderChanged,
  renderConfirm,
  renderDigest,
  renderWelcome,
  story,
  visibleText,
} from './support.ts'

const attribute = (element: Element, name: string) => DomUtils.getAttributeValue(element, name)

type Part = ReturnType<IntlMessageFormat['getAst']>[number]

/** All messages of a catalogue by their path. */
function flat(written: unknown, path = ''): [string, string][] {
  if (typeof written === 'string') return [[path, written]]
  return Object.entries(written as object).flatMap(([name, one]) => flat(one, path ? `${path}.${name}` : name))
}

const partsOf = (message: string, language: string): Part[] => {
  const within = (parts: readonly Part[]): Part[] =>
    parts.flatMap((part) => [
      part,
      ...('options' in part ? Object.values(part.options).flatMap((option) => within(option.value)) : []),
    ])
  return within(new IntlMessageFormat(message, language, undefined, { ignoreTag: true }).getAst())
}

/** Arguments with what they choose between: text, a plural, or the options of a select. */
const argumentsOf = (message: string, language: string) =>
  new Set(
    partsOf(message, language).flatMap((part) => {
      if (!('value' in part) || part.type === 0) return []
      const isSelect = part.type === 5
      return `${part.value} ${part.type}${isSelect ? Object.keys(part.options).sort().join() : ''}`
    }),
  )

const isPlural = (part: Part) => part.type === 6
const english = new Map(flat(catalogues.en))
const samples = {
  ...{
    newsletter: 'The Morning Post',
    topic: 'Climate',
    topics: 'Climate and Sport',
    titles: 'One · Two',
    authors: 'Ada and Ben',
    sites: 'A and B',
  },
  ...{ frequency: 'weekly', day: 'Monday', date: '2026-03-03', weekday: 'Friday', instant: 'Monday, 7:00' },
  ...{ email: 'ada@reader.example', address: 'bo@reader.example', source: 'a form', id: 'r1' },
  ...{ label: 'Feed', place: 'Berlin', time: '07:00', when: 'today', period: '31 days', button: 'Save' },
}

/** Words that are the same, not left in English. */
const same: Readonly<Record<string, readonly string[]>> = {
  de: ['page.feed', 'marks.labelled', 'marks.comma', 'time.inPlace'],
  fr: ['marks.comma'],
  es: ['commandWords.no', 'marks.labelled', 'marks.comma'],
  ar: ['marks.labelled'],
}

describe.each(languages)('%s', (language) => {
  const written = flat(catalogues[language])

  test('has the messages of English, and the same arguments', () => {
    expect(written.map(([path]) => path).sort()).toEqual([...english.keys()].sort())
    for (const [path, message] of written) {
      expect(argumentsOf(message, language), path).toEqual(argumentsOf(english.get(path) ?? '', 'en'))
    }
  })

  test('says every message, with nothing left open', () => {
    for (const [path] of written) {
      const message = path
        .split('.')
        .reduce((at, name) => (at as Record<string, unknown>)[name], messagesFor(language) as unknown)
      for (const count of [0, 1, 2, 3, 11, 100, 1_000_000]) {
        const said =
          typeof message === 'function' ? message({ ...samples, count, stories: count, minutes: count }) : message
        expect(said, path).toMatch(/\S/)
        expect(said, path).not.toMatch(/[{}#]|undefined|^\s|\s$/)
      }
    }
  })

  test('has a form for each of its plurals, and no other', () => {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories
    const plurals = written.flatMap(([path, message]) =>
      partsOf(message, language)
        .filter(isPlural)
        .map((part) => [path, part] as const),
    )
    expect(plurals.length).toBeGreaterThan(2)
    for (const [path, part] of plurals) {
      const options = 'options' in part ? Object.keys(part.options).filter((option) => !option.startsWith('=')) : []
      expect(options.sort(), path).toEqual([...categories].sort())
    }
  })

  test.skipIf(language === 'en')('is not left in English', () => {
    const left = written.filter(([path, message]) => message === english.get(path)).map(([path]) => path)
    expect(left).toEqual(same[language] ?? [])
  })
})

test('plurals are those of the language', () => {
  const further = (language: Language, count: number) => messagesFor(language).digest.further({ count })
  expect(further('en', 1)).toBe('One more story on the site')
  expect(further('en', 14)).toBe('14 more stories on the site')
  expect(further('fr', 0)).toBe('0 autre article sur le site')
  expect([1, 2, 3, 11, 100].map((count) => further('ar', count).replace(/[\d٠-٩]+/g, 'n'))).toEqual([
    'مقال آخر على الموقع',
    'مقالان آخران على الموقع',
    'n مقالات أخرى على الموقع',
    'n مقالًا آخر على الموقع',
    'n مقال آخر على الموقع',
  ])
})

test.each([
  ['de-AT', 'de', 'de-AT'],
  ['AR', 'ar', 'ar'],
  ['ja', undefined, 'en'],
  ['not a tag', undefined, 'en'],
  ['constructor', undefined, 'en'],
  ['', undefined, 'en'],
])('%s is %s, and spoken to in %s', (tag, known, words) => {
  expect(knownLanguage(tag)).toBe(known)
  expect(spoken(tag)).toBe(words)
})

const eightTopics = Array.from({ length: 8 }, (_, n) =>
  // The lead, five more in full, and two in brief.
  story({ title: `Story ${n}`, topics: [{ slug: `t${n}`, name: `Topic ${n}` }] }),
)

describe('a digest whose stories are in another language', () => {
  test('says its own words in the one, and marks the stories as the other', async () => {
    const { html, text } = await renderDigest({ language: 'ar', storiesLanguage: 'en', furtherCount: 3 })
    const document = parse(html)
    expect(html).toMatch(/<html dir="rtl" lang="ar"/)
    const headings = all(document, 'h2').filter((heading) => attribute(heading, 'lang') === 'en')
    expect(headings.map((heading) => DomUtils.textContent(heading))).toContain(
      'Council votes to run the harbour tram through the night',
    )
    for (const heading of all(document, 'h3')) {
      expect(attribute(heading, 'lang')).toBe('en')
      expect(attribute(heading, 'dir')).toBe('ltr')
    }
    expect(visibleText(html)).toContain('اجعل النشرة كما تريد')
    expect(text).toContain('مقالات أخرى على الموقع')
    expect(text).toContain('Council votes to run')
  })

  test('marks what of the stories stands among its own words', async () => {
    const stories = eightTopics.map((one, n) => ({ ...one, imageAlt: n === 0 ? '' : one.imageAlt }))
    const document = parse((await renderDigest({ language: 'ar', storiesLanguage: 'en', stories })).html)
    const marked = all(document, 'span').filter((span) => attribute(span, 'lang') === 'en')
    const told = marked.map((span) => DomUtils.textContent(span))
    expect(told).toEqual(['Story 1', 'Story 2', 'Topic 6', 'Topic 7'])
    for (const span of marked) expect(attribute(span, 'dir')).toBe('ltr')
    const first = DomUtils.textContent(all(document, 'p')[0] as Element)
    expect(first).toMatch(/^في هذا العدد أيضًا: Story 1 · Story 2 · و/)
    const pictures = all(document, 'img')
    expect(pictures.length).toBeGreaterThan(2)
    for (const picture of pictures) expect(attribute(picture, 'lang')).toBe('en')
  })

  test('and every other mail mark the name of the newsletter', async () => {
    const changes = { language: 'de', storiesLanguage: 'en' }
    const mails = [
      ...Object.values(letters).map((letter) => letter(changes)),
      ...[renderConfirm(changes), renderAnswer(changes), renderWelcome(changes)],
      renderChanged(changes),
    ]
    for (const { html } of await Promise.all(mails)) {
      const names = all(parse(html), 'p').filter((one) => DomUtils.textContent(one) === 'The Morning Post')
      expect(names.map((one) => attribute(one, 'lang'))).toEqual(['en'])
    }
  })

  test('marks nothing where both are one', async () => {
    const { html } = await renderDigest({ language: 'de', storiesLanguage: 'de', stories: [story()] })
    const inBody = DomUtils.findAll(({ attribs }) => attribs.lang !== undefined, all(parse(html), 'body'))
    expect(inBody.map(({ name, attribs }) => `${name} ${attribs.lang}`)).toEqual(['div de'])
    expect(visibleText(html)).toContain('Montag, 23. November 2026')
  })
})

test('subjects of what the service says are in the language of the mail', () => {
  const subjects = languages.flatMap((language) => [
    confirmSubject({ ...ConfirmEmail.PreviewProps, language }),
    answerSubject({ ...AnswerEmail.PreviewProps, language }),
    welcomeSubject({ ...WelcomeEmail.PreviewProps, language }),
    preferencesChangedSubject({ ...PreferencesChangedEmail.PreviewProps, language }),
  ])
  expect(new Set(subjects).size).toBe(4 * languages.length)
})

test.each(languages)('mails in %s have a subject, and lines that are not too long', async (language) => {
  const changed = { ...PreferencesChangedEmail.PreviewProps, language }
  for (const [subject, mail] of [
    [digestSubject({ ...preview, language }), renderDigest({ language, takesReplies: true })],
    [confirmSubject({ ...ConfirmEmail.PreviewProps, language }), renderConfirm({ language })],
    [answerSubject({ ...AnswerEmail.PreviewProps, language }), renderAnswer({ language })],
    [welcomeSubject({ ...WelcomeEmail.PreviewProps, language }), renderWelcome({ language })],
    [preferencesChangedSubject(changed), renderChanged({ language })],
  ] as const) {
    const { html, text } = await mail
    expect(subject).toMatch(/^\S.{3,58}\S$/u)
    expect(DomUtils.textContent(all(parse(html), 'title'))).toBe(subject)
    expect(html).toContain(`lang="${language}"`)
    expect(
      Math.max(...text.split('\n').map((line) => (line.startsWith('http') ? 0 : line.length))),
    ).toBeLessThanOrEqual(78)
  }
})

describe('what is thrown', () => {
  const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
    // What operators alone are told by commands is in English.
    .filter(
      (file) => /^(subscriptions|web)\b.*\.tsx?$/.test(file) && !/(problem-words|edit-newsletters)\.ts$/.test(file),
    )
    .map((file) => readFileSync(join('src', file), 'utf8'))
    .join('\n')
  const problems = Object.entries(catalogues.en.problems)

  test('is still said with the English words by which the others are found', () => {
    const isSaid = (words: string) =>
      source.includes(words) || source.includes(words.replace('24 hours', '${' + 'undoHours} hours'))
    const unsaid = problems.filter(([, words]) => !words.includes('{') && !isSaid(words)).map(([name]) => name)
    expect(unsaid).toEqual(['unnamed'])
  })

  test('is in the catalogue, but for what only programs say', () => {
    const thrown = [...source.matchAll(/new PublicError\(\s*'[a-z_]+',\s*'([^']+)'/g)].map(([, words]) => words)
    expect(thrown.length).toBeGreaterThan(15)
    const known = new Set<string | undefined>(problems.map(([, words]) => words))
    expect(thrown.filter((words) => !known.has(words))).toEqual([
      'The file is empty: its first line names the columns.',
      'The body is not a JSON object.',
      'The body is neither a form nor JSON.',
    ])
  })
})

describe('marks are those of the language', () => {
  const linesIn = async (language: Language) =>
    (await renderDigest({ language, stories: [story()], furtherCount: 3 })).text.split('\n')

  test('a label is set off from what it names, and a day at the head of a line has a capital', async () => {
    const french = await linesIn('fr')
    expect(french.filter((line) => /[^\s\u00a0]:$/.test(line))).toEqual([])
    expect(french.filter((line) => line.endsWith('\u00a0:')).length).toBeGreaterThan(4)
    expect(french.join('\n')).toContain('\nLundi 23 novembre 2026 · ')
    expect((await linesIn('es')).join('\n')).toContain('\nLunes, 23 de noviembre de 2026 · ')
    expect((await linesIn('en')).filter((line) => line.endsWith('\u00a0:'))).toEqual([])
  })

  test('Arabic has commas of its own, and a postal address those of its script', async () => {
    const sentFrom = async (language: Language, name: string, postalAddress: string) => {
      const publisher = { ...preview.publisher, name, postalAddress }
      const { html, text } = await renderDigest({ language, stories: [story()], publisher })
      return { html, parts: [visibleText(html), text.replace(/\s+/g, ' ')] }
    }
    const latin = await sentFrom('ar', 'The Calderhaven Post', '4 Ropewalk\nCalderhaven')
    for (const part of latin.parts) expect(part).toContain('The Calderhaven Post، 4 Ropewalk, Calderhaven.')
    // Else the number would go over to the name: what is between them runs to the left.
    expect(latin.html).toContain('<span dir="ltr">The Calderhaven Post</span></a>، ')
    expect(latin.html).toContain('<span dir="ltr">4 Ropewalk, Calderhaven</span>.')
    const arabic = await sentFrom('en', 'بريد الصباح', '4 شارع الميناء\nالقاهرة')
    for (const part of arabic.parts) expect(part).toContain('بريد الصباح, 4 شارع الميناء، القاهرة.')
    expect(arabic.html).toContain('<span dir="rtl">4 شارع الميناء، القاهرة</span>.')
    expect((await sentFrom('ar', 'بريد', 'شارع الميناء 4')).html).not.toContain('<span dir')
  })
})
