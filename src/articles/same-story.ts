// Whether two articles of different feeds tell the same story, by their words. Pure; docs/selection.md has the measures.
import { isNegated, pairsOf, titleWords, wordsOf } from './title-words.ts'

export type Told = { readonly id: number; readonly title: string; readonly summary: string }
type Telling = Omit<Told, 'id'>

/** A story is told again within so many days. */
export const retoldDays = 3

/** Titles this alike are enough, if they are of so many words, in the same order, and texts that can be compared share as much. */
const alikeTitle = { least: 0.8, words: 5, text: 0.1 }
/** Titles less alike need texts that share so many of the pairs of words of the shorter one. */
const alikeText = { title: 0.4, least: 0.5 }
/** A text of fewer pairs says nothing. */
const comparedPairs = 8

/** An article is compared word by word with so many at most. */
const comparedAtMost = 30

type Words = ReadonlySet<string>
type Title = { readonly words: readonly string[]; readonly site: readonly string[] }

function sharedCount(one: Words, other: Words): number {
  let count = 0
  for (const word of one) if (other.has(word)) count += 1
  return count
}

const numbersIn = (words: Words) =>
  [...words]
    .filter((word) => /\p{N}/u.test(word))
    .sort()
    .join(' ')

/** How many words both have, each as often as both have it. */
function commonCount(one: readonly string[], other: readonly string[]): number {
  const left = [...other]
  return one.filter((word) => left.includes(word) && left.splice(left.indexOf(word), 1)).length
}

/** Whether the words that both have stand in the same order: their longest common subsequence is all of them. */
function isInOrder(one: readonly string[], other: readonly string[]): boolean {
  let row = other.map(() => 0)
  for (const word of one) {
    const next: number[] = []
    other.forEach((each, at) => {
      const longest = each === word ? (row[at - 1] ?? 0) + 1 : Math.max(row[at] ?? 0, next[at - 1] ?? 0)
      next.push(longest)
    })
    row = next
  }
  return (row.at(-1) ?? 0) === commonCount(one, other)
}

/** Texts are looked at only where the titles are alike. */
function isSameStory(one: Title, other: Title, texts: () => readonly [Words, Words]): boolean {
  // The name of a site is told apart where one of them has it; two could as well be what the stories are about.
  const haveBoth = one.site.length > 0 && other.site.length > 0
  const wordsIn = ({ words, site }: Title) => (haveBoth ? [...words, ...site] : words)
  const [first, second] = [new Set(wordsIn(one)), new Set(wordsIn(other))]
  const shared = sharedCount(first, second)
  const titles = shared / (first.size + second.size - shared || 1)
  if (titles < alikeText.title || isNegated(first) !== isNegated(second)) return false

  const [text, otherText] = texts()
  const shorter = Math.min(text.size, otherText.size)
  const isText = shorter >= comparedPairs
  const sharedText = isText ? sharedCount(text, otherText) / shorter : 0
  if (isText && sharedText >= alikeText.least) return true
  return (
    titles >= alikeTitle.least &&
    Math.min(first.size, second.size) >= alikeTitle.words &&
    numbersIn(first) === numbersIn(second) &&
    (!isText || sharedText >= alikeTitle.text) &&
    isInOrder(wordsIn(one), wordsIn(other))
  )
}

const textOf = (summary: string): Words => new Set(pairsOf(wordsOf(summary), ' '))

/**
 * For looking up which of these an article tells again: the first of them, or undefined. Only those whose titles
 * share most words with its title are looked at.
 */
export function sameStoryAmong(told: readonly Told[]): (article: Telling) => Told | undefined {
  const titles = told.map(({ title }) => titleWords(title))
  const byWord = new Map<string, number[]>()
  titles.forEach(({ words }, index) => {
    for (const word of new Set(words)) {
      const places = byWord.get(word)
      if (places) places.push(index)
      else byWord.set(word, [index])
    }
  })
  return (article) => {
    const title = titleWords(article.title)
    const shared = new Map<number, number>()
    for (const word of new Set(title.words)) {
      for (const index of byWord.get(word) ?? []) shared.set(index, (shared.get(index) ?? 0) + 1)
    }
    const nearest = [...shared]
      .sort(([one, most], [other, more]) => more - most || one - other)
      .slice(0, comparedAtMost)
      .sort(([one], [other]) => one - other)
    let text: Words | undefined
    for (const [index] of nearest) {
      const [one, words] = [told[index], titles[index]]
      if (!one || !words) continue
      const texts = () => {
        text ??= textOf(article.summary)
        return [textOf(one.summary), text] as const
      }
      if (isSameStory(words, title, texts)) return one
    }
    return undefined
  }
}
