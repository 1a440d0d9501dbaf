// What every mail has to pass before a browser looks at it. A check gives back what it found; nothing is good.

import { languages, messagesFor } from '../../emails/messages.ts'
import { unexplained } from './clients.ts'
import { contrastOf, type Seen, textsOf } from './contrast.ts'
import { invertedWhereLight, invertedWholly } from './inversion.ts'
import { all, type Document, DomUtils, type Element, hrefsOf, isElement, parse } from './support.ts'

export type Mail = { readonly html: string; readonly text: string }
export type Check = { readonly name: string; find(mail: Mail): string[] }

const attribute = (element: Element, name: string) => DomUtils.getAttributeValue(element, name)
const octetsOf = (text: string) => Buffer.byteLength(text)
const unspaced = (text: string) => text.replace(/\s+/g, '')
const isUrl = (line: string) => /^https?:\/\/\S+$/.test(line)

const childrenOfBody = (document: Document) => all(document, 'body').flatMap((body) => body.children.filter(isElement))

/** The elements of this name that something is wrong with, as they are opened. */
const wrong = (document: Document, name: string, isWrong: (element: Element) => boolean): string[] =>
  all(document, name)
    .filter(isWrong)
    .map((element) => `<${name} ${new URLSearchParams(element.attribs)}>`)

function headingsOf(document: Document): Element[] {
  return DomUtils.findAll((element) => /^h\d$/.test(element.name), document)
}

/** What a screen reader says for a link. */
function wordsOf(link: Element): string {
  const images = DomUtils.getElementsByTagName('img', link)
  return [DomUtils.textContent(link), ...images.map((image) => attribute(image, 'alt') ?? '')].join(' ').trim()
}

/** Words that say nothing of where a link leads, in the languages of the catalogues. */
const empty = [
  '(?:click |tap |press )?here|(?:see |read |view |learn |find out )?more|(?:this |the )?(?:link|page|button|article)|details|continue|go',
  'read (?:the |this )?(?:full |whole )?(?:story|article|post)|continue reading|keep reading|read on',
  '(?:klicken sie )?hier|mehr(?: lesen| erfahren)?|weiter(?:lesen)?|(?:dieser |der )?link|(?:diese )?seite|zum artikel',
  '(?:cliquez )?ici|(?:lire |voir |en savoir )?plus|(?:lire )?la suite|suite|(?:ce |le )?lien|(?:cette )?page|continuer',
  '(?:haz clic |haga clic |pulse |pulsa )?aquí|(?:leer |ver )?más|(?:este |el )?enlace|(?:esta )?página|continuar|seguir(?: leyendo)?',
  '(?:انقر |اضغط )?هنا|(?:اقرأ )?المزيد|(?:هذا )?(?:ال)?رابط|(?:هذه )?(?:ال)?صفحة|متابعة(?: القراءة)?',
].join('|')
const emptyWords = new RegExp(`^(?:${empty}|.{1,3}|https?:.*)[^\\p{L}\\p{N}]*$`, 'iu')

const tooFaint = (texts: Seen[]): string[] =>
  texts
    .filter(({ color, background }) => contrastOf(color, background) < 4.5)
    .map(({ text, color, background }) => `${text} (${color} on ${background})`)

const onHtml = (name: string, find: (document: Document) => string[]): Check => ({
  name,
  find: ({ html }) => find(parse(html)),
})

/** The eleven checks of the Email Markup Consortium's accessibility report, in its order. */
export const consortiumChecks: readonly Check[] = [
  onHtml('1: dir on every child of body', (document) => {
    const direction = attribute(all(document, 'html')[0] as Element, 'dir')
    return childrenOfBody(document)
      .filter((child) => !/^(?:ltr|rtl)$/.test(direction ?? '') || attribute(child, 'dir') !== direction)
      .map(({ name }) => name)
  }),
  onHtml('2: lang on every child of body', (document) =>
    childrenOfBody(document)
      .filter((child) => !attribute(child, 'lang'))
      .map(({ name }) => name),
  ),
  onHtml('3: layout tables say that they are no tables', (document) =>
    wrong(document, 'table', (table) => !/^(?:presentation|none)$/.test(attribute(table, 'role') ?? '')),
  ),
  onHtml('4: one heading of the first level, and no level left out', (document) => {
    const levels = headingsOf(document).map(({ name }) => Number(name[1]))
    const isFine = levels.every((level, index) =>
      index === 0 ? level === 1 : level > 1 && level - (levels[index - 1] ?? 0) <= 1,
    )
    return isFine && levels.length > 0 ? [] : [`levels ${levels.join(', ')}`]
  }),
  onHtml('5: links have a text', (document) => wrong(document, 'a', (link) => !wordsOf(link))),
  onHtml('6: html has lang', (document) => wrong(document, 'html', (html) => !attribute(html, 'lang'))),
  onHtml('7: contrast of 4.5:1 in light mode', (document) => tooFaint(textsOf(document, 'light'))),
  onHtml('7: contrast of 4.5:1 in dark mode', (document) => tooFaint(textsOf(document, 'dark'))),
  onHtml('8: pictures have a description', (document) =>
    wrong(document, 'img', (image) => !attribute(image, 'alt')?.trim()),
  ),
  onHtml('9: there is a title', (document) => {
    const title = DomUtils.textContent(all(document, 'title'))
    return title.length > 5 ? [] : [`title "${title}"`]
  }),
  onHtml('10: link texts say where they lead', (document) =>
    wrong(document, 'a', (link) => emptyWords.test(wordsOf(link))),
  ),
  onHtml('11: links are underlined', (document) =>
    wrong(document, 'a', (link) => !/(?:^|;)text-decoration:underline/.test(attribute(link, 'style') ?? '')),
  ),
]

