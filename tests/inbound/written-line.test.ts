import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMail } from '../../src/inbound/fetch-mail.ts'
import { writtenLine } from '../../src/inbound/written-line.ts'

const mail = (parts: { text?: string; html?: string; subject?: string }) => {
  const read = readMail({ from: 'ada@reader.example', subject: 'Re: Today', ...parts })
  if (!read) throw new Error('not a mail')
  return read
}
const lineOf = (text: string) => writtenLine(mail({ text }))
const lineOfHtml = (html: string) => writtenLine(mail({ html }))

const digest = ['The Morning Post', '================', '', 'Stop the press: a harbour tram', 'https://news.example/1']
const marked = digest.map((line) => `> ${line}`).join('\n')
const unmarked = digest.join('\n')
const from = 'The Morning Post <digest@post.example>'

describe('the first line that a reader wrote', () => {
  it.each([
    ['Gmail', `weekly\n\nOn Mon, Nov 23, 2026 at 7:00 AM ${from}\nwrote:\n\n${marked}\n`, 'weekly'],
    ['Gmail, one line', `weekly\r\n\r\nOn Mon, Nov 23, 2026 at 7:00 AM ${from} wrote:\r\n\r\n${marked}`, 'weekly'],
    ['Gmail, without an empty line', `weekly\nOn Mon, Nov 23, 2026 at 7:00 AM ${from} wrote:\n${marked}`, 'weekly'],
    ['Gmail, a number above', `pause 2 weeks\nOn Mon, Nov 23, 2026 at 7:00 AM ${from} wrote:\n${marked}`, 'pause 2 weeks'],
    ['Gmail, German', `weekly\n\nAm Mo., 23. Nov. 2026 um 07:00 Uhr schrieb The Morning Post <\ndigest@post.example>:\n\n${marked}`, 'weekly'],
    ['Gmail, French', `daily\n\nLe lun. 23 nov. 2026 à 07:00, ${from} a\nécrit :\n\n${marked}`, 'daily'],
    ['Gmail, below the quotation', `On Mon, Nov 23, 2026 at 7:00 AM ${from}\nwrote:\n\n${marked}\n\npause 2 weeks\n`, 'pause 2 weeks'],
    ['Gmail on a phone', `Stop\n\nSent from my Pixel\n\nOn Mon, Nov 23, 2026, 7:00 AM ${from} wrote:\n\n${marked}`, 'Stop'],
    ['Outlook', `weekly\n\n________________________________\nFrom: ${from}\nSent: Monday, November 23, 2026 7:00 AM\nTo: Ada <ada@reader.example>\nSubject: Today\n\n${unmarked}`, 'weekly'],
    ['Outlook, header block alone', `weekly\n\nFrom: ${from}\nSent: Monday, November 23, 2026 7:00 AM\nSubject: Today\n\n${unmarked}`, 'weekly'],
    ['Outlook, German', `weekly\n\nVon: ${from}\nGesendet: Montag, 23. November 2026 07:00\nBetreff: Today\n\n${unmarked}`, 'weekly'],
    ['Outlook of old', `help\n\n-----Original Message-----\nFrom: The Morning Post [mailto:digest@post.example]\n\n${unmarked}`, 'help'],
    ['Outlook for iOS', `Daily please\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: ${from}\n${unmarked}`, 'Daily please'],
    ['Apple Mail', `Pause until 24 December\n\n> On 23. Nov 2026, at 07:00, ${from} wrote:\n> \n${marked}`, 'Pause until 24 December'],
    ['Apple Mail on a phone', `Stop\n\nSent from my iPhone\n\n> On Nov 23, 2026, at 7:00 AM, The Morning Post <digest@post.example> wrote:\n> \n> ${'\ufeff'}\n${marked}`, 'Stop'],
    ['Thunderbird', `On 11/23/26 07:00, The Morning Post wrote:\n${marked}\n\nweekdays\n\n-- \nAda\n`, 'weekdays'],
    ['Thunderbird, above', `weekdays\n\nOn 11/23/26 07:00, The Morning Post wrote:\n${marked}`, 'weekdays'],
    ['Thunderbird, German', `Am 23.11.26 um 07:00 schrieb The Morning Post:\n${marked}\nweekly\n`, 'weekly'],
    ['Yahoo', `weekly\n\n    On Monday, November 23, 2026 at 07:00:12 AM GMT+1, The Morning Post <digest@post.example> wrote:  \n \n ${unmarked}`, 'weekly'],
    ['Proton', `weekly\n\nSent with Proton Mail secure email.\n\nOn Monday, November 23rd, 2026 at 7:00 AM, The Morning Post <digest@post.example> wrote:\n\n${marked}`, 'weekly'],
    ['Chinese', `weekly\n\n在 2026年11月23日，07:00，The Morning Post <digest@post.example> 写道：\n\n${marked}`, 'weekly'],
    ['a greeting first', `Hi there,\n\nweekly please.\n\nThanks\nAda`, 'weekly please.'],
    ['between the lines', `> ${digest[0]}\n\nstop\n\n> ${digest[3]}`, 'stop'],
    ['bare', 'STOP', 'STOP'],
    ['marks that nobody sees', '\u200bweekly\u00a0', 'weekly'],
  ])('%s', (_, text, line) => {
    expect(lineOf(text)).toBe(line)
  }) // biome-ignore format: one mail a line

  it.each([
    ['nothing but a quotation', `On Mon, Nov 23, 2026 at 7:00 AM ${from}\nwrote:\n\n${marked}`],
    ['nothing but a signature', `Sent from my iPhone\n\nOn Nov 23, 2026, at 7:00 AM, ${from} wrote:\n\n${unmarked}`],
    ['a quotation that is not marked', `On Nov 23, 2026, at 7:00 AM, ${from} wrote:\n\nstop\n`],
    ['a forwarded mail', `---------- Forwarded message ---------\nFrom: ${from}\n\nstop`],
    ['a signature', '-- \nstop'],
    ['nothing', ' \r\n\n'],
  ])('is none: %s', (_, text) => {
    expect(lineOf(text)).toBe('')
  })

  it('is the subject where there is no text and it is no reply', () => {
    expect(writtenLine(mail({ text: '\n', subject: 'help' }))).toBe('help')
    expect(writtenLine(mail({ text: '\n', subject: 'AW: stop' }))).toBe('')
  })
})

