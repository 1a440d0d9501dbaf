// Where sentences end, in any language.
import { segmenterFor, unmarked, unspaced } from '../platform/text.ts'

/** What ends with a full stop and no sentence: initials, titles, and abbreviations that stand before a name or a number. */
const abbreviations = [
  'Mrs?|Ms|Dr|Drs|Prof|Sen|Rep|Gov|Gen|Col|Capt|Lt|Sgt|Rev|Hon|St|Mt|Ft|Jr|Sr|No|Nos|vs|cf|approx|Inc|Ltd|Corp|Jan|Feb|Aug|Sept?|Oct|Nov|Dec',
  'Hr|Fr|Frl|Nr|Str|bzw|ca|vgl|usw|sog|inkl|exkl|evtl|ggf|geb|Mio|Mrd|Abs|Art|Dipl|Ing|zzgl|bspw|insb|ehem',
  "Mme|Mlle|MM|av|env|Sra|Srta|Dra|Sta|Dña|EE|UU|Gral|Lic|pág|núm|Sig|Dott|\\p{L}{0,4}l[’']on|ecc|Exma?",
  'dhr|mevr|mw|bijv|resp|kl|mgr|inż|tzw|płk|gen|Doç|Yrd',
  'тыс|млн|млрд|трлн|руб|коп|ул|пер|просп|пл|им|г|гг|см|стр|рис|др|пр|проф|акад|вул|тис|грн',
].join('|')
const abbreviation = new RegExp(
  `(?:^|[\\s("'“‘„«\\u00a0.-])(?:\\p{L}|\\p{L}\\.\\s?\\p{L}|(?:\\p{L}\\.){2,3}\\p{L}|${abbreviations})\\.$`,
  'iu',
)

/** Languages that write an ordinal as a number with a full stop: "am 3. Oktober". */
const ordinals = new Set('de da nb nn no fi cs sk pl hu hr sl sr bs et is lv tr'.split(' '))

/** A text's sentences in order, each with the white space after it: together they are the text. */
export function sentencesOf(text: string, language: string): string[] {
  const sentences: string[] = []
  const ordinal = ordinals.has(language.slice(0, 2).toLowerCase())
  let pending = ''
  for (const { segment } of segmenterFor(language, 'sentence').segment(text)) {
    // An opening bracket without a space before it belongs to what follows.
    const opening = /(?:[「『（《〈【]+|(?<=[。！？])[“‘])$/u.exec(segment)?.[0] ?? ''
    const kept = segment.slice(0, segment.length - opening.length)
    if (/^[とっ]/u.test(segment) && pending === '' && /[」』]$/u.test(sentences.at(-1) ?? ''))
      pending = sentences.pop() ?? ''
    const joined = pending + kept
    const tail = joined.trimEnd().slice(-30)
    if (kept === '' || abbreviation.test(tail) || (ordinal && /(?:^|\s)\d{1,2}\.$/.test(tail))) {
      pending = joined + opening
      continue
    }
    sentences.push(joined)
    pending = opening
  }
  return pending === '' ? sentences : [...sentences, pending]
}

/** Whether a sentence ends, and not in an ellipsis: that may be where it was cut. */
export function isWhole(sentence: string): boolean {
  if (endsCut(sentence)) return false
  return /[.!?。！？｡؟۔।॥։።]["'”’“»«›」』）)\]]{0,3}\s*$/u.test(sentence) || unmarked.test(sentence.trimEnd().slice(-3))
}

/** Whether it ends as what was cut does. */
export const endsCut = (text: string) =>
  /(?:…|\.\.\.?|\[\s*(?:…|\.{2,3})\s*\]|\(\s*(?:…|\.{3})\s*\))["'”’»\s]{0,3}$/.test(text)

/** The first sentence, or all of it where none ends. */
export function firstSentence(text: string, language: string): string {
  const [first = text] = sentencesOf(text, language)
  return isWhole(first) ? first.trim() : text
}

/** So wide are the columns that texts were broken for. */
const columns = { least: 50, most: 100 }

/**
 * The lines of a paragraph, in which those are one that were only broken to fit into a column, or in the middle of a
 * sentence: where one ends in a comma or a dash, or the next begins with a small letter. A column shows in that the first
 * word of each next line would not have fitted, more or less.
 */
export function unwrapped(lines: readonly string[]): string[] {
  const width = Math.max(...lines.map(({ length }) => length))
  const isFull = (line: string, next: string | undefined) =>
    next === undefined || line.length + firstWordOf(next).length >= 0.85 * width
  const isColumn =
    lines.length > 2 &&
    width >= columns.least &&
    width <= columns.most &&
    lines.every((line, index) => isFull(line, lines[index + 1]))
  const joined: string[] = []
  for (const line of lines) {
    const before = joined.at(-1)
    const goesOn =
      before !== undefined &&
      (isColumn || goesOnAfter.test(before) || (/^\p{Ll}(?!\S*:\/\/)/u.test(line) && !isWhole(before)))
    if (goesOn)
      joined[joined.length - 1] = unspaced.test(before.slice(-1) + line.charAt(0)) ? before + line : `${before} ${line}`
    else joined.push(line)
  }
  return joined
}

/** A comma, a dash, or a Japanese particle that asks for more. */
const goesOnAfter = /(?:[,،，、;–—-]|[はがをにでともての]|から|まで)$/u

const firstWordOf = (line: string) => (unspaced.test(line.charAt(0)) ? line.charAt(0) : (line.split(' ', 1)[0] ?? ''))
