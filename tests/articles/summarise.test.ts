import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readHtml, textToHtml } from '../../src/articles/html-to-text.ts'
import { sentencesOf } from '../../src/articles/sentences.ts'
import { summarise } from '../../src/articles/summarise.ts'

type Item = {
  summary?: string
  content?: string
  title?: string
  authors?: string[]
  language?: string
  maximum?: number
}

const summaryOf = ({ summary = '', content = '', maximum = 400, ...more }: Item) =>
  summarise(
    {
      summary: readHtml(summary).paragraphs,
      content: readHtml(content).paragraphs,
      ...{ title: 'Night trams come to town', authors: ['Jane Doe'], language: 'en', ...more },
    },
    maximum,
  )

const own = 'From March, trams will run until dawn on every line of the city.'
const article = 'The council voted late on Monday. Nine members were for it, and two against.'

describe('sentences', () => {
  it.each([
    ['en', ['Dr. Smith and J. R. Jones met at St. Mary’s.', 'The U.S. Senate voted 3.5 to 2!', 'Why?']],
    ['de', ['Am 3. Oktober feiert Dr. Müller.', 'Das ist z. B. gut.', '„Und nun?“, fragte sie.']],
    ['ja', ['今日は晴れです。', '明日は雨でしょう。', '「行こう。」と言った。']],
    ['ar', ['قال الوزير إن الأمر انتهى.', 'هل هذا صحيح؟', 'نعم، قال.']],
    ['zh', ['电车通宵运行。', '市民很高兴！']],
    ['no such language!', ['One.', 'Two.']],
  ])('are found in %s', (language, sentences) => {
    const text = sentences.join(language === 'ja' || language === 'zh' ? '' : ' ')
    expect(sentencesOf(text, language).map((sentence) => sentence.trim())).toEqual(sentences)
  })
})

describe('a feed’s own summary', () => {
  it('is taken where it is good, with or without a full stop', () => {
    expect(summaryOf({ summary: own, content: article })).toBe(own)
    expect(summaryOf({ summary: own.slice(0, -1), content: article })).toBe(own.slice(0, -1))
  })

  it.each([
    ['is the title', 'Night trams come to town'],
    ['says too little', 'Trams. At night.'],
    ['ends in an ellipsis', `${own} They will …`],
    ['ends in brackets', `${own} They will [&hellip;]`],
    ['is where the article begins, cut off', 'The council voted late on Monday. Nine members were for'],
    ['is nothing but a link', '<a href="/x">Read more about it</a>'],
    ['is a count of comments', '12 comments'],
    [
      'is a picture and its caption',
      '<figure><img src="x"><figcaption>The new tram at the depot.</figcaption></figure>',
    ],
  ])('gives way to the article where it %s', (_what, summary) => {
    expect(summaryOf({ summary, content: `<p>${article}</p>` })).toBe(article)
  })

  it.each([
    `${own} The post Night trams come to town appeared first on The Paper.`,
    `${own}<br><a href="/x">Continue reading</a>`,
    `<p>${own}</p><p>Read more at the Paper »</p>`,
    `<p>${own}</p><p>Hosted on Acast. See acast.com/privacy for more information.</p>`,
    `<p>${own}</p><p>Learn more about your ad choices. Visit megaphone.fm/adchoices</p>`,
    `<p>${own}</p><p>Subscribe now</p><p>Thanks for reading The Tram! Subscribe for free to receive new posts and support my work.</p>`,
    `<p>${own}</p><div class="sharedaddy"><p>Share this with all your friends, please do.</p></div>`,
    `Night trams come to town: ${own}`,
    `By Jane Doe | ${own}`,
    `<p>By Jane Doe<br>LONDON (Reuters) — ${own}</p>`,
    `BERLIN (dpa) - ${own}`,
    `NEW YORK, Nov 23 (AP) -- ${own}`,
    `<p><em>Photo: Jane Doe/Getty Images</em></p><p>${own}</p>`,
    `<p>Photo: Jane Doe. ${own}</p>`,
    `Listen now (12 mins) | ${own}`,
    `<p>${own}</p><p>https://tram.example/plan</p><p>#trams #night</p>`,
    `&lt;p&gt;${own}&lt;/p&gt;`,
    `<p>${own}</p><p>Der Beitrag <a href="/x">Nachts</a> erschien zuerst auf <a href="/">Blatt</a>.</p>`,
  ])('loses what was put around it: %s', (summary) => {
    expect(summaryOf({ summary })).toBe(own)
  })

  it.each([
    'More than two hundred people were rescued from the river on Monday.',
    'Read more books, she says, and you will sleep better than with a telephone.',
    'Read more books, she says. It is good for the eyes, and for much else.',
    'Follow the money, and you will find a bridge that nobody wanted to build.',
    'Rain — NASA counts every drop of it, and has done so since the year 1997.',
    'Music from the 1920s fills the hall again, and nobody wants to go home.',
    'The post office closes in May. Letters will be kept at the bakery, says the mayor.',
    'Photographs of the old harbour were found in a cellar after eighty years.',
    'Share prices fell on Monday, and nobody in the city could say why they did.',
  ])('keeps what only looks like it: %s', (summary) => {
    expect(summaryOf({ summary })).toBe(summary)
  })

  it('that is a whole article ends with a sentence', () => {
    const long = `${article} `.repeat(10)
    const summary = summaryOf({ summary: long, content: long })
    expect(summary).toMatch(/against\.$/)
    expect(summary.length).toBeLessThanOrEqual(400)
  })

  it('that is a teaser stays one where there is no more, cut where its sentences end', () => {
    expect(summaryOf({ summary: `${own} They will […]` })).toBe(own)
    expect(summaryOf({ summary: 'The trams that will run at night are going to be very […]' })).toMatch(/very/)
  })

  it.each(['Video', '…', '', '<p><br></p>', 'Night trams come to town.', '0 Comments', '[…]'])(
    'is none: %s',
    (summary) => {
      expect(summaryOf({ summary })).toBe('')
    },
  )
})

