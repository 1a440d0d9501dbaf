import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readHtml, textToHtml } from '../../src/articles/html-to-text.ts'
import { normaliseItem } from '../../src/articles/normalise-item.ts'
import { parseFeed } from '../../src/articles/parse-feed.ts'
import { sentencesOf, unwrapped } from '../../src/articles/sentences.ts'
import { summarise } from '../../src/articles/summarise.ts'
import { item, rss } from './documents.ts'

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

/** As the whole way makes it, of an item of RSS at https://news.example/story. */
async function readSummary(description: string, { more = '' } = {}): Promise<string | undefined> {
  const told = { title: 'Night trams come to town', link: 'https://news.example/story?utm_source=rss', description }
  const { items, base } = parseFeed(
    rss(item({ ...told, more: `<dc:creator>Jane Doe</dc:creator>${more}` })),
    'https://news.example/feed',
  )
  const [first] = items
  return first && (await normaliseItem(first, 0, [base]))?.summary
}

const own = 'From March, trams will run until dawn on every line of the city.'
const article = 'The council voted late on Monday. Nine members were for it, and two against.'

const captions = [
  'The harbour on Monday. Photo: Jane Doe',
  'Prime Minister Jane Roe speaks to reporters in the harbour on Monday. (AP Photo/John Doe)',
  'Prime Minister Jane Roe speaks to reporters in the harbour on Monday (AP Photo/John Doe, File)',
  'The trams stood still in the depot in November. Jane Doe/Getty Images',
  'The trams stood still in the depot in November. Jane Doe / AFP via Getty Images',
  'A woman waits for a tram in Kyiv. Photograph: Anna Smith/Reuters',
  'A woman waits for a tram in Kyiv. Photo by Anna Smith for The Paper.',
  'A woman waits for a tram in Kyiv. Credit...Anna Smith for The New York Times',
  'A woman waits for a tram in Kyiv. REUTERS/Anna Smith',
  'A woman waits for a tram in Kyiv. (Anna Smith/The Times)',
  'A woman waits for a tram in Kyiv. | Anna Smith/Shutterstock',
  'Eine Frau wartet am Montag auf die Straßenbahn. Foto: Anna Schmidt/dpa',
  'Eine Frau wartet am Montag auf die Straßenbahn Foto: dpa',
  'Eine Frau wartet am Montag auf die Straßenbahn. Bild: Imago',
  'Une femme attend le tram dans le vieux port lundi. Photo : Anne Martin / AFP',
  'Une femme attend le tram dans le vieux port lundi. © AFP / Anne Martin',
  'Une femme attend le tram dans le vieux port lundi. Crédit photo : Anne Martin',
  'Una mujer espera el tranvía en el puerto. Fotografía: Ana Ruiz/EFE',
  'Una mujer espera el tranvía en el puerto. (Foto de Ana Ruiz)',
  'امرأة تنتظر الترام في الميناء يوم الاثنين. صورة: رويترز',
  '港で電車を待つ女性たち。写真：共同通信',
]

describe('sentences', () => {
  it.each([
    ['en', ['Dr. Smith and J. R. Jones met at St. Mary’s.', 'The U.S. Senate voted 3.5 to 2!', 'Why?']],
    ['de', ['Am 3. Oktober feiert Dr. Müller.', 'Das ist z. B. gut.', '„Und nun?“, fragte sie.']],
    ['ja', ['今日は晴れです。', '明日は雨でしょう。', '「行こう。」と言った。', '“行く。”']],
    ['ar', ['قال الوزير إن الأمر انتهى.', 'هل هذا صحيح؟', 'نعم، قال.']],
    ['zh', ['电车通宵运行。', '市民很高兴！']],
    ['es', ['Viaja a EE. UU. en marzo.', 'Luego vuelve.']],
    ['nl', ['Dat zei dhr. Jansen.', 'Hij lachte.']],
    ['it', ['Lo dice l’on. Meloni.', 'Poi ride.']],
    ['ru', ['Ул. Ленина закрыта, там 5 тыс. Рублей нет.', 'Это всё.']],
    ['de', ['Das wird ggf. Morgen sein, sagt Dipl.-Ing. Maier.', 'Nein.']],
    ['no such language!', ['One.', 'Two.']],
  ])('are found in %s', (language, sentences) => {
    const text = sentences.join(language === 'ja' || language === 'zh' ? '' : ' ')
    expect(sentencesOf(text, language).map((sentence) => sentence.trim())).toEqual(sentences)
  })
})