export const furtherChecks: readonly Check[] = [
  onHtml('dark inversion of everything leaves it legible', (document) =>
    tooFaint(invertedWholly(textsOf(document, 'light'))),
  ),
  onHtml('dark inversion of what is light leaves it legible', (document) =>
    tooFaint(invertedWhereLight(textsOf(document, 'light'))),
  ),
  { name: 'at most 90 kB of HTML', find: ({ html }) => (octetsOf(html) > 90_000 ? [`${octetsOf(html)} octets`] : []) },
  {
    name: 'lines of at most 998 octets',
    find: ({ html, text }) => [html, text].flatMap((part) => part.split('\n')).filter((line) => octetsOf(line) > 998),
  },
  onHtml('links are whole https addresses, or mail addresses', (document) =>
    wrong(document, 'a', (link) => !isGoodLink(attribute(link, 'href') ?? '')),
  ),
  onHtml('pictures are at https addresses and have a width', (document) =>
    wrong(
      document,
      'img',
      (image) => !/^https:\/\/[^/]/.test(attribute(image, 'src') ?? '') || !Number(image.attribs.width),
    ),
  ),
  {
    name: 'zoom stays possible',
    find: ({ html }) => html.match(/user-scalable|maximum-scale|text-size-adjust:\s*none/g) ?? [],
  },
  {
    name: 'nothing is hidden',
    find: ({ html }) =>
      html.match(/display:\s*none|visibility:\s*hidden|font-size:\s*0|(?<![-\w])opacity:\s*0|mso-hide| hidden=/g) ?? [],
  },
  onHtml('no id twice', (document) => {
    const ids = DomUtils.findAll(({ attribs }) => attribs.id !== undefined, document).map(
      ({ attribs }) => attribs.id ?? '',
    )
    return ids.filter((id, index) => ids.indexOf(id) !== index)
  }),
  {
    name: 'nothing is left to fill in',
    find: ({ html, text }) =>
      `${html.replace(/<style>[\s\S]*?<\/style>/, '')}\n${text}`.match(
        /\bundefined\b|\bnull\b|\bNaN\b|\[object \w+\]|\{\{|\$\{|Invalid Date/g,
      ) ?? [],
  },
  {
    name: 'text in lines of at most 78 columns, addresses alone on theirs',
    find: ({ text }) => text.split('\n').filter((line) => !isUrl(line) && (line.length > 78 || line.includes('://'))),
  },
  {
    name: 'every headline of the HTML is in the text',
    find: ({ html, text }) =>
      headingsOf(parse(html))
        .map((heading) => DomUtils.textContent(heading))
        .filter((headline) => !unspaced(text).includes(unspaced(headline))),
  },
  {
    name: 'whatever the HTML says, the text says too',
    find: ({ html, text }) => {
      const said = bare(text)
      return piecesOf(parse(html)).filter((piece) => !said.includes(bare(piece)))
    },
  },
  {
    name: 'the text has the links of the HTML, and no other',
    find: ({ html, text }) => {
      const links = hrefsOf(html).map((href) => href.replace(/^mailto:/, ''))
      return [
        ...links.filter((link) => !(isUrl(link) ? text.split('\n').includes(link) : unspaced(text).includes(link))),
        ...text.split('\n').filter((line) => isUrl(line) && !links.includes(line)),
      ]
    },
  },
  {
    name: 'padding is on cells only, as Outlook on Windows wants it',
    find: ({ html }) =>
      html.match(/<(?!td|body)\w+\s[^>]*style="[^"]*(?<![-\w])padding(?:-\w+)?:(?!\s*0)[^>]*>/g) ?? [],
  },
  { name: 'every client shows it, or loses only what is no loss', find: ({ html }) => unexplained(html) },
]

const bare = (text: string) => text.replace(/[\s:.،,*=-]+/gu, '')
/** That an address can be opened in a browser is said where there is a button. */
const onlyInHtml = new Set(languages.map((language) => messagesFor(language).letter.address))

/** What stands in a heading or a paragraph, between dots. */
function piecesOf(document: Document): string[] {
  return ['h1', 'h2', 'h3', 'p']
    .flatMap((name) => all(document, name))
    .flatMap((element) => DomUtils.textContent(element).split(/\s·\s/))
    .filter((piece) => bare(piece) !== '' && !onlyInHtml.has(piece.trim()))
}

export const checks: readonly Check[] = [...consortiumChecks, ...furtherChecks]

/** Whether a mail comes out the same, byte for byte, however often it is rendered. */
export async function differs(render: () => Promise<Mail>): Promise<boolean> {
  const [one, other] = [await render(), await render()]
  return one.html !== other.html || one.text !== other.text
}

function isGoodLink(href: string): boolean {
  if (!URL.canParse(href)) return false
  const { protocol, hostname, pathname } = new URL(href)
  return protocol === 'mailto:' ? /^[^@\s]+@[^@\s]+$/.test(pathname) : protocol === 'https:' && hostname !== ''
}
