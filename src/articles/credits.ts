// Whose a photograph is, as newsrooms write it at the end of its caption. Pure.
import { isWhole } from './sentences.ts'

/** A longer line is no caption, and no longer credit is looked for. */
const longestCaption = 600
const longestCredit = 160

const photo = '(?:photos?|photograph(?:er|y|s)?|fotos?|fotograf(?:ie|ía|ia|o|a)|credit|фото|(?:ال)?صورة)'
const label = `(?:(?:file|handout|stock|press) )?(?:${photo}|courtesy|pictures?|pic|image|illustration|graphic|video|(?:symbol|archiv|titel)?bild(?:er|quelle|nachweis)?|cr[ée]dit[os]?|imagen|imagem|immagine|zdj[ęe]cie|снимок|写真|照片|图片|圖片|图|圖|사진|تصوير)`
const labelMore = "(?:[ -](?:credit|crédits?|cr[ée]dito|courtesy|source|d[’']illustration|d[’']archives?|de archivo))?"
const photoAgency =
  '(?:Getty(?: Images)?|Shutterstock|iStock(?:photo)?|Alamy|Unsplash|Pexels|Pixabay|Adobe Stock|picture[ -]alliance|NurPhoto|AP Photo)'
const agency = `(?:${photoAgency}|AFP|AP|Associated Press|Reuters|EPA(?:-EFE)?|EFE|dpa|ddp|imago|ANP|PA(?: Wire| Media)?|ANSA|LaPresse|Keystone|Bloomberg|TASS|Xinhua|Anadolu|رويترز)`

/** What stands among names and is none. */
const amongNames = new Set(
  'by von par por de del di da du des van der den la le el of for für pour via on from the and und et y e courtesy handout file archiv privat dpa ddp imago images stock photo foto'.split(
    ' ',
  ),
)
const mostWords = { withCapitals: 14, without: 5 }

function isNames(text: string): boolean {
  const words = text.split(/[\s\-–—/|,;:·&+©()（）：、…]+|\.{3}/u).filter(Boolean)
  const most = words.some((word) => /^\p{Lu}/u.test(word)) ? mostWords.withCapitals : mostWords.without
  return (
    words.length > 0 &&
    words.length <= most &&
    words.every((word) => amongNames.has(word) || /^(?:[ld][’'])?[\p{Lu}\p{Lo}\d@]/u.test(word))
  )
}

const labelled = new RegExp(
  `^${label}${labelMore}\\s*(?:[:：/|(]|\\.{3}|\\s(?:by|von|par|por|de|di|courtesy)\\b)\\s*(?=\\S)`,
  'iu',
)
const ofAgency = new RegExp(
  `^${photoAgency}$|^(?:AP Photo|AFP|EPA|EFE|REUTERS|Reuters|imago|dpa)\\s?/\\s?\\p{Lu}\\p{L}+ \\p{Lu}|\\p{L}{2}\\.?\\s?(?:/|\\bvia\\b|\\bon\\b)\\s?${agency}$`,
  'u',
)
/** In brackets: "(Jane Doe/The Times)". */
const ofPaper = /^\p{Lu}[\p{L}.’'-]+(?: [\p{L}.’'-]+){1,3}\s?\/\s?(?:The )?\p{Lu}[\p{L} .’'-]{2,40}$/u
const ofText = /^(?:Reporting|Writing|Written|Editing|Text|Story|Von|By)\b/u
const textAgency = new RegExp(`^(?!${photoAgency}$)(?:${agency}|[A-Z]{2,5})$`, 'u')

/** Whether a sentence is nothing but whose a photograph is. */
export function isCredit(sentence: string): boolean {
  const text = sentence.trim()
  if (text.length > longestCredit) return false
  const bare = text.replace(/^[([（［|©\s]+|[)\]）］.。\s]+$/gu, '')
  const said = labelled.exec(bare)?.[0]
  if (said !== undefined) return isNames(bare.slice(said.length))
  // Agencies alone end texts: "(AFP/dpa)".
  const isOfText = ofText.test(bare) || bare.split('/').every((part) => textAgency.test(part.trim()))
  if (isOfText || !isNames(bare)) return false
  return ofAgency.test(bare) || (/^[([（［]/u.test(text) && ofPaper.test(bare))
}

const labelledLine = new RegExp(`^[([]?\\s*${label}${labelMore}\\s*(?::|：|/|\\||\\()\\s*`, 'iu')
const closedByAgency =
  /(?:\/\s*(?:Getty|AFP|AP|Reuters|EPA|dpa|Shutterstock|Unsplash)(?:\s+Images)?|\bon Unsplash|Getty Images|via (?:AP|Reuters|Getty)|AP Photo|picture alliance)[)\]]*$/u
/** A shorter one that begins with a small letter is no sentence of the story. */
const shortestSentence = 40

/** Whether a line or a sentence is whose a picture is, or tells what it shows under a label. */
export function isCreditLine(text: string): boolean {
  const said = labelledLine.exec(text)?.[0]
  if (said === undefined) return closedByAgency.test(text) || isCredit(text)
  // "Photo: the word means to write with light."
  const rest = text.slice(said.length)
  return isCredit(text) || !(/^\p{Ll}/u.test(rest) && isWhole(rest) && rest.length >= shortestSentence)
}

/** Where a credit may begin: after a sentence, in brackets, after a sign, or with its label. */
const begins = new RegExp(
  `(?<=[.!?…。！？]["”’»)]?)\\s+|(?<=[。！？])|\\s(?=[([（［|©])|\\s(?=${photo}\\s?[:：])`,
  'giu',
)

/** Whether a line is the caption of a photograph as a whole: it ends with whose that is. */
export function isCaption(line: string): boolean {
  if (line.length > longestCaption) return false
  const from = Math.max(0, line.length - longestCredit)
  return Array.from(line.slice(from).matchAll(begins)).some(
    ({ index, 0: { length } }) => from + index > 0 && isCredit(line.slice(from + index + length)),
  )
}