describe('written lines', () => {
  const narrow = [
    'We propose a new simple network architecture, the Transformer,',
    'based solely on attention mechanisms. Experiments on two machine',
    'Translation tasks show these models to be superior.',
  ]
  it.each([
    ['stay apart', ['Trams at night', 'We look at why.'], ['Trams at night', 'We look at why.']],
    ['go on with a small letter', ['It began with', 'a glut of cod.'], ['It began with a glut of cod.']],
    ['go on after a comma', ['In Rome,', 'Ann waits.'], ['In Rome, Ann waits.']],
    ['do not go on with an address', ['Rope', 'https://a.example'], ['Rope', 'https://a.example']],
    ['of a narrow column are one', narrow, [narrow.join(' ')]],
    ['of a list are none', ['Milk', 'Eggs', 'Flour'], ['Milk', 'Eggs', 'Flour']],
  ])('%s', (_what, lines, expected) => {
    expect(unwrapped(lines)).toEqual(expected)
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
    `<p>Enlarge this image</p><p>toggle caption</p><p>${own}</p>`,
    `<p>This live blog is now closed.</p><p>${own}</p>`,
    `<p>We use cookies to give you the best experience.</p><p>${own}</p>`,
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
    `${own} <a href="/story#more">Hér má lesa alla söguna um sporvagnana</a>`,
    `${own} <a href="https://news.example/story">Continue reading a title that is longer than any button could be, and goes on →</a>`,
    `${own} Skoða nánar`,
    `${own}\nProduced by volunteers, who meet on Mondays.`,
    `${own} Lees meer`,
    `${own} Ver más`,
    `${own} mehr`,
    `${own} [mehr...] Zum Artikel`,
    `${own} Devamını oku`,
    `${own} Читать далее`,
    `${own} Czytaj więcej`,
    `${own} 더 보기`,
    `${own} More >>`,
    `${own} View this email in your browser`,
    `<p>${own}</p><p>[mehr...] Zum Artikel</p>`,
    `<p><img src="a.jpg"><br><em>Mayor Lee at the depot on Monday. (Bob Hill/The Times)</em></p><p>${own}</p>`,
    `<img src="a.jpg"><small>Mayor Lee at the depot on Monday.</small> ${own}`,
    `<p><img src="a.jpg"></p><p><i>Mayor Lee at the depot on Monday.</i></p><p>${own}</p>`,
    `${own}\nGet the plan: https://plan.example/x?y=1\nThanks to TramVPN for sponsoring.`,
    `[embed]https://film.example/watch?v=1[/embed] ${own}`,
    `[vc_row][vc_column width="1/2"][vc_column_text]${own}[/vc_column_text][/vc_column][/vc_row]`,
    `[et_pb_section fb_built=&#8221;1&#8243;][et_pb_row]${own}`,
    `[caption id="a" width="300"]<img src="a.jpg"> The tram at the depot.[/caption]${own}`,
    `arXiv:1706.03762v5 Announce Type: replace Abstract: ${own}`,
    `arXiv:1706.03762v5 Announce Type: new \nAbstract: ${own}`,
    `${own}\nProduced by Ann Lee and edited by Bob Roe.\nMusic by Joe.`,
    `${own}\nFollow us on Instagram and Mastodon.\nUse code TRAM for 20% off.`,
    `This article has been updated to correct the name of the mayor. ${own}`,
    `<p>Editor’s note: This story has trams in it. They may upset readers.</p><p>${own}</p>`,
    `We may earn a commission from links on this page. ${own}`,
    `<p>Your browser does not support the audio element.</p><p>Listen to this story.</p><p>${own}</p>`,
    `${own} Ann Lee is a staff writer at The Times.`,
    `(ANSA) - ROMA, 05 LUG - ${own}`,
    `Madrid, 5 jul (EFE).- ${own}`,
    `МОСКВА, 5 июл — РИА Новости. ${own}`,
    `МОСКВА, 5 июля. /ТАСС/. ${own}`,
    `(서울=연합뉴스) 김철수 기자 = ${own}`,
    `新华社北京7月5日电（记者王明）${own}`,
    `القاهرة (رويترز) - ${own}`,
    `<p>${own}</p><p>Der Beitrag <a href="/x">Nachts</a> erschien zuerst auf <a href="/">Blatt</a>.</p>`,
  ])('loses what was put around it: %s', async (summary) => {
    expect(await readSummary(summary)).toBe(own)
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
    'Produced by monks since 1300, the wine is strong. Follow us into the cellar where it is kept.',
    'Edited by candlelight, the paper came out on every day of the war.',
    'Music by the river is back this summer, and it is free for all.',
    'Use code from the museum to open the door, says the keeper of the house.',
    'Copyright law is changing in Europe, and artists are worried about it.',
    'The novel was first published in 1922, and has been read ever since.',
    'The report was updated on Monday, and now counts nine bridges more.',
    'Ann Lee is the new editor of The Times.',
    'The council (all nine members) read more books than the old one did, it says',
    'He says that the council of the city wants (much) more',
    'The site www.example.com was hacked on Monday. The firm said that it was sorry.',
    'He told [her] that it was [sic] a lie [1], and went home on Monday.',
    'Use the <div> element wisely in your pages. Its </div> is often forgotten.',
    'المزيد من الأمطار متوقع يوم الاثنين في شمال البلاد، كما قال الوزير.',
    'Thanks to a sponsor who wants to stay unknown, the bridge is open again.',
  ])('keeps what only looks like it: %s', async (summary) => {
    expect(await readSummary(textToHtml(summary))).toBe(summary)
  })

  it.each([
    [
      '<img src="a.jpg"><em>Moby Dick</em> is back in the cinemas, and nobody goes.',
      'Moby Dick is back in the cinemas, and nobody goes.',
    ],
    [`<p><img src="a.jpg">${own}</p>`, own],
    [`<img src="https://stats.example/pixel.gif" width="1" height="1"><p><em>${own}</em></p>`, own],
    [`<a href="/story">${own}</a>`, own],
    [
      'Il a dit lundi au conseil de la ville : « Non. Jamais »',
      'Il a dit lundi au conseil de la ville : « Non. Jamais »',
    ],
    ['In this film we build a boat, part three\nHave a look. See you!', 'In this film we build a boat, part three'],
    [
      '電車は三月から夜明けまで\n市内を走ります。市民は喜んでいます。',
      '電車は三月から夜明けまで市内を走ります。市民は喜んでいます。',
    ],
    [
      'The council voted on <a href="/story">the bridge that nobody wanted.</a>',
      'The council voted on the bridge that nobody wanted.',
    ],
    [
      '&amp;euro;5 for a caf&amp;eacute; is what people paid on Monday.',
      '€5 for a café is what people paid on Monday.',
    ],
    ['<p>&amp;euro;5 for a coffee is too much, they say.</p><h2>Prices</h2>', '€5 for a coffee is too much, they say.'],
    [
      'Why do bridges fall? Get it: https://a.example/x\nThanks to Vpn for sponsoring. We look at why they do.',
      'Why do bridges fall? We look at why they do.',
    ],
  ])('is read as it is meant: %s', async (summary, expected) => {
    expect(await readSummary(summary)).toBe(expected)
  })

  it('that was broken off in the middle shows it as every mail does', async () => {
    const summary = 'The trams that will run at night from March on are going to be very quiet, and'
    for (const end of [' [&hellip;]', ' [...]', '&#8230; [&#8230;]', ', (…)'])
      expect(await readSummary(`<p>${summary}${end}</p>`), end).toBe(`${summary}…`)
    const said = 'He said that “all trams […] will run at night” from March on, and more often.'
    expect(await readSummary(said)).toBe(said)
  })

  it.each(captions)('is no caption that closes with whose the picture is: %s', async (caption) => {
    const body = `<content:encoded><![CDATA[<p>${own}</p>]]></content:encoded>`
    expect(await readSummary(caption, { more: body })).toBe(own)
    expect(await readSummary(`<p>${caption}</p><p>${own}</p>`)).toBe(own)
    expect(await readSummary(`<p><img src="a.jpg"></p><p>${caption}</p><p>${own}</p>`)).toBe(own)
    expect(await readSummary(`<img src="a.jpg"><br>${caption}<br>${own}`)).toBe(own)
  })

  it('is the caption, without its credit, where there is nothing else', async () => {
    const caption = 'The harbour on Monday, before the trams came.'
    expect(await readSummary(`${caption} Photo: Jane Doe`)).toBe(caption)
    expect(await readSummary(`<p>${caption} (AP Photo/John Doe)</p>`)).toBe(caption)
  })

  it.each([
    'Jane Roe is the political editor of the Post.',
    'Jane Roe is a senior staff writer at The Times.',
    'Jane Doe is the political editor of the Post. She lives in Lyon.',
  ])('is not who the writer is: %s', async (biography) => {
    expect(await readSummary(`<p>${biography}</p><p>${own}</p>`)).toBe(own)
  })

  it.each([
    'Jane Roe is the new political editor of the Post.',
    'Photo: the word itself means to write with light, and it is older than the thing.',
    'Getty Images sued the maker of pictures on Monday, and asked for a billion.',
    'The maker of pictures was sued on Monday by Getty Images.',
    'He took every picture of the harbour himself, and put all of them on Unsplash.',
    'The minister denied it in an interview on Monday. (Reuters)',
    'Der Minister widersprach am Montag in einem langen Interview. (AFP/dpa)',
    'The minister denied it in an interview on Monday. Reporting by Jane Doe',
    'The minister saw the picture in the paper on Monday. She was not amused (at all).',
    'It hung in the office: a photo of the harbour. Picture it as it was then.',
    'Nobody knew who took the picture. Photo historians went to look for the name.',
  ])('may begin an article though it looks like what is beside it: %s', async (first) => {
    expect(await readSummary(`<p>${first}</p><p>${own}</p>`)).toContain(first.split(/(?<=[.]) /)[0])
  })

  it('shows that a sentence was cut off for a link to the story', async () => {
    const summary = 'This is how the new tram that runs at night works <a href="/story">Continue reading</a>'
    expect(await readSummary(summary)).toBe('This is how the new tram that runs at night works…')
  })

  it.each([
    ['a podcast’s', `<itunes:summary>${own}</itunes:summary>`, own],
    ['a film’s', `<media:group><media:description>${own}</media:description></media:group>`, own],
    ['no caption', '<media:description>The mayor at the depot on Monday, by Bob Hill.</media:description>', ''],
  ])('may be %s', async (_what, more, expected) => {
    expect(await readSummary('', { more })).toBe(expected)
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
      'Music by ',
      ' [a_b][c_d x=1] ',
      ' https://a.example/b ',
      'Ann Lee is a writer at The Times. ',
      'More >>',
      'Jane Doe/Getty Images. ',
      '(AP Photo/John Doe) ',
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
      'A/',
      'Photo: A ',
      '. Photo: ',
    ]
    const started = performance.now()
    for (const part of hostile) summaryOf({ summary: part.repeat(20_000), content: part.repeat(20_000) })
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})
