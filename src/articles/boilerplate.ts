// What publishing systems, podcast hosts and newsletters put around a text. Each pattern looks at one line or sentence.

/** Longer sentences are somebody's own. */
const longest = 400

const whole = (patterns: readonly RegExp[]) => (text: string) => patterns.some((pattern) => pattern.test(text))

const phrases = whole([
  // WordPress, in the languages that it is most used in
  /^(?:The post|Der Beitrag|Der Artikel|L[’']article|La entrada|El cargo|L[’']articolo|O post|Het bericht|投稿|文章).*(?:appeared first on|erschien zuerst auf|(?:est )?apparu en premier sur|(?:se public[óo]|aparece|apareci[óo]) primero en|proviene da|(?:apareceu|aparece) primeiro em|verscheen eerst op|に最初に表示されました|最先出现在)/iu,
  /ظهرت المقالة|ظهرت أولاً على/u,
  // teasers
  /^(?:\[|\(|«|→|>)*\s*(?:continue reading|keep reading|read (?:more|on|the (?:full|whole|entire|rest|original))|full (?:story|article)|view (?:original|post|in browser)|click (?:here|to)|learn more|see more|find out more|listen now|watch now)\b(?!.*[.!?]["”’)]*$)/iu,
  /^(?:continue reading|read (?:more|on|the (?:full|whole|entire|rest|original))|full story|click here|learn more)\b.{0,120}(?:\bhere\b|\bat\b|\bon\b|»|→|›|…|\.{3}).{0,60}$/iu,
  /^[([]?more(?:…|\.{3})[\])]?$/iu,
  /^(?:weiterlesen|weiter lesen|mehr lesen|hier weiterlesen|lesen sie (?:hier )?(?:mehr|weiter)|lire la suite|lire plus|en savoir plus|leer más|seguir leyendo|continúa leyendo|sigue leyendo|continua a leggere|leggi tutto|leia mais|continue lendo|lees verder|läs mer|続きを読む|続きはこちら|もっと読む|阅读全文|閱讀全文|阅读更多|继续阅读|और पढ़ें|اقرأ المزيد|متابعة القراءة|لقراءة المزيد|المزيد)/iu,
  // comments, sharing, ads
  /^(?:no|\d+)?\s*(?:comments?|kommentare?|commentaires?|comentarios?|コメント|评论|التعليقات)\s*(?:\(?\d*\)?|on .*)$/iu,
  /^(?:article url|comments url|points|# comments)\s*:/iu,
  /^submitted by\b.*\/?u\/|^\[(?:link|comments)\]/iu,
  /^(?:share(?: (?:this|on|via|post)\b.*)?|tweet(?: this)?|pin it|like this:?|loading\.*|leave a comment|print|email|teilen|partager|compartir|シェア|شارك)[:!.]?$/iu,
  /^click to (?:share|email|print)\b/iu,
  /^(?:advertisement|advertising|sponsored(?: content| post)?|anzeige|werbung|publicité|publicidad|pubblicità|広告|广告|إعلان|promoted)[\s:.—-]*$/iu,
  // newsletters
  /^(?:subscribe|sign up|join (?:our|my)|become a (?:paid )?(?:member|subscriber)|upgrade to paid)\b.*(?:newsletter|now|here|free|e-?mail|inbox|paid|subscri|support|posts?|channel|podcast|apple|spotify)|^subscribe\b[^.]{0,30}$/iu,
  /^(?:thanks for reading|thank you for reading|\S.{0,80} is a (?:reader|listener)-supported (?:publication|newsletter|podcast))/iu,
  /^to receive new posts and support my work/iu,
  /^this (?:post|episode|article|is a)\b.*(?:is public so feel free|(?:for|to) (?:paid|paying) subscribers|free preview)/iu,
  /^abonnieren sie\b|^jetzt abonnieren|^abonnez-vous\b|^suscríbete\b|^iscriviti\b/iu,
  // podcasts and films
  /^(?:hosted (?:on|by) (?:acast|simplecast|megaphone|audioboom|omny|spreaker)|see (?:acast\.com|omnystudio\.com|pcm\.adswizz)|visit megaphone|advertising inquiries|privacy (?:&|and) opt-out|our sponsors|support (?:the|this|our) (?:show|podcast|channel)|follow (?:us|me)\b|find us on|connect with us|rate (?:and|&) review|leave (?:us )?a (?:rating|review)|this episode is (?:sponsored|brought)|(?:today[’']s|our) (?:show|sponsor|episode)[^.]{0,40}(?:is )?(?:sponsored|brought)|get \d+% off|use (?:the )?(?:promo )?code|like and subscribe|don[’']t forget to (?:like|subscribe)|music by\b|produced by|edited by|theme music|transcript(?: available.*)?:?$|chapters:?$|timestamps:?$|show ?notes:?$|links?:$|more information\b.*ad choices|for more information)/iu,
  /^learn more about your ad choices/iu,
  /^[([]?\d{1,2}:\d{2}(?::\d{2})?\b/u,
  /^(?:\S+\s*:\s*)?#\p{L}[\p{L}\p{N}_]*(?:\s+#[\p{L}\p{N}_]+)*$/iu,
  /\b(?:https?:\/\/|www\.)\S/iu,
  // where else it was published
  /\b(?:was|were) (?:originally |first )(?:published|posted) (?:on|in|at|by)\b|^this (?:article|story|post) (?:originally|first) appeared\b|^originally published\b|^cross-?posted (?:from|at|on)\b/iu,
  /where people are continuing the conversation|by highlighting and responding to this story/iu,
  /^(?:©|\(c\)|copyright|all rights reserved|alle rechte vorbehalten|tous droits réservés)/iu,
  // captions, credits and bylines that are marked as nothing else
  /^[([]?\s*(?:photos?|image|picture|pic|illustration|graphic|video|credit|file photo|foto|fotos|bild|symbolbild|titelbild|crédit|photo d[’']illustration|imagen|fotografía|写真|圖|图|图片|صورة|الصورة)(?:\s+(?:credit|courtesy|source|crédits?))?\s*(?::|：|\/|\||by\b|von\b|par\b|de\b|da\b|courtesy\b|\()/iu,
  /(?:\/\s*(?:Getty|AFP|AP|Reuters|EPA|dpa|Shutterstock|Unsplash)(?:\s+Images)?|\bon Unsplash|Getty Images|via (?:AP|Reuters|Getty)|AP Photo|picture alliance)[.)\]]*$/u,
  /^(?:Written |Reporting |Reported |Words |Story |Text )?(?:[Bb]y|[Vv]on|[Pp]ar|[Pp]or|[Dd]oor|[Aa]v|[Aa]f)\s+\p{Lu}[\p{L}.’'-]*(?:[\s,&|/·]+(?:and|und|et|y|e|en|och|og|de|von|van|\p{Lu}[\p{L}.’'-]*)){0,8}$/u,
  /^(?:published|posted|updated|last (?:updated|modified)|aktualisiert|veröffentlicht|mis à jour|publié|stand)\b[^.]{0,15}\d[^!?]{0,40}(?<!\.)$/iu,
  /^\d+\s*[-–]?\s*min(?:ute)?s?\.?\s*(?:read|lesezeit|de lecture)?\.?$/iu,
  /^(?:listen to this (?:article|episode)|download (?:the )?(?:episode|audio|mp3)|play (?:episode|audio)|duration\b.{0,20}|image|video|read|watch|listen|untitled|null|undefined|none|n\/a|no description(?: available)?\.?)$/iu,
])

const tails: readonly RegExp[] = [
  /\s*(?:The post|Der Beitrag|Der Artikel|L[’']article|La entrada|L[’']articolo|O post) (?:(?!The post )[^\n]){1,400} (?:(?:first )?appeared first on|erschien zuerst auf|est apparu en premier sur|se publicó primero en|proviene da|apareceu primeiro em) [^\n]{1,200}$/u,
  /\s*(?:(?<=[.!?…\]]\s?)|(?<=\s)\(|\[)\s*(?:Continue reading|Read more|Read the full (?:story|article|post)|Keep reading|Weiterlesen|Lire la suite|Leer más|続きを読む|阅读全文|اقرأ المزيد)[^.!?\n]{0,160}$/u,
]

/** Whether a line or a sentence is none of the story's. */
export function isBoilerplate(text: string): boolean {
  return text.length <= longest && (!/[\p{L}\p{N}]/u.test(text) || phrases(text))
}

/** A line without what was hung on its end. */
export function withoutTail(line: string): string {
  return tails.reduce((text, tail) => text.slice(0, -1000) + text.slice(-1000).replace(tail, ''), line).trim()
}

const agency = '(?:\\([\\p{Lu}][\\p{L}\\p{N} ./&-]{1,24}\\)|\\((?:dpa|afp|ap|sid|kna|epd)[\\p{L}/ ]{0,20}\\))'
const place = "\\p{Lu}[\\p{L}.’' -]{1,40}(?:[,/]\\s?[\\p{L}\\d.’' -]{2,30}){0,3}"
const dash = '\\s*(?:[—–]|--|-(?=\\s))\\s*'
const openings = [
  /^(?:Listen|Watch) now \(\d+ mins?\)\s*[|·]?\s*(?=\S)/u,
  new RegExp(`^${place}\\s*${agency}${dash}(?=\\S)`, 'u'),
  /^\p{Lu}{4,}[\p{Lu}.’' -]{0,30}(?:,\s?[\p{L}\d.’' -]{2,30}){0,2}?\s*(?:[—–]|--)\s*(?=[\p{Lu}\d"“„«])/u,
]

/** A line without where and by whom it was reported: "LONDON (Reuters) — The …" begins with "The". */
export function withoutOpening(line: string): string {
  const head = line.slice(0, 160)
  for (const opening of openings) {
    const found = opening.exec(head)?.[0]
    if (found) return line.slice(found.length)
  }
  return line
}
