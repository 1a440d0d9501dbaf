// Text from elsewhere: what it has to become before it is stored or shown, and where it may be cut. Pure: templates use it too.

const unmarkedScripts = '\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}'
const ideographic = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}'

/** A letter of a script that puts no full stop at the end of a sentence. */
export const unmarked = new RegExp(`[${unmarkedScripts}]`, 'u')
/** A letter of a script that puts no space between words. */
export const unspaced = new RegExp(`[${ideographic}${unmarkedScripts}]`, 'u')
/** A letter that is as wide as two of the Latin script, and says as much. */
export const wide = new RegExp(`[${ideographic}\\p{Script=Hangul}]`, 'u')

/**
 * Control characters (NUL among them), lone surrogates, what is no character, byte order marks, and marks that turn the
 * direction of what follows.
 */
const unwanted = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u202a-\u202e\u2066-\u2069\ufeff]/gu

/** One line of well-formed text that PostgreSQL takes and that disturbs nothing around it. */
export function cleanText(text: string): string {
  return text.replace(/\s+/g, ' ').replace(unwanted, '').replace(/ {2,}/g, ' ').trim()
}

/** One for each language that was asked for lately: making one takes longer than using it. */
const segmenters = new Map<string, Intl.Segmenter>()

/** Nonsense for a language is read as English. */
export function segmenterFor(language: string, granularity: 'sentence' | 'word' | 'grapheme'): Intl.Segmenter {
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

/** The words that fit into `maximum` UTF-16 units with an ellipsis, which counts; undefined where not even one does. */
export function cutBetweenWords(text: string, maximum: number, language = 'en'): string | undefined {
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
function cutBetweenCharacters(text: string, maximum: number): string {
  let end = 0
  for (const { index, segment } of segmenterFor('en', 'grapheme').segment(text.slice(0, maximum * 2))) {
    if (index + segment.length > maximum - 1) break
    end = index + segment.length
  }
  return `${text.slice(0, end)}…`
}

/** Cuts to `maximum` UTF-16 units at the end of a word, else of a character, with an ellipsis that counts. */
export function cutAtWord(text: string, maximum: number): string {
  if (text.length <= maximum) return text
  const cut = cutBetweenWords(text, maximum)
  return cut !== undefined && cut.length > maximum / 2 ? cut : cutBetweenCharacters(text, maximum)
}
