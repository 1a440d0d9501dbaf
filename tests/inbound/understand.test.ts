import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { languages, messagesFor } from '../../emails/messages.ts'
import { understand } from '../../src/inbound/understand.ts'

const today = '2026-11-23'
const weekly = { kind: 'frequency', frequency: 'weekly' }
const pause = (days: number) => ({ kind: 'pause', days })

it.each([
  ['weekly', weekly],
  ['Weekly!', weekly],
  ['  WEEKLY please, thanks.', weekly],
  ['once a week', weekly],
  ['Please make it weekly', weekly],
  ['switch to weekly', weekly],
  ['weekly on Friday', { ...weekly, weekday: 5 }],
  ['weekly on mondays', { ...weekly, weekday: 1 }],
  ['daily', { kind: 'frequency', frequency: 'daily' }],
  ['every day', { kind: 'frequency', frequency: 'daily' }],
  ['weekdays', { kind: 'frequency', frequency: 'weekdays' }],
  ['on weekdays', { kind: 'frequency', frequency: 'weekdays' }],
  ['pause 2 weeks', pause(14)],
  ['Pause for two weeks.', pause(14)],
  ['pause for a month', pause(30)],
  ['pause a week', pause(7)],
  ['pause 10 days', pause(10)],
  ['hold for 3 days please', pause(3)],
  ['stop for 2 weeks', pause(14)],
  ['pause until 24 December', pause(31)],
  ['pause until December 24th', pause(31)],
  ['Pause until 24 Dec 2026', pause(31)],
  ['pause till 24.12.', pause(31)],
  ['pause until 2026-12-24', pause(31)],
  ['pause until 1 January', pause(39)],
  ['pause until Thursday 24 December', pause(31)],
  ['pause until 23 November', pause(365)],
  ['pause until 22 November 2026', { kind: 'bad_pause' }],
  ['pause 2 years', { kind: 'unclear' }],
  ['pause 9999 days', { kind: 'bad_pause' }],
  ['pause 0 days', { kind: 'bad_pause' }],
  ['pause until 31 February', { kind: 'unclear' }],
  ['pause until 24/12', { kind: 'unclear' }],
  ['pause', { kind: 'unclear' }],
  ['resume', { kind: 'resume' }],
  ['End the pause', { kind: 'resume' }],
  ['stop', { kind: 'stop' }],
  ['STOP!!!', { kind: 'stop' }],
  ['Please unsubscribe me', { kind: 'stop' }],
  ['Unsubscribe', { kind: 'stop' }],
  ['help', { kind: 'help' }],
  ['?', { kind: 'help' }],
  ['No!', { kind: 'no' }],
  ['no more mails', { kind: 'stop' }],
  ['yes', { kind: 'yes' }],
  ['Yes, please!', { kind: 'yes' }],
  ['', { kind: 'unclear' }],
  ['stop the press', { kind: 'unclear' }],
  ['Do not stop', { kind: 'unclear' }],
  ['I read the weekly with pleasure', { kind: 'unclear' }],
  ['not daily', { kind: 'unclear' }],
  ['yes, but not at this address', { kind: 'unclear' }],
  ['I am out of the office until 24 December', { kind: 'unclear' }],
  ['constructor', { kind: 'unclear' }],
])('%j', (line, wish) => {
  expect(understand(line, today)).toEqual(wish)
})

it('takes any line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (line) => {
      for (const start of ['', 'pause ', 'pause until ', 'weekly on ']) {
        const wish = understand(start + line, today)
        if (wish.kind === 'pause') expect(wish.days).toSatisfy((days: number) => days >= 1 && days <= 365)
      }
    }),
  )
})

describe.each(languages)('what readers are told in %s', (language) => {
  const { answer, digest, confirm } = messagesFor(language)
  const wish = (line: string) => understand(line, '2026-11-24')

  it('that they can write is understood', () => {
    const [weekly, daily, weekdays, pause, resume, stop, help] = answer.commands.map((command) => command.split(/ ?:/))
    expect(wish(weekly?.[0] ?? '')).toEqual({ kind: 'frequency', frequency: 'weekly' })
    const friday = /[“„«]\s*(.+?)\s*[”“»]/.exec(weekly?.slice(1).join(':') ?? '')?.[1] ?? ''
    expect(wish(friday)).toEqual({ kind: 'frequency', frequency: 'weekly', weekday: 5 })
    expect(wish(daily?.[0] ?? '')).toEqual({ kind: 'frequency', frequency: 'daily' })
    expect(wish(weekdays?.[0] ?? '')).toEqual({ kind: 'frequency', frequency: 'weekdays' })
    const [twoWeeks = '', until = ''] = pause?.join(':').split(/(?:,|،) (?:or|oder: |ou|o|أو)\s?/) ?? []
    expect(wish(twoWeeks)).toEqual({ kind: 'pause', days: 14 })
    expect(wish(until)).toEqual({ kind: 'pause', days: 30 })
    expect([resume, stop, help].map((command) => wish(command?.[0] ?? '').kind)).toEqual(['resume', 'stop', 'help'])
  })

  it('below a digest is understood', () => {
    const kinds = digest.replies
      .slice(digest.replies.indexOf(':') + 1)
      .split(/[,،]/)
      .map((word) => wish(word).kind)
    expect(kinds).toEqual(['frequency', 'frequency', 'frequency', 'pause', 'stop', 'help'])
  })

  it('confirms is a yes', () => {
    const said = /[„«]\s*(.+?)\s*[“»]/.exec(confirm.replies)?.[1] ?? 'yes'
    expect(wish(said).kind).toBe('yes')
  })
})

it.each([
  ['Stopp!', 'stop'],
  ['Bitte abbestellen', 'stop'],
  ['Pause zwei Wochen, danke', 'pause'],
  ['pause bis zum 3. März', 'pause'],
  ['Arrêtez', 'stop'],
  ['pause jusqu’au 24 décembre, s’il vous plaît', 'pause'],
  ['Sí', 'yes'],
  ['Darme de baja, por favor', 'stop'],
  ['أسبوعيًا', 'frequency'],
  ['إيقاف مؤقت ٢ أسبوع', 'pause'],
  ['إيقاف مؤقت أسبوعين', 'pause'],
  // What is not meant without doubt is still not understood.
  ['Ich bin bis Freitag im Urlaub', 'unclear'],
  ['Je suis absent jusqu’au 24 décembre', 'unclear'],
  ['No quiero darme de baja', 'unclear'],
  ['Nein danke, ich will nicht abbestellen', 'unclear'],
] as const)('“%s” is %s', (line, kind) => {
  expect(understand(line, '2026-11-24').kind).toBe(kind)
})
