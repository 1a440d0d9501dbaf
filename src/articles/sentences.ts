// Where sentences and words end, in any language.

/** One for each language that was asked for lately: making one takes longer than using it. */
const segmenters = new Map<string, Intl.Segmenter>()

function segmenterFor(language: string, granularity: 'sentence' | 'word' | 'grapheme'): Intl.Segmenter {
  const key = `${granularity} ${language}`
  const known = segmenters.get(key)
  if (known) return known
  if (segmenters.size >= 100) segmenters.clear()
  let made: Intl.Segmenter
  try {
    made = new Intl.Segmenter(language, { granularity })
  } catch {
    made = new Intl.Segmenter('en', { granularity })
  }
  segmenters.set(key, made)
  return made
}

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

/** Scripts that put no full stop at the end of a sentence. */
const unmarked = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

/** Whether a sentence ends, and not in an ellipsis: that may be where it was cut. */
export function isWhole(sentence: string): boolean {
  if (endsCut(sentence)) return false
  return /[.!?。！？｡؟۔।॥։።]["'”’“»«›」』）)\]]{0,3}\s*$/u.test(sentence) || unmarked.test(sentence.trimEnd().slice(-3))
}

/** Whether it ends as what was cut does. */
export const endsCut = (text: string) =>
  /(?:…|\.\.\.?|\[\s*(?:…|\.{2,3})\s*\]|\(\s*(?:…|\.{3})\s*\))["'”’»\s]{0,3}$/.test(text)

/** Scripts that put no space between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

/** The words that fit into `maximum` UTF-16 units with an ellipsis, which counts; undefined where not even one does. */
export function cutBetweenWords(text: string, maximum: number, language: string): string | undefined {
  const head = text.slice(0, maximum)
  let end = head.lastIndexOf(' ')
  if (end < maximum / 2 && unspaced.test(head)) {
    for (const { index, segment } of segmenterFor(language, 'word').segment(text.slice(0, maximum * 2))) {
      if (index + segment.length > maximum - 1) break
      // Elsewhere the segmenter also cuts at apostrophes and hyphens.
      if (unspaced.test(segment)) end = Math.max(end, index + segment.length)
    }
  }
  const kept = text.slice(0, Math.max(end, 0)).replace(/[\s,;:.…、，–—-]{1,9}$/u, '')
  return kept === '' ? undefined : `${kept}…`
}

/** The characters, as readers count them, that fit into `maximum` UTF-16 units with an ellipsis. */
export function cutBetweenCharacters(text: string, maximum: number): string {
  let end = 0
  for (const { index, segment } of segmenterFor('en', 'grapheme').segment(text.slice(0, maximum * 2))) {
    if (index + segment.length > maximum - 1) break
    end = index + segment.length
  }
  return `${text.slice(0, end)}…`
}