describe('the article', () => {
  it('gives its first whole sentences of running text', () => {
    const content = `<h1>Night trams</h1><p class="byline">By Jane Doe. Edited by John Roe.</p><figure><img src="x">
      <figcaption>A tram. At night.</figcaption></figure><p>Photo by Ann on Unsplash</p><ul><li><a href="/1">One.</a></li></ul>
      <table><tr><td>1. 2. 3.</td></tr></table><pre>code. more code.</pre><p>Advertisement</p><p>ROME — ${article}</p><h2>Next.</h2>
      <p>The trams are green. And then</p>`
    expect(summaryOf({ content })).toBe(`${article} The trams are green.`)
  })

  it('does not begin another paragraph where enough is said', () => {
    const long = `${article} The trams are to be green, and as quiet as they can be.`
    expect(summaryOf({ content: `<p>${long}</p><p>Next.</p>` })).toBe(long)
  })

  it('is cut between words where one sentence is longer than all that may be told', () => {
    expect(summaryOf({ content: '<p>The council voted late on Monday night and went home.</p>', maximum: 40 })).toBe(
      'The council voted late on Monday night…',
    )
    expect(summaryOf({ content: `<p>${'x'.repeat(500)}.</p>` })).toBe('')
  })
})

describe('any summary', () => {
  const piece = fc.constantFrom(
    ...[
      'The tram came. ',
      'It rained',
      ' all day! ',
      '今日は晴れです。',
      '電車',
      'قال الوزير. ',
      'Dr. ',
      '3. ',
      '👩‍👩‍👧‍👦',
      'é',
      '…',
      '[…] ',
    ],
    ...[
      '“Go.” ',
      'Read more ',
      'By Jane Doe ',
      'LONDON — ',
      '\n',
      '. ',
      ' ',
      'x'.repeat(70),
      'Night trams come to town ',
      '「行',
      '」と',
      'Photo: ',
    ],
  )
  const paragraphs = fc.array(
    fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
    { maxLength: 4 },
  )
  const language = fc.constantFrom('en', 'de', 'ja', 'ar', 'x!')
  const maximum = fc.integer({ min: 2, max: 120 })
  const html = (texts: readonly string[]) => texts.map((text) => `<p>${textToHtml(text)}</p>`).join('')
  const bare = (text: string) => text.replace(/\s/g, '')
  const trimmed = (word: string) => word.replace(/[,;:.…、，–—[\]-]+$/, '')
  const unspaced = /[\p{sc=Han}\p{sc=Hiragana}。「」]/u
  const isSubsequence = (part: readonly string[], of: readonly string[]) => {
    let found = 0
    for (const one of of) if (one === part[found]) found++
    return found === part.length
  }
  const graphemes = (text: string) => [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment)

  it('is text of the item, within its limit, cut neither in a word nor in a character, and its own summary', () => {
    fc.assert(
      fc.property(paragraphs, paragraphs, language, maximum, (summary, content, language, maximum) => {
        const told = summaryOf({ summary: html(summary), content: html(content), language, maximum })
        expect(told.length).toBeLessThanOrEqual(maximum)
        expect(summaryOf({ summary: textToHtml(told), language, maximum })).toBe(told)

        const kept = told.replace(/…$/, '')
        const isTold = (texts: readonly string[]) =>
          isSubsequence(graphemes(bare(kept)), graphemes(bare(texts.join(''))))
        expect(isTold(summary) || isTold(content), told).toBe(true)
        const words = [...summary, ...content].flatMap((text) => text.split(/[\s…]+/)).map(trimmed)
        for (const word of kept
          .split(/[\s…]+/)
          .map(trimmed)
          .filter(Boolean)) {
          if (!unspaced.test(word))
            expect(
              words.some((one) => one === word || (unspaced.test(one) && one.includes(word))),
              word,
            ).toBe(true)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('is made in time that does not explode', () => {
    const hostile = [
      '(',
      '[…] ',
      'By A-',
      'Read more ',
      'The post ',
      'A. ',
      '. ',
      '「',
      'LONDON, ',
      '# ',
      'By A and ',
      '12:00 ',
      'x',
      '： ',
    ]
    const started = performance.now()
    for (const part of hostile) summaryOf({ summary: part.repeat(20_000), content: part.repeat(20_000) })
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})
