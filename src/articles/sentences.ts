// Where sentences end, in any language.
import { segmenterFor, unmarked } from '../platform/text.ts'

/** What ends with a full stop and no sentence: initials, titles, and abbreviations that stand before a name or a number. */
const abbreviation =
  /(?:^|[\s("'“‘„«\u00a0-])(?:\p{L}|\p{L}\.\s?\p{L}|(?:\p{L}\.){2,3}\p{L}|Mrs?|Ms|Dr|Drs|Prof|Sen|Rep|Gov|Gen|Col|Capt|Lt|Sgt|Rev|Hon|St|Mt|Ft|Jr|Sr|No|Nos|vs|cf|approx|Inc|Ltd|Corp|Jan|Feb|Aug|Sept?|Oct|Nov|Dec|Hr|Fr|Frl|Nr|Str|bzw|ca|vgl|usw|sog|inkl|evtl|geb|Mio|Mrd|Abs|Art|Mme|Mlle|MM|av|env|Sra|Srta|Dra|Sta|Dña|pág|núm|Sig|Dott|ecc|Exma?)\.$/iu

/** Languages that write an ordinal as a number with a full stop: "am 3. Oktober". */
const ordinals = new Set('de da nb nn no fi cs sk pl hu hr sl sr bs et is lv tr'.split(' '))

/** A text's sentences in order, each with the white space after it: together they are the text. */
export function sentencesOf(text: string, language: string): string[] {
  const sentences: string[] = []
  const ordinal = ordinals.has(language.slice(0, 2).toLowerCase())
  let pending = ''
  for (const { segment } of segmenterFor(language, 'sentence').segment(text)) {
    // An opening bracket without a space before it belongs to what follows.
    const opening = /[「『（《〈【]+$/u.exec(segment)?.[0] ?? ''
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
