// What publishing systems, podcast hosts and newsletters put around a text. Each pattern looks at one line or sentence.
import { isCreditLine } from './credits.ts'
import { isWhole } from './sentences.ts'

/** Longer sentences are somebody's own. */
const longest = 400

const whole = (patterns: readonly RegExp[]) => (text: string) => patterns.some((pattern) => pattern.test(text))

/** How a reader is sent on: at the beginning of a line that is no sentence, or hung on the end of one. */
const sendingOn = [
  'continue reading|keep reading|read (?:more|on|the (?:full|whole|entire|rest|original))|full (?:story|article)|view original',
  'view (?:this |the )?(?:e-?mail|post|message|newsletter|it|in your browser|in browser|online)|click (?:here|to)|learn more|see more|find out more|show more|listen now|watch now',
  'weiterlesen|weiter lesen|mehr lesen|mehr erfahren|hier weiterlesen|lesen sie (?:hier )?(?:mehr|weiter)|zum (?:ganzen )?artikel|zum beitrag|den (?:ganzen|vollständigen) artikel',
  'lire la suite|lire plus|en savoir plus|voir plus|leer más|ver más|seguir leyendo|contin[úu]a leyendo|sigue leyendo|leer la (?:noticia|nota) completa',
  "continua a leggere|leggi (?:tutto|di più|l[’']articolo)|leia mais|ler mais|saiba mais|continu(?:e|ar) (?:lendo|a ler)|lees (?:verder|meer)|meer lezen|läs (?:mer|hela|vidare)|les (?:mer|hele)|læs (?:mere|hele)|lue lisää",
  'czytaj (?:więcej|dalej)|číst (?:dál|více)|čítať ďalej|tovább olvasom|citește mai (?:mult|departe)|devamını oku|διαβάστε περισσότερα|читать (?:далее|дальше|полностью|ещё|еще)|читати далі|прочети още',
].join('|')
/** The same in scripts where a word has no end that could be asked for. */
const sendingOnUnspaced =
  '続きを読む|続きはこちら|もっと読む|阅读全文|閱讀全文|阅读更多|閱讀更多|继续阅读|繼續閱讀|查看全文|더 ?보기|더 ?읽기|계속 ?읽기|전체 ?보기|อ่านต่อ|อ่านเพิ่มเติม|और पढ़ें|اقرأ المزيد|متابعة القراءة|لقراءة المزيد|لمزيد من التفاصيل|ادامه مطلب|קרא עוד'
const sentOn = `(?:(?:${sendingOn})(?![\\p{L}\\p{N}])|${sendingOnUnspaced})`
/** Words that say it only alone, with a sign after them or a bracket around them. */
const more =
  '(?:more|mehr|plus|suite|más|mais|altro|meer|mer|więcej|tovább|devamı|подробнее|докладніше|ещё|еще|далее|المزيد|もっと|更多)'
const opening = '[\\s[(«→>►▶]*'
const sentenceEnd = '[.!?…。！？]["”»’)\\]]?'
/** Where a text says that it goes on elsewhere. */
const arrow = '(?:»|→|⟶|➔|›|>|▶|►|…|\\.{3})'