describe('a mail that has only HTML', () => {
  const quoted = '<p>Stop the press</p><p>stop</p>'
  it.each([
    [
      'Gmail',
      `<div dir="ltr">weekly</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Mon<br></div><blockquote class="gmail_quote">${quoted}</blockquote></div>`,
    ],
    [
      'Outlook',
      `<html><head><style>p{stop}</style></head><body><div class="elementToProof">weekly</div><div id="appendonsend"></div><hr tabindex="-1"><div id="divRplyFwdMsg">From: x</div><div>${quoted}</div></body></html>`,
    ],
    [
      'Outlook, of Word',
      `<body><div class=WordSection1><p class=MsoNormal>weekly<o:p></o:p></p><div><p class=MsoNormal><b>From:</b> News &lt;digest@post.example&gt;<br><b>Sent:</b> Monday</p></div>${quoted}</div></body>`,
    ],
    [
      'Apple Mail',
      `<body>weekly<div><br><blockquote type="cite"><div>On Nov 23, 2026, News wrote:</div>${quoted}</blockquote></div></body>`,
    ],
    [
      'Thunderbird, below',
      `<body><div class="moz-cite-prefix">On 11/23/26 07:00, News wrote:<br></div><blockquote type="cite">${quoted}<img src="x"><br></blockquote><p>weekly<br></p></body>`,
    ],
    ['Yahoo', `<div class="ydp1">weekly</div><div class="yahoo_quoted"><div>${quoted}</div></div>`],
    ['bold, with entities', '<p>&nbsp;</p><p><b>week</b>ly&#8203;</p>'],
    ['unclosed', `<div>weekly<blockquote><p>stop`],
  ])('%s', (_, html) => {
    expect(lineOfHtml(html)).toBe('weekly')
  })

  it('that is nothing but a quotation', () => {
    expect(lineOfHtml(`<blockquote>${quoted}</blockquote>`)).toBe('')
    expect(lineOfHtml(`<div id="divRplyFwdMsg">From</div>${quoted}`)).toBe('')
  })
})

it('reads whatever there is, soon', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, html) => {
      expect(writtenLine(mail({ text, html })).length).toBeLessThanOrEqual(200)
    }),
  )
  for (const piece of ['<div>', 'On 12:30 ', '> ', '-', ' \n', 'on a@b ', '<blockquote>', '_', ':', '&lt;']) {
    // Of this process, whatever else the machine does.
    const before = process.cpuUsage()
    lineOf(piece.repeat(100_000))
    lineOfHtml(piece.repeat(100_000))
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000)
  }
})
