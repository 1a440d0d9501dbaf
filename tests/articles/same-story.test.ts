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