const phrases = whole([
  // WordPress, in the languages that it is most used in
  /^(?:The post|Der Beitrag|Der Artikel|L[’']article|La entrada|El cargo|L[’']articolo|O post|Het bericht|投稿|文章).*(?:appeared first on|erschien zuerst auf|(?:est )?apparu en premier sur|(?:se public[óo]|aparece|apareci[óo]) primero en|proviene da|(?:apareceu|aparece) primeiro em|verscheen eerst op|に最初に表示されました|最先出现在)/iu,
  /ظهرت المقالة|ظهرت أولاً على/u,
  // teasers: no sentences, or only that
  new RegExp(`^${opening}${sentOn}(?!.*(?<!\\.)[.!?。][”"’)]*$).{0,200}$`, 'iu'),
  new RegExp(`^${opening}${sentOn}[.!]?$`, 'iu'),
  new RegExp(`^${opening}${more}\\s*(?:${arrow}|[\\])])*$`, 'iu'),
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
  /^(?:hosted (?:on|by) (?:acast|simplecast|megaphone|audioboom|omny|spreaker)|see (?:acast\.com|omnystudio\.com|pcm\.adswizz)|visit megaphone|advertising inquiries|privacy (?:&|and) opt-out|rate (?:and|&) review|leave (?:us )?a (?:rating|review)|this (?:episode|video|film) (?:is|was) (?:sponsored|brought)|sponsored by|brought to you by|(?:today[’']s|our) (?:show|sponsor|episode)[^.]{0,40}(?:is )?(?:sponsored|brought)|get \d+% off|like and subscribe|don[’']t forget to (?:like|subscribe)|transcript(?: available.*)?:?$|chapters:?$|timestamps:?$|show ?notes:?$|links?:$|more information\b.*ad choices)/iu,
  /^(?:(?:many|big|huge|special) )?(?:thanks|thank you)\b.{1,80}\bfor (?:sponsoring|their sponsorship)\b|^thanks to (?:our|today[’']s|this week[’']s) sponsors?\b/iu,
  /\b(?:[Uu]se|[Ee]nter|[Pp]romo|[Dd]iscount|[Cc]oupon|[Oo]ffer)(?: (?:the|my|our|promo|discount|coupon|offer))* code:? ["“]?[A-Z\d]{3,20}\b|(?:%|\b[Oo]ff\b).{0,60}\bcode:? ["“]?[A-Z\d]{3,20}\b/u,
  /^(?:[Ff]ollow|[Ff]ind|[Jj]oin|[Ll]ike|[Ss]upport|[Cc]onnect with) (?:us|me|the show|our \w+)\b.{0,30}(?:@\w|\b(?:on|via)\b.{0,20}\b(?:Facebook|Instagram|Twitter|X|YouTube|TikTok|Spotify|Apple|Patreon|Mastodon|Bluesky|Threads|Telegram|WhatsApp|LinkedIn|Discord)\b)/u,
  /^learn more about your ad choices/iu,
  /^[([]?\d{1,2}:\d{2}(?::\d{2})?\b/u,
  /^(?:\S+\s*:\s*)?#\p{L}[\p{L}\p{N}_]*(?:\s+#[\p{L}\p{N}_]+)*$/iu,
  // where else it was published
  /^this (?:article|story|post|essay|piece|column|interview|episode)\b.{0,60}\b(?:was|were) (?:originally |first )(?:published|posted)\b|^this (?:article|story|post) (?:originally|first) appeared\b|^originally published\b|^cross-?posted (?:from|at|on)\b/iu,
  /where people are continuing the conversation|by highlighting and responding to this story/iu,
  /^(?:©|\(c\)|copyright\s*(?:©|\(c\)|\d{4}|by\b)|all rights reserved|alle rechte vorbehalten|tous droits réservés)/iu,
  /^(?:enlarge this image|(?:hide|toggle) caption)$|^this live ?blog (?:is|has)(?: now)? (?:closed|ended)\b|^(?:we|this (?:web)?site) uses? cookies\b/iu,
  // notes of the newsroom
  /^this (?:article|story|post|piece|page|headline|version)\b.{0,40}\b(?:has been|was|is being) (?:updated|corrected|amended|edited|revised|clarified)\b|^an earlier version of th(?:is|e) (?:article|story|post|piece|headline|report)\b/iu,
  /\bwe may (?:earn|receive|get|be paid)\b.{0,40}\bcommission|^(?:this|the) (?:article|post|page|story|site)\b.{0,30}\baffiliate links\b/iu,
  /\byour browser does(?: not|n[’']t) support\b/iu,
  // bylines that are marked as nothing else
  /^(?:(?:Written|Report(?:ing|ed)|Words|Story|Text|Produced|Edited|Music|Photos?|Photograph(?:s|ed)?|Video|Illustrations?|Sound design|Theme music)(?: (?:and|&) \p{Ll}+)? )?(?:[Bb]y|[Vv]on|[Pp]ar|[Pp]or|[Dd]oor|[Aa]v|[Aa]f)\s+\p{Lu}[\p{L}.’'-]*(?:[\s,&|/·]+(?:(?:and (?:\p{Ll}+ )?by|and|und|et|y|e|en|och|og|de|von|van|(?:produced|edited|music|mixed) by)(?=[\s,])|\p{Lu}[\p{L}.’'-]*)){0,12}$/u,
  /^(?:published|posted|updated|last (?:updated|modified)|aktualisiert|veröffentlicht|mis à jour|publié|stand)\b[^.]{0,15}\d[^!?]{0,40}(?<!\.)$/iu,
  /^\d+\s*[-–]?\s*min(?:ute)?s?\.?\s*(?:read|lesezeit|de lecture)?\.?$/iu,
  /^(?:listen to this (?:article|episode|story|post|piece)[.:!]?|download (?:the )?(?:episode|audio|mp3)|play (?:episode|audio)|duration\b.{0,20}|image|video|read|watch|listen|untitled|null|undefined|none|n\/a|no description(?: available)?\.?)$/iu,
])

/** What may also begin a sentence of the story: "Produced by monks since 1300, the wine is …". */
const doubtful = whole([
  /^(?:(?:produced|edited|music|photos?|image|illustration|graphic|video|bild|foto|symbolbild)\s+(?:by|von|par|de|da|courtesy)\b|theme music\b|follow (?:us|me)\b|find us on\b|connect with us\b|our sponsors\b|support (?:the|this|our) (?:show|podcast|channel)\b|use (?:the )?(?:promo )?code\b|for more information\b)/iu,
  /\b(?:was|were) (?:originally |first )(?:published|posted) (?:on|in|at|by)\b/iu,
])

/** Who the writer is, which nobody reads first. */
export function isBiography(sentence: string): boolean {
  return biography.test(sentence.slice(0, longest))
}

/** Whether it is that where the story begins, too: not the news that somebody got the post. */
export function isOpeningBiography(sentence: string): boolean {
  return (
    isBiography(sentence) && / is (?!.*\b(?:new|next|first|former|acting|interim|youngest|oldest)\b)/u.test(sentence)
  )
}

const biography =
  /^(?:\p{Lu}[\p{L}.’'-]*\s+){2,4}(?:is|was) (?:an?|the) (?:[\p{L}-]+ ){0,4}(?:writer|reporter|correspondent|columnist|journalist|editor|contributor|blogger|producer)\s(?:at|for|with|of)\s(?:the )?(?:[\p{Lu}\d][\p{L}\d.’'&-]*[\s.]*){1,6}$/u

const tails: readonly RegExp[] = [
  /\s*(?:The post|Der Beitrag|Der Artikel|L[’']article|La entrada|L[’']articolo|O post) (?:(?!The post )[^\n]){1,400} (?:(?:first )?appeared first on|erschien zuerst auf|est apparu en premier sur|se publicó primero en|proviene da|apareceu primeiro em) [^\n]{1,200}$/u,
  // after the end of a sentence or in brackets; with an arrow also where a sentence was cut off
  new RegExp(
    `\\s*(?:(?<=${sentenceEnd}\\s?)|(?<=\\s)\\(|\\[)${opening}${sentOn}[^.!?。\\n]{0,160}(?:\\.{3})?[\\])]?$`,
    'iu',
  ),
  new RegExp(`\\s${opening}${sentOn}(?:[^.!?。\\n]{0,160}?(?:→|->|»|>>|➔|▶|►))$`, 'iu'),
  new RegExp(`(?<=${sentenceEnd})${opening}${more}\\s*(?:${arrow}|[\\])])*$`, 'iu'),
  // after the end of a sentence whatever ends in an arrow, in any language
  new RegExp(`(?<=${sentenceEnd})(?:\\s+|(?<=[。！？]))[^.!?…。！？«<>"”»\\n]{1,40}(?:>>|→|->|⟶|➔)$`, 'u'),
]

/** Whether a line or a sentence is none of the story's. */
export function isBoilerplate(text: string): boolean {
  return (
    text.length <= longest && (!hasLetter.test(text) || phrases(text) || isCreditLine(text) || isLittleButAddress(text))
  )
}

/** Whether it is none of the story's unless it is a sentence that stands where the story is told. */
export function isDoubtful(text: string): boolean {
  return text.length <= longest && doubtful(text)
}

/** A note of the newsroom that may have more than one sentence: the whole of it is none of the story's. */
export function isNote(paragraph: string): boolean {
  return note.test(paragraph.slice(0, 100))
}

const note =
  /^[[(*_]*(?:editor[’']?s[’']? note|note (?:from|by) the editors?|a note to (?:our )?readers|correction|clarification|anm(?:erkung|\.) d(?:er|\.) red(?:aktion|\.)|hinweis der redaktion|note de la rédaction|ndlr|nota (?:del editor|de la redacción|della redazione|da redação)|nota bene|編集部注|编者按|編者按)\s*[:：.—–-]/iu

const address = /\b(?:https?:\/\/|www\.)[^\s<>"”»）)\]]+/giu

/** A site's name within a sentence is part of it: "The site www.example.com was hacked." */
function isLittleButAddress(text: string): boolean {
  const addresses = text.match(address)
  if (!addresses) return false
  const rest = text
    .replace(address, ' ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
  const isNamed = isWhole(text) && addresses.every((each) => /^www\.[^/]+[^/.]$/iu.test(each))
  return isNamed ? rest.length < 12 : rest.length < 40 || rest.length < addresses.join('').length
}

/** A line without what was hung on its end. */
export function withoutTail(line: string): string {
  let text = line.trim()
  for (const tail of tails) text = (text.slice(0, -1000) + text.slice(-1000).replace(tail, '')).trimEnd()
  // In the middle of a sentence only its capital letter tells it from the writer's own words.
  return text.replace(sentOnAlone, (found) => (/^\s+\p{Ll}/u.test(found) ? found : ''))
}

const sentOnAlone = new RegExp(`(?<=[\\p{L}\\p{N},;:])\\s+${sentOn}$`, 'iu')
const hasLetter = /[\p{L}\p{N}]/u
