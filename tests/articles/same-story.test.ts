import { describe, expect, it } from 'vitest'
import { sameStoryAmong } from '../../src/articles/same-story.ts'

const told = {
  id: 1,
  title: 'Council votes to keep the night trams running until spring',
  summary:
    'After six hours of debate, the city council voted on Monday to keep the night trams running until the end of March, and to look at the bill again.',
}
const isAgain = (title: string, summary = '', of = told) => sameStoryAmong([of])({ title, summary })?.id === of.id
const of = (title: string, summary = '') => ({ id: 1, title, summary })

describe('the same story', () => {
  it('has the same title but for a word, case and marks', () => {
    expect(isAgain(told.title)).toBe(true)
    expect(isAgain('Council votes to keep night trams running until spring!')).toBe(true)
    expect(isAgain('COUNCIL VOTES: “Keep the night trams running until spring”')).toBe(true)
  })

  it('has a title like it and much of the same text', () => {
    const agency =
      'The city council voted on Monday to keep the night trams running until the end of March, and to look at the bill again. Drivers were glad.'
    expect(isAgain('Night trams to keep running until spring, council decides', agency)).toBe(true)
    expect(isAgain('Night trams to keep running until spring, council decides', 'Drivers were glad.')).toBe(false)
    expect(isAgain('What the mayor said', agency)).toBe(false)
  })

  it('is not one of which only words are the same', () => {
    expect(isAgain('Council votes to close the night schools until spring')).toBe(false)
    expect(isAgain('Opinion', '', of('Opinion'))).toBe(false)
    expect(isAgain('Live: the match of the day', '', of('Live: the vote of the day'))).toBe(false)
    expect(
      isAgain('Court rejects appeal of the former minister', '', of('Court hears appeal of the former minister')),
    ).toBe(false)
    expect(isAgain('', '', of(''))).toBe(false)
  })

  it('is not one with other numbers: the next day, the next count', () => {
    const dispatch = of('War in the east, day 41: what we know so far this morning')
    expect(isAgain('War in the east, day 42: what we know so far this morning', '', dispatch)).toBe(false)
    expect(isAgain(dispatch.title, '', dispatch)).toBe(true)
  })

  it('is not one under a standing title, with another text', () => {
    const monday = 'Floods in the north closed two bridges overnight, and the mayor asked people to stay at home.'
    const tuesday =
      'The central bank kept its rate where it was, saying that prices had hardly moved since the summer began.'
    for (const title of [
      'The news in brief this morning',
      'Your Monday Briefing: what to know',
      'Letters to the editor of the week',
      'Live updates: the war in Ukraine',
    ]) {
      expect(isAgain(title, tuesday, of(title, monday)), title).toBe(false)
      expect(isAgain(title, `${monday} More soon.`, of(title, monday)), title).toBe(true)
    }
  })

  it('is not one that says the opposite, or names who did it the other way round', () => {
    const pairs = [
      ['Government will raise taxes on wealth next year', 'Government will not raise taxes on wealth next year'],
      ['Regierung will die Steuern im Januar erhöhen', 'Regierung will die Steuern im Januar nicht erhöhen'],
      ['Minister says she knew of the letter before', "Minister says she didn't know of the letter before"],
      ['Arsenal beat Chelsea in the final', 'Chelsea beat Arsenal in the final'],
    ] as const
    for (const [one, other] of pairs) {
      expect(isAgain(other, '', of(one)), other).toBe(false)
      expect(isAgain(one, '', of(other)), one).toBe(false)
    }
    expect(isAgain(pairs[0][1], told.summary, of(pairs[0][0], told.summary))).toBe(false)
  })

  it('is one with a small word more or less, also one that stands elsewhere in the title', () => {
    const pairs = [
      [
        'Council votes to run harbour tram through the night',
        'Council votes to run the harbour tram through the night',
      ],
      [
        'Three villages cut off in north of Spain as the rivers rise',
        'Three villages cut off in the north of Spain as the rivers rise',
      ],
      [
        'Regierung will Steuern auf die Vermögen und die Erbschaften im Januar erhöhen',
        'Regierung will die Steuern auf die Vermögen und die Erbschaften im Januar erhöhen',
      ],
    ] as const
    for (const [one, other] of pairs) {
      expect(isAgain(other, '', of(one)), other).toBe(true)
      expect(isAgain(one, '', of(other)), one).toBe(true)
    }
  })

  it('is not one whose words stand in another order, however often each stands there', () => {
    const pairs = [
      ['Dog bites man in the park', 'Man bites dog in the park'],
      ['Lyon beats Lille 3-1 in Paris', 'Lille beats Lyon 3-1 in Paris'],
      ['Lyon beats Lille 3-1 in Paris', 'Lyon beats Lille 1-3 in Paris'],
      ['The mayor sues the council over the tram', 'The council sues the mayor over the tram'],
      ['Lyon strikes back at Lille after Lille strikes Lyon', 'Lille strikes back at Lyon after Lyon strikes Lille'],
    ] as const
    for (const [one, other] of pairs) {
      expect(isAgain(other, '', of(one)), other).toBe(false)
      expect(isAgain(one, '', of(other)), one).toBe(false)
    }
  })

  it('is one whatever agencies and sites put around its title, in letters or digits', () => {
    const title = 'Three dead after storm hits the northern coast'
    for (const again of [
      `${title} - BBC News`,
      `${title} | The Guardian`,
      `UPDATE 1-${title}`,
      `REFILE-UPDATE 2-${title}`,
      title.replace('Three', '3'),
    ]) {
      expect(isAgain(again, '', of(title)), again).toBe(true)
      expect(isAgain(title, '', of(again)), again).toBe(true)
    }
    expect(isAgain(title.replace('Three', 'Four'), '', of(title))).toBe(false)
    const what = 'Budget: what we know'
    expect(isAgain(`${what} - Wales`, '', of(`${what} - Scotland`))).toBe(false)
    expect(isAgain('الْمَجْلِسُ يُصَوِّتُ على إبقاء الترام الليلي', '', of('المجلس يصوت على إبقاء الترام الليلي'))).toBe(true)
  })

  it('is found in any script', () => {
    const japanese = of('東京で初雪、平年より八日早い観測となる')
    expect(isAgain('東京で初雪、平年より八日早い観測となった', '', japanese)).toBe(true)
    expect(isAgain('大阪で初雪、昨年より二日遅い', '', japanese)).toBe(false)
    const arabic = of('المجلس يصوت على إبقاء الترام الليلي حتى الربيع')
    expect(isAgain('المجلس يصوت على إبقاء الترام الليلي حتى الربيع', '', arabic)).toBe(true)
  })

  it('is the first that tells it, and is found among a thousand at once', () => {
    const many = Array.from({ length: 1000 }, (_, id) => ({
      id: id + 10,
      summary: '',
      title: `${told.title} ${id % 500}`,
    }))
    expect(sameStoryAmong(many)({ summary: '', title: `${told.title} 77` })?.id).toBe(87)
  })
})
