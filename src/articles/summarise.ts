import { cutBetweenWords, wide } from '../platform/text.ts'
import { isBiography, isBoilerplate, isDoubtful, isNote, isOpeningBiography, withoutTail } from './boilerplate.ts'
import { isCaption } from './credits.ts'
import { withoutOpening } from './datelines.ts'
import { endsCut, isWhole, sentencesOf, unwrapped } from './sentences.ts'

/** A summary that says less than this is used only where the article gives none. A Chinese character counts as two. */
const goodLength = 40
/** What says less than this is a label. */
const leastLength = 12
/** So much is enough not to begin another paragraph. */
const enoughLength = 120
/** A summary is looked for in so much of what a feed gives as one. */
const longestBeginning = 3000
/** A text that has not settled by then says nothing. */
const mostRounds = 5

export type Told = {
  /** The feed's own summary and the article, as paragraphs of running text; a line break is where one was written. */
  readonly summary: readonly string[]
  readonly content: readonly string[]
  readonly title: string
  readonly authors: readonly string[]
  /** A BCP 47 tag; nonsense is read as English. */
  readonly language: string
}

/**
 * The summary of an article, in at most `maximum` UTF-16 units: the feed's own if it is good, else the first whole sentences
 * of the article, else what the feed's own has; empty where that says nothing. It is always text of the two. A word is never
 * cut: only a first sentence that is longer than `maximum` ends between two words, with an ellipsis. Captions and who the
 * writer is are told only where there is nothing else.
 *
 * The feed's own is good if it says enough, is not the title, and is no teaser: the beginning of the article, cut off.
 */
export function summarise(told: Told, maximum: number): string {
  let text = tell(told, maximum)
  // What stands beside each other only since something between was left out may read otherwise.
  for (let round = 0; round < mostRounds; round++) {
    const again = tell({ ...told, summary: [text], content: [] }, maximum)
    if (again === text) return text
    text = again
  }
  return ''
}

/** What stands beside the story is told only where there is nothing else. */
function tell(told: Told, maximum: number): string {
  let isAll = true
  const without = (line: string) => {
    const isLeftOut = isBeside(line, told)
    isAll &&= !isLeftOut
    return isLeftOut
  }
  const text = choose({ ...told, without }, maximum)
  return unfinished(text || isAll ? text : choose({ ...told, without: () => false }, maximum))
}

/** "[…]" would look like something that was left out of the middle. */
const unfinished = (text: string) => text.replace(/[\s,;:–—…-]{0,9}[[(]\s?(?:…|\.{2,3})\s?[\])]?…?$/u, '…')

type Telling = Told & { readonly without: (line: string) => boolean }

/** Whether a line is the caption of a photograph, or says who the writer is. */
function isBeside(line: string, { authors, language }: Told): boolean {
  const isAbout = authors.some((author) => author !== '' && line.startsWith(`${author} is `))
  const [first = ''] = isAbout ? sentencesOf(line, language) : []
  return isCaption(line) || isOpeningBiography(line) || isBiography(first.trim())
}

function choose(told: Telling, maximum: number): string {
  const own = ownSummary(told, maximum)
  const isTeaser = endsCut(own.whole) || isCutOff(own.whole, told.content)
  if (weightOf(own.text) >= goodLength && !isTeaser) return own.text
  const body = bodySummary(told, maximum)
  if (weightOf(body) >= goodLength) return body
  const [text = ''] = [own.text, body].filter((each) => weightOf(each) >= leastLength)
  return text
}

/** `whole`: what the feed gave, cleaned; `text`: what of it can be shown. */
function ownSummary(told: Telling, maximum: number): { whole: string; text: string } {
  const paragraphs = [...passagesOf(beginningOf(told.summary), told)]
  const whole = paragraphs.map((sentences) => sentences.join('').trimEnd()).join(' ')
  const sentences = take(
    paragraphs.map((each) => each.filter(isWhole)),
    maximum,
    told.language,
  )
  // A passage without an end may stand alone, or close a short summary: that is how many are written.
  const [first = []] = paragraphs
  const mayStayOpen = paragraphs.length === 1 && !endsCut(first.at(-1) ?? '') && whole.length <= maximum
  const saysMore =
    weightOf(sentences) < goodLength && !first.some(isWhole) && weightOf(first.join('')) > weightOf(sentences)
  return { whole, text: mayStayOpen || saysMore ? take([first], maximum, told.language) : sentences }
}

/** As many paragraphs as a summary could be made of: a feed's own may be a whole article. */
function beginningOf(paragraphs: readonly string[]): readonly string[] {
  let length = 0
  return paragraphs.filter((paragraph) => {
    const begins = length
    length += paragraph.length
    return begins < longestBeginning
  })
}

function bodySummary(told: Telling, maximum: number): string {
  return take(wholeSentences(told), maximum, told.language)
}

