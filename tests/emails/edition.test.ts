// What goes where in digests of different sizes: the lead, sections, stories that are the only one of their topic, the rest.
import { describe, expect, test } from 'vitest'
import { editionOf } from '../../emails/components/edition.ts'
import { story } from './support.ts'

/** A story for each letter, of the topic with that letter; `-` has none. */
const laidOut = (topics: string) => {
  const stories = [...topics].map((letter, index) =>
    story({ title: `${letter}${index}`, topics: letter === '-' ? [] : [{ slug: letter, name: letter }] }),
  )
  const { lead, sections, alone, brief } = editionOf({ stories, language: 'en', frequency: 'daily' })
  const titles = (items: { title: string }[]) => items.map(({ title }) => title).join(' ')
  return {
    lead: lead.title,
    sections: sections.map(({ items }) => titles(items)),
    alone: titles(alone),
    brief: titles(brief),
  }
}

describe('the layout of', () => {
  test.each([
    ['one story', 'a', [], '', ''],
    ['two of one topic', 'aa', [], 'a1', ''],
    ['three of one topic', 'aaa', ['a1 a2'], '', ''],
    ['three of three', 'abc', [], 'b1 c2', ''],
    ['four, two of which are of one topic', 'abbc', ['b1 b2'], 'c3', ''],
    ['five of five', 'abcde', [], 'b1 c2 d3 e4', ''],
    ['five without a topic', '-----', [], '-1 -2 -3 -4', ''],
    ['seven of seven: one headline is no list', 'abcdefg', [], 'b1 c2 d3 e4 f5 g6', ''],
    ['eight of eight', 'abcdefgh', [], 'b1 c2 d3 e4 f5', 'g6 h7'],
    ['seven, with a section', 'abbcdef', ['b1 b2'], 'c3 d4 e5 f6', ''],
    ['seven of one', 'aaaaaaa', ['a1 a2 a3 a4 a5'], '', 'a6'],
    ['nine with two sections', 'abbbccdef', ['b1 b2 b3', 'c4 c5'], '', 'd6 e7 f8'],
    ['nine of nine', 'abcdefghi', [], 'b1 c2 d3 e4 f5', 'g6 h7 i8'],
    ['twelve of twelve', 'abcdefghijkl', [], 'b1 c2 d3 e4 f5', 'g6 h7 i8 j9 k10 l11'],
    ['twelve of three', 'abcabcabcabc', ['b1 b4 b7 b10', 'c2 c5 c8 c11', 'a3 a6 a9'], '', ''],
    ['twelve, most of one topic', 'abbbbbbbcdef', ['b1 b2 b3 b4 b5'], '', 'b6 b7 c8 d9 e10 f11'],
  ])('%s', (_, topics, sections, alone, brief) => {
    expect(laidOut(topics)).toEqual({ lead: `${topics[0]}0`, sections, alone, brief })
  })
})
