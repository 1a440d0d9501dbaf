// What comes from feeds is shown as text: here it becomes text that no client stumbles over.

/** One line of well-formed text: no control characters, no lone surrogates, no bidi overrides. */
export function clean(text: string): string {
  return text
    .replace(/[\t\n\v\f\r \u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\p{Cs}\u202a-\u202e\ufffe\uffff]/gu, '')
    .replace(/ {2,}/g, ' ')
    .trim()
}

/** Cleaned text of at most `max` UTF-16 units, cut between words where it can be, between characters where not. */
export function clip(text: string, max: number): string {
  const whole = clean(text)
  return whole.length <= max ? whole : (clipAtWord(whole, max) ?? clipAtCharacter(whole, max))
}

/** The words of `text` that fit into `max` with an ellipsis, or nothing if not even the first does. */
export function clipAtWord(text: string, max: number, language = 'en'): string | undefined {
  const fits = text.slice(0, max)
  const space = fits.lastIndexOf(' ')
  // Chinese, Japanese, Thai … put no spaces between words, so a space may be missing or be far from the end.
  const end = space >= max / 2 ? space : Math.max(space, lastWordEnd(text, max - 1, language))
  const kept = end > 0 ? text.slice(0, end).replace(/[\s,;:–—-]+$/u, '') : ''
  return kept ? `${kept}…` : undefined
}

function lastWordEnd(text: string, max: number, language: string): number {
  const unspaced =
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u
  const head = text.slice(0, max * 2)
  if (!unspaced.test(head)) return -1
  let end = -1
  for (const word of new Intl.Segmenter(language, { granularity: 'word' }).segment(head)) {
    if (word.index + word.segment.length > max) break
    // Only after a word of an unspaced script: elsewhere the segmenter also cuts at apostrophes and hyphens.
    if (unspaced.test(word.segment)) end = word.index + word.segment.length
  }
  return end
}

function clipAtCharacter(text: string, max: number): string {
  let end = 0
  for (const { index, segment } of new Intl.Segmenter('en').segment(text.slice(0, max * 2))) {
    if (index + segment.length > max - 1) break
    end = index + segment.length
  }
  return `${text.slice(0, end)}…`
}