/** Of each passage of the article the sentences up to the first that does not end, when they are asked for. */
function* wholeSentences(told: Telling): Generator<string[]> {
  for (const sentences of passagesOf(told.content, told)) {
    const firstCut = sentences.findIndex((sentence) => !isWhole(sentence))
    yield firstCut < 0 ? sentences : sentences.slice(0, firstCut)
  }
}

/**
 * The sentences of each paragraph or line of a text, without what is none of the story's: where it was reported, by whom,
 * the title, notes, boilerplate. Only the first may be where it is doubtful, if it ends.
 */
function* passagesOf(paragraphs: readonly string[], told: Telling): Generator<string[]> {
  const story = paragraphs.some((paragraph) => !isNote(paragraph))
    ? paragraphs.filter((each) => !isNote(each))
    : paragraphs
  let begun = false
  for (const paragraph of story) {
    for (const line of linesOf(paragraph, told)) {
      const sentences = cleanedSentences(line, told).filter((each, at) => !isBiography(each) || (at === 0 && !begun))
      if (sentences.length === 0 || (sentences.every(isDoubtful) && (begun || !sentences.some(isWhole)))) continue
      begun = true
      yield sentences
    }
  }
}

/** A line break ends a sentence, unless it was made for a narrow column. */
function linesOf(paragraph: string, told: Telling): string[] {
  const { title, authors, language } = told
  const lines = paragraph
    .split('\n')
    .map(withoutTail)
    .filter(
      (line) =>
        !isBoilerplateLine(line, language) && !isSame(line, title) && !authors.some((author) => isSame(line, author)),
    )
  return unwrapped(lines).filter((line) => !told.without(line))
}

function cleanedSentences(line: string, { title, authors, language }: Told): string[] {
  const text = withoutOpening(withoutByline(withoutTitle(line, title), authors))
  const sentences = sentencesOf(text, language).filter(
    (each) => !isBoilerplate(each.trim()) && !isNote(each) && !isSame(each, title),
  )
  const [before, last] = [sentences.at(-2), sentences.at(-1)]
  // A few words after the last sentence that end none send the reader on, in whatever language.
  const isSendingOn = before && last && isWhole(before) && !isWhole(last) && !endsCut(last) && saysLittle(last)
  return isSendingOn ? sentences.slice(0, -1) : sentences
}

const saysLittle = (text: string) =>
  weightOf(text.trim()) <= 24 && text.trim().split(/\s+/).length <= 3 && !/[”»"’]\s*$/u.test(text)

/** A line of several sentences is judged sentence by sentence: it may begin with a credit and go on with the story. */
const isBoilerplateLine = (line: string, language: string) =>
  isBoilerplate(line) && sentencesOf(line, language).length < 2

function withoutTitle(text: string, title: string): string {
  if (title === '' || !text.startsWith(title)) return text
  // "Rain: what to do" stays whole under the title "Rain".
  const rest = /^\s*[.!?|:–—-]\s+(?=\S)/u.exec(text.slice(title.length))?.[0]
  return rest === undefined || title.length < goodLength / 2 ? text : text.slice(title.length + rest.length)
}

function withoutByline(text: string, authors: readonly string[]): string {
  for (const author of authors) {
    const at = text.slice(0, author.length + 5).indexOf(author)
    if (at < 0 || !/^(?:(?:by|von|par|por)\s+)?$/i.test(text.slice(0, at))) continue
    const end = at + author.length
    const separator = (at > 0 ? /^\s*[,|·:–—-]\s*|^\s+(?=\p{Lu})/u : /^\s*[|·–—]\s*/u).exec(text.slice(end))?.[0]
    if (separator !== undefined) return text.slice(end + separator.length)
  }
  return text
}

/** Whole sentences from the front while they fit, of another paragraph only where those so far say too little. */
function take(paragraphs: Iterable<readonly string[]>, maximum: number, language: string): string {
  let text = ''
  for (const sentences of paragraphs) {
    if (weightOf(text) >= enoughLength) break
    for (const [index, sentence] of sentences.entries()) {
      const longer = index === 0 ? join(text, sentence) : text + sentence
      if (longer.trimEnd().length > maximum)
        return text.trimEnd() || (cutBetweenWords(sentence, maximum, language) ?? '')
      text = longer
    }
  }
  return text.trimEnd()
}

/** Chinese and Japanese paragraphs follow each other without a space, as their sentences do. */
const join = (before: string, sentence: string) => {
  const text = before.trimEnd()
  return text === '' || /[。！？」』）][”’]?$/u.test(text) ? text + sentence : `${text} ${sentence}`
}

const weightOf = (text: string) => text.length + [...text].filter((letter) => wide.test(letter)).length

const letters = (text: string) =>
  text
    .slice(0, 2000)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
const isSame = (one: string, other: string) => letters(one) === letters(other)

/** Whether a text is the beginning of the article, and stops within a sentence. */
function isCutOff(text: string, content: readonly string[]): boolean {
  if (text === '' || isWhole(text)) return false
  const cut = letters(text)
  const article = letters(content.join(' '))
  return article.length > cut.length && article.startsWith(cut)
}
