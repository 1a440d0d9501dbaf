// Where and by whom a story was reported, as it stands before its first sentence, and what machines put there.

const agency = '(?:\\([\\p{Lu}][\\p{L}\\p{N} ./&-]{1,24}\\)|\\((?:dpa|afp|ap|sid|kna|epd)[\\p{L}/ ]{0,20}\\))'
const place = "\\p{Lu}[\\p{L}.’' -]{1,40}(?:[,/]\\s?[\\p{L}\\d.’' -]{2,30}){0,3}"
const dash = '\\s*\\.?(?:[—–]|--|-(?=\\s))\\s*'
const arabicAgency =
  '(?:رويترز|أ ?\\.? ?ف ?\\.? ?ب\\.?|د ?\\.? ?ب ?\\.? ?أ\\.?|سبوتنيك|الأناضول|واس|وام|قنا|بترا|أ ?ش ?أ)'

const openings: readonly RegExp[] = [
  /^(?:Listen|Watch) now \(\d+ mins?\)\s*[|·]?\s*(?=\S)/u,
  /^arXiv:\S+\s+Announce Type:\s*[\w-]+\s*/u,
  /^Abstract:\s+(?=\S)/u,
  // "LONDON, July 5 (Reuters) — ", "Madrid, 5 jul (EFE).- "
  new RegExp(`^${place}\\s*${agency}${dash}(?=\\S)`, 'u'),
  // "(ANSA) - ROMA, 05 LUG - "
  new RegExp(`^${agency}${dash}(?:\\p{Lu}[\\p{L}’' ]{2,30},?\\s\\d{1,2}\\.?\\s\\p{L}{3,9}\\.?${dash})?(?=\\S)`, 'u'),
  // "МОСКВА, 5 июл — РИА Новости. ", "МОСКВА, 5 июля. /ТАСС/. "
  new RegExp(
    `^\\p{Lu}{3,}[\\p{Lu} -]{0,30}, \\d{1,2} \\p{Ll}{3,8}\\.?(?:${dash}\\p{Lu}\\p{L}+(?:[ -]\\p{Lu}\\p{L}+){0,2}\\.| \\/\\p{Lu}[\\p{L} -]{1,20}\\/\\.)\\s+(?=\\S)`,
    'u',
  ),
  /^\p{Lu}{4,}[\p{Lu}.’' -]{0,30}(?:,\s?[\p{L}\d.’' -]{2,30}){0,2}?\s*(?:[—–]|--)\s*(?=[\p{Lu}\d"“„«])/u,
  // "(서울=연합뉴스) 김철수 기자 = "
  /^[([][^()[\]=]{1,20}=[^()[\]=]{1,20}[)\]]\s*(?:[\p{Script=Hangul}·, ]{2,30}(?:기자|특파원)\s*=\s*)?(?=\S)/u,
  // "新华社北京7月5日电（记者王明）", "【东京=田中】", "［東京　５日　ロイター］ - "
  /^\p{Script=Han}{2,6}\s?[\p{Script=Han}]{0,12}\d{1,2}月\d{1,2}日[电電](?:\s*[（(][^（）()]{1,30}[）)])?[，,\s]*(?=\S)/u,
  /^(?:【[^【】]{1,20}[=＝][^【】]{1,20}】|［[^［］]{1,30}］\s*[-－–—])\s*(?=\S)/u,
  // "القاهرة (رويترز) - "
  new RegExp(`^[\\p{Script=Arabic} ]{2,40}\\s?[-–—/]?\\s?\\(${arabicAgency}\\)\\s*[-–—:]+\\s*(?=\\S)`, 'u'),
]

/** A line without where and by whom it was reported: "LONDON (Reuters) — The …" begins with "The". */
export function withoutOpening(line: string): string {
  let text = line
  for (const opening of openings) text = text.slice(opening.exec(text.slice(0, 160))?.[0].length ?? 0)
  return text
}
