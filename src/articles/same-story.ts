// Whether two articles of different feeds tell the same story, by their words. Pure; docs/selection.md has the measures.
import { unspaced } from '../platform/text.ts'

export type Told = { readonly id: number; readonly title: string; readonly summary: string }
type Telling = Omit<Told, 'id'>

/** Titles this alike are enough, if they are of so many words and name the same numbers. */
const alikeTitle = { least: 0.8, words: 4 }
/** Titles less alike need texts that share so many of the pairs of words of the shorter one. */
const alikeText = { title: 0.4, least: 0.5, pairs: 8 }

/** An article is compared word by word with so many at most. */
const comparedAtMost = 30

/** Where no space stands between words, two letters stand for a word. */
function wordsOf(text: string): string[] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  return words.flatMap((word) => (unspaced.test(word) ? pairsOf([...word], '') : word))
}

function pairsOf(words: readonly string[], between: string): string[] {
  if (words.length < 2) return [...words]
  return words.slice(1).map((word, index) => `${words[index]}${between}${word}`)
}

type Prepared = { readonly title: ReadonlySet<string>; readonly text: ReadonlySet<string>; readonly numbers: string }

function prepare({ title, summary }: Telling): Prepared {
  const words = new Set(wordsOf(title))
  const numbers = [...words].filter((word) => /\p{N}/u.test(word)).sort()
  return { title: words, text: new Set(pairsOf(wordsOf(summary), ' ')), numbers: numbers.join(' ') }
}

function sharedCount(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let count = 0
  for (const word of one) if (other.has(word)) count += 1
  return count
}

function isSameStory(one: Prepared, other: Prepared): boolean {
  const shared = sharedCount(one.title, other.title)
  const titles = shared / (one.title.size + other.title.size - shared || 1)
  const isLong = Math.min(one.title.size, other.title.size) >= alikeTitle.words
  if (titles >= alikeTitle.least && isLong && one.numbers === other.numbers) return true
  const shorter = Math.min(one.text.size, other.text.size)
  return (
    titles >= alikeText.title &&
    shorter >= alikeText.pairs &&
    sharedCount(one.text, other.text) / shorter >= alikeText.least
  )
}

/**
 * For looking up which of these an article tells again: the first of them, or undefined. Only those whose titles
 * share most words with its title are looked at.
 */
export function sameStoryAmong(told: readonly Told[]): (article: Telling) => Told | undefined {
  const prepared = told.map((one) => ({ one, words: prepare(one) }))
  const byWord = new Map<string, number[]>()
  prepared.forEach(({ words }, index) => {
    for (const word of words.title) {
      const places = byWord.get(word)
      if (places) places.push(index)
      else byWord.set(word, [index])
    }
  })
  return (article) => {
    const words = prepare(article)
    const shared = new Map<number, number>()
    for (const word of words.title) {
      for (const index of byWord.get(word) ?? []) shared.set(index, (shared.get(index) ?? 0) + 1)
    }
    const nearest = [...shared]
      .sort(([one, most], [other, more]) => more - most || one - other)
      .slice(0, comparedAtMost)
    const inOrder = nearest.sort(([one], [other]) => one - other).map(([index]) => prepared[index])
    return inOrder.find((each) => each && isSameStory(each.words, words))?.one
  }
}
