// Each check of mails fails for a mail that is broken in its way.
import { describe, expect, test } from 'vitest'
import { checks, differs, type Mail } from './checks.ts'
import { everyMail } from './every-mail.ts'

const mailOf = (name: string): Promise<Mail> => {
  const sample = everyMail.find((one) => one.name === name)
  if (!sample) throw new Error(`no sample ${name}`)
  return sample.render()
}

type Break = (mail: Mail) => Mail
const html =
  (pattern: string | RegExp, replacement: string): Break =>
  (mail) => ({ ...mail, html: mail.html.replace(pattern, replacement) })
const text =
  (pattern: string | RegExp, replacement: string): Break =>
  (mail) => ({ ...mail, text: mail.text.replace(pattern, replacement) })
const both =
  (pattern: RegExp, replacement: string): Break =>
  (mail) =>
    text(pattern, replacement)(html(pattern, replacement)(mail))

const secondTopic = /<h2 [^>]*>Climate<\/h2>/
const firstLink = /<a\s(?=href="https:\/\/post\.example\/articles)/

const breaks: [broken: string, check: string, Break][] = [
  ['a child of body without dir', '1: dir', html(/(<div lang="en") dir="ltr"/, '$1')],
  ['a child of body set the other way', '1: dir', html(/(<div lang="en") dir="ltr"/, '$1 dir="rtl"')],
  ['neither html nor the child of body with dir', '1: dir', html(/ dir="ltr"/g, '')],
  ['a child of body without lang', '2: lang', html('<div lang="en"', '<div')],
  ['a layout table without a role', '3: layout tables', html('role="presentation"', '')],
  ['no heading of the first level', '4: one heading', html(/<(\/?)h1\b/g, '<$1h2')],
  ['two headings of the first level', '4: one heading', html(/<h2([^>]*>)Climate<\/h2>/, '<h1$1Climate</h1>')],
  ['a level left out', '4: one heading', html(/<(\/?)h2\b/g, '<$1h3')],
  ['a link around nothing', '5: links', html(/(<a\s[^>]*>)All preferences</, '$1<')],
  ['html without lang', '6: html', html(/(<html dir="ltr") lang="en"/, '$1')],
  ['grey on white', '7: contrast of 4.5:1 in light', html(/color:#34393f/, 'color:#9a9a9a')],
  ['a text that the sheet does not repaint', '7: contrast of 4.5:1 in dark', html('class="text-body"', '')],
  ['a picture without alt', '8: pictures', html(/ alt="[^"]*"/, '')],
  ['a picture with an empty alt', '8: pictures', html(/ alt="[^"]*"/, ' alt=" "')],
  ['no title', '9: there is a title', html(/<title>.*?<\/title>/, '')],
  ['an empty title', '9: there is a title', html(/<title>.*?<\/title>/, '<title></title>')],
  ['a link that says "Read more"', '10: link texts', html(/(<a\s[^>]*>)All preferences</, '$1Read more<')],
  ...[
    'Weiterlesen',
    'hier',
    'Mehr …',
    'Leer más',
    'Cliquez ici',
    'اقرأ المزيد',
    'This link',
    'Read the full story',
  ].map((words): [string, string, Break] => [
    `a link that says "${words}"`,
    '10: link texts',
    html(/(<a\s[^>]*>)All preferences</, `$1${words}<`),
  ]),
  ['a link that says its address', '10: link texts', html(/(<a\s[^>]*>)All preferences</, '$1https://digest.example<')],
  ['a link known by its colour alone', '11: links', html('text-decoration:underline;', '')],
  [
    'a pure blue, which stays as dark as it is on the black ground',
    'dark inversion of everything',
    html(/color:#565d66/, 'color:#0000ff'),
  ],
  ['a pure blue, which is no dark colour', 'dark inversion of what is light', html(/color:#34393f/, 'color:#0000ff')],
  ['90 kB of HTML', 'at most 90 kB', html('</body>', `<p>${'Harbour.\n'.repeat(10_000)}</p></body>`)],
  ['a line of 999 octets', 'lines of at most 998', html('</p>', ` ${'é'.repeat(500)}</p>`)],
  [
    'a line of 999 octets in the text',
    'lines of at most 998',
    both(/https:\/\/post\.example\/articles\/night-tram/g, `https://post.example/${'p'.repeat(979)}`),
  ],
  [
    'a link without TLS',
    'links are whole',
    both(/https:\/\/digest\.example\/unsubscribe/g, 'http://digest.example/unsubscribe'),
  ],
  ['a relative link', 'links are whole', (mail) => html(firstLink, '<a title="x" href="/news" data-')(mail)],
  ['a link that runs a script', 'links are whole', html(firstLink, '<a href="javascript:alert(1)" data-')],
  ['a picture without TLS', 'pictures are at https', html('src="https://', 'src="http://')],
  ['a picture without a width', 'pictures are at https', html(/(<img\s[^>]*?) width="\d+"/, '$1')],
  ['zoom switched off', 'zoom stays', html('initial-scale=1', 'initial-scale=1,user-scalable=no')],
  ['hidden words', 'nothing is hidden', html('<h1', '<p style="display:none">Preview</p><h1')],
  ['words of no size', 'nothing is hidden', html('<h1', '<p style="font-size:0">Preview</p><h1')],
  ['an id twice', 'no id twice', html(/<h1 /, '<h1 id="a"><p id="a">One</p></h1><h1 ')],
  ['a property that is missing', 'nothing is left', html('</p>', ' undefined</p>')],
  ['a mark in the text', 'nothing is left', text('Unsubscribe', '{{label}}')],
  ['prose of 79 columns', 'text in lines', text('\n', `\n${'x'.repeat(79)}\n`)],
  ['an address inside of prose', 'text in lines', text('Unsubscribe:\n', 'Unsubscribe: ')],
  ['a headline that is not in the text', 'every headline', text(/^The streets that learned to drink$/m, '')],
  ['a summary that is not in the text', 'whatever the HTML says', text(/^From March,[\s\S]*?\n(?=By )/m, '')],
  ['a byline that is not in the text', 'whatever the HTML says', text(/^By .*$/m, '')],
  ['no reading time in the text', 'whatever the HTML says', text(/ · \d+ stories.*$/m, '')],
  [
    'a link that is not in the text',
    'the text has the links',
    text(/^https:\/\/post\.example\/articles\/night-tram$/m, ''),
  ],
  ['a link that is only in the text', 'the text has the links', text('\n\n', '\n\nhttps://elsewhere.example/\n\n')],
  [
    'padding on a paragraph',
    'padding is on cells',
    html('<p class="text-muted" style="', '<p class="text-muted" style="padding:4px 0;'),
  ],
  ['a layout that Outlook cannot do', 'every client', html('style="color:', 'style="display:flex;color:')],
  ['a grid', 'every client', html(secondTopic, '<h2 style="display:grid">Climate</h2>')],
]

describe('a mail with', () => {
  test.each(breaks)('%s fails "%s…"', async (_, check, broken) => {
    const mail = await mailOf('digest')
    expect(broken(mail)).not.toEqual(mail)
    const found = checks.filter(({ find }) => find(broken(mail)).length > 0).map(({ name }) => name)
    // What is wrong in one way may be in another: a picture without alt leaves a link without a text.
    expect(found).toContainEqual(expect.stringMatching(new RegExp(`^${check}`)))
  })
})

test('there is a broken mail for each check', () => {
  const without = checks.filter(({ name }) => !breaks.some(([, check]) => name.startsWith(check)))
  expect(without.map(({ name }) => name)).toEqual([])
})

test('a mail with the time of its rendering in it is not the same twice', async () => {
  let time = 0
  const mail = await mailOf('confirm')
  expect(await differs(async () => ({ ...mail, text: `${mail.text}${time++}` }))).toBe(true)
})
