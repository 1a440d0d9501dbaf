// Every mail that is sent, with the shapes it can take. All checks of mails, and the pictures, go over this list.
import { createElement, type JSX } from 'react'
import { AddressChangeEmail, addressChangeText } from '../../emails/address-change.tsx'
import { AddressChangeNoticeEmail, addressChangeNoticeText } from '../../emails/address-change-notice.tsx'
import { AlreadySubscribedEmail, alreadySubscribedText } from '../../emails/already-subscribed.tsx'
import { type Answer, AnswerEmail, answerText, type NextDigest } from '../../emails/answer.tsx'
import type { Publisher, Story, Topic } from '../../emails/components/digest-props.ts'
import { instantInWords, writtenDays } from '../../emails/components/in-words.ts'
import { previewPublisher } from '../../emails/components/preview-props.ts'
import { ConfirmEmail, type ConfirmProps, confirmText } from '../../emails/confirm.tsx'
import { DigestEmail, type DigestProps, digestText } from '../../emails/digest.tsx'
import {
  PreferencesChangedEmail,
  type PreferencesChangedProps,
  preferencesChangedText,
} from '../../emails/preferences-changed.tsx'
import { PreferencesLinkEmail, preferencesLinkText } from '../../emails/preferences-link.tsx'
import { type RenderedMail, renderMail } from '../../emails/render.ts'
import { WelcomeEmail, type WelcomeProps, welcomeText } from '../../emails/welcome.tsx'
import { filledDay } from '../../src/delivery/mail-template.ts'
import { readConfig } from '../../src/platform/config.ts'

export type SampleMail = {
  /** What it is and what is special about it; the name of its picture, too. */
  readonly name: string
  /** Its file in `emails/`. */
  readonly template: string
  render(): Promise<RenderedMail>
}

/** Where the pictures of samples are said to be; `emails/static` has them. */
export const samplePictures = 'https://post.example/static/'

type Template<Props> = ((props: Props) => JSX.Element) & { PreviewProps: Props }

/** The samples of one template: by name, what differs from its preview. */
function samplesOf<Props extends object>(
  template: string,
  Email: Template<Props>,
  text: (props: Props) => string,
  variants: Record<string, Partial<Props>>,
): SampleMail[] {
  return Object.entries(variants).map(([variant, changes]) => ({
    name: variant ? `${template}-${variant}` : template,
    template,
    render: () => {
      const props = { ...Email.PreviewProps, ...changes }
      // As it is put into a mail that is sent.
      if ('confirmedOn' in props) {
        const { language } = Object.assign({ language: 'en' }, props)
        Object.assign(props, { confirmedOn: filledDay('2026-03-03', writtenDays(language)) })
      }
      return renderMail(createElement(Email, props), text(props))
    },
  }))
}

const stories = DigestEmail.PreviewProps.stories.map((story) => ({
  ...story,
  imageUrl: story.imageUrl?.replace(/^.*\/static\//, samplePictures) ?? null,
}))
const [lead] = stories as [Story]

const eachWith = (changes: Partial<Story>) => stories.map((story) => ({ ...story, ...changes }))

const long = (text: string, length: number) =>
  `${text} `
    .repeat(Math.ceil(length / text.length))
    .slice(0, length)
    .trim()
const politics: Topic = { slug: 'politics', name: 'Politics' }
const longTopic: Topic = { slug: 'region', name: 'Regional development, transport and public works' }
const headline300 = long(
  'Council votes, after eleven years and against the advice of its own treasurer, to run the tram',
  300,
)

type Told = { title: string; summary: string; topic: Topic; alsoIn?: readonly string[] }

/** The first stories of the preview as they are told elsewhere, with its pictures. */
const toldBy = (author: string, told: readonly Told[]): Story[] =>
  told.map(({ topic, ...words }, index) => ({
    ...lead,
    ...stories[index],
    ...words,
    authors: [author],
    topics: [topic],
  }))

const arabicName = { language: 'ar', newsletterName: 'بريد الصباح' }
const arabicTopics = { city: { slug: 'city', name: 'المدينة' }, climate: { slug: 'climate', name: 'المناخ' } }
const arabic = toldBy('ليلى حدّاد', [
  {
    title: 'المجلس البلدي يقرّ تسيير ترام الميناء طوال الليل',
    summary:
      'ابتداءً من مارس ستسير عربات الترام كل عشرين دقيقة حتى الفجر. وكان عمال المستشفيات والمخابز قد طالبوا بذلك منذ أحد عشر عامًا.',
    topic: arabicTopics.city,
  },
  {
    title: 'عودة القصب إلى المستنقع الأسفل، ومعه طيور الواق',
    summary: 'بعد ثماني سنوات من فتح السد عمدًا، صارت الحقول الغارقة أكبر حقل قصب على الساحل.',
    topic: arabicTopics.climate,
  },
  {
    title: 'ثلاث قرى تشتري مزرعة رياح وتخفّض فواتيرها',
    summary: 'التوربينات على التل ملك لمن يرونها كل يوم.',
    topic: arabicTopics.climate,
  },
  { title: 'دقيقة أخيرة تحسم ديربي الميناء (1:0)', summary: '', topic: arabicTopics.city },
])

const newsletters = {
  german: {
    language: 'de',
    newsletterName: 'Die Morgenpost',
    stories: toldBy('Wilhelmina Straßburger', [
      {
        title: 'Stadtrat beschließt: Hafenstraßenbahn fährt künftig die ganze Nacht hindurch',
        summary: 'Ab März verkehren die Bahnen zwischen Altem Dock und Salzmarkt alle zwanzig Minuten.',
        topic: { slug: 'stadt', name: 'Stadtentwicklung' },
      },
      {
        title: 'Das Schilf ist zurück im Unteren Moor, und mit ihm die Rohrdommeln',
        summary: 'Acht Jahre nach der Öffnung des Deichs ist dort das größte Schilfgebiet der Küste entstanden.',
        topic: { slug: 'klima', name: 'Klimaanpassung' },
      },
      {
        title: 'Drei Dörfer kaufen einen Windpark und senken ihre Stromrechnungen',
        summary: 'Die Windräder auf dem Höhenzug gehören denen, die sie sehen.',
        topic: { slug: 'klima', name: 'Klimaanpassung' },
      },
    ]),
  },
  french: {
    language: 'fr',
    newsletterName: 'Le Courrier du matin',
    stories: toldBy('Hélène d’Aubigné', [
      {
        title: 'Le conseil municipal vote la circulation du tramway du port toute la nuit',
        summary: 'À partir de mars, une rame toutes les vingt minutes reliera les Vieux Docks au Marché-au-Sel.',
        topic: { slug: 'ville', name: 'Vie de la cité' },
      },
      {
        title: 'Les roseaux sont de retour dans le Bas-Marais : les butors aussi',
        summary: 'Huit ans après l’ouverture de la digue, c’est la plus vaste roselière de la côte.',
        topic: { slug: 'climat', name: 'Climat' },
      },
      {
        title: 'Trois villages achètent un parc éolien et paient moins cher',
        summary: 'Les éoliennes appartiennent à ceux qui les voient.',
        topic: { slug: 'climat', name: 'Climat' },
      },
    ]),
  },
  spanish: {
    language: 'es',
    newsletterName: 'El Correo de la mañana',
    stories: toldBy('Íñigo Núñez', [
      {
        title: 'El pleno aprueba que el tranvía del puerto circule durante toda la noche',
        summary: 'Desde marzo pasará cada veinte minutos entre los Muelles Viejos y el Mercado de la Sal.',
        topic: { slug: 'ciudad', name: 'Ciudad' },
      },
      {
        title: 'Vuelven los carrizos a la Marisma Baja, y con ellos los avetoros',
        summary: 'Ocho años después de abrirse el dique, es el mayor carrizal de la costa.',
        topic: { slug: 'clima', name: 'Clima' },
      },
      {
        title: 'Tres pueblos compran un parque eólico y pagan menos luz',
        summary: 'Los molinos son de quienes los ven.',
        topic: { slug: 'clima', name: 'Clima' },
      },
    ]),
  },
}
/** What of them a mail without stories has. */
const named = Object.fromEntries(
  Object.entries(newsletters).map(([name, { stories: _, ...changes }]) => [name, changes]),
)

const twelveLong = Array.from({ length: 12 }, (_, index) => ({
  ...lead,
  url: `https://post.example/articles/${'a-long-road-'.repeat(12)}${index}`,
  title: `${index + 1}. ${headline300}`.slice(0, 300),
  summary: long('From March, trams between the Old Docks and Saltmarket will run every twenty minutes.', 400),
  authors: ['Ines Okonjo-Hart', 'Maren Adisa', 'Jonas Vellacott'],
  topics: [index % 2 === 0 ? politics : longTopic],
}))

/** A publisher whose look is read as a publisher would set it. */
function brandedPublisher(name: string, environment: Record<string, string>): Publisher {
  const { links, look } = readConfig(environment).branding
  return { ...previewPublisher, name, links, look }
}

const logo = { LOGO_URL: `${samplePictures}logo.png`, LOGO_SIZE: '264x48' }
const brandings = {
  /** Its logo is the newsletter's name, and has a variant for dark mode. */
  'dark-blue': brandedPublisher('The Morning Post', {
    ...logo,
    BRAND_COLOR: '#0a2463',
    LOGO_DARK_URL: `${samplePictures}logo-dark.png`,
    FOOTER_LINKS: 'The Calderhaven Post https://post.example/; Mastodon https://social.example/@post',
  }),
  /** No letter could be read in it as it is; the newsletter has another name than the publisher. */
  yellow: brandedPublisher('The Calderhaven Post', { ...logo, BRAND_COLOR: '#ffd400', HEADLINE_FONT: 'sans' }),
}
const branded = Object.fromEntries(
  Object.entries(brandings).map(([name, publisher]) => [`brand-${name}`, { publisher }]),
)

/** Five of as many topics: none has a section. */
const fiveTopics = ['night-tram', 'reed-beds', 'deep-sea-light', 'harbour-derby', 'opera-warehouse'].flatMap((slug) =>
  stories.filter(({ url }) => url?.endsWith(slug)),
)

const digests: Record<string, Partial<DigestProps>> = {
  '': { stories },
  weekly: { stories, frequency: 'weekly' },
  weekdays: { stories, frequency: 'weekdays', takesReplies: true },
  'no-pictures': { stories: eachWith({ imageUrl: null, imageAlt: '' }) },
  'pictures-without-description': { stories: eachWith({ imageUrl: lead.imageUrl, imageAlt: ' ' }) },
  'small-picture': { stories: [{ ...lead, imageWidth: 130, imageHeight: 86 }, ...stories.slice(1)] },
  'narrow-picture': { stories: [{ ...lead, imageWidth: 400, imageHeight: 267 }, ...stories.slice(1)] },
  'tall-picture': { stories: [{ ...lead, imageWidth: 900, imageHeight: 1200 }, ...stories.slice(1)] },
  'long-headlines': {
    stories: eachWith({ title: headline300 }).map((one, n) => ({ ...one, title: `${one.title}${n}` })),
  },
  'right-to-left': { stories: arabic, ...arabicName },
  'right-to-left-in-english': { stories: [...arabic.slice(0, 2), ...stories.slice(2)] },
  ...Object.fromEntries(Object.entries(newsletters).map(([name, one]) => [name, { ...one, takesReplies: true }])),
  'english-in-german': { stories, language: 'de', storiesLanguage: 'en' },
  'english-in-right-to-left': { stories, language: 'ar', storiesLanguage: 'en', frequency: 'weekly' },
  'also-in': {
    stories: stories.map((story, n) => ({
      ...story,
      alsoIn: ['The Harbour Echo', 'Merrin Today', 'calder.example', 'Hallow Gazette'].slice(0, (n % 4) + 1),
    })),
  },
  emoji: {
    stories: stories.map((story, n) => ({
      ...story,
      title: `${'👩‍👩‍👧‍👦🏳️‍🌈🔥'.slice(0, n % 2 ? undefined : 11)} ${story.title} 🎉`,
    })),
  },
  'endless-words': {
    stories: eachWith({ title: 'Donaudampfschifffahrtsgesellschaft'.repeat(6), summary: 'x'.repeat(400) }),
  },
  'no-summaries': { stories: eachWith({ summary: '' }) },
  'ten-authors': {
    stories: eachWith({ authors: Array.from({ length: 10 }, (_, n) => `Wilhelmina Verrall-Okonjo ${n + 1}`) }),
  },
  'five-topics': { stories: fiveTopics, furtherCount: 0 },
  'one-story': { stories: [lead], furtherCount: 0 },
  'one-bare-story': {
    stories: [{ ...lead, url: null, summary: '', imageUrl: null, authors: [], topics: [] }],
    furtherCount: 0,
  },
  'twelve-long-stories': { stories: twelveLong, furtherCount: 1 },
  ...Object.fromEntries(Object.entries(branded).map(([name, changes]) => [name, { stories, ...changes }])),
}

const next: NextDigest = { at: new Date('2026-11-30T06:00:00Z'), timeZone: 'Europe/Berlin' }
const answers: Record<string, Answer> = {
  weekly: { kind: 'frequency', frequency: 'weekly', weekday: 1, next },
  daily: { kind: 'frequency', frequency: 'daily', weekday: 1, next },
  paused: { kind: 'paused', until: '2026-12-24', next },
  resumed: { kind: 'resumed', next, wasPaused: true },
  'not-paused': { kind: 'resumed', next: null, wasPaused: false },
  stopped: { kind: 'stopped' },
  'not-subscribed': { kind: 'not_subscribed' },
  help: { kind: 'help', isAsked: true, next },
  'not-understood': { kind: 'help', isAsked: false, next: null },
  'bad-pause': { kind: 'bad_pause', isAsked: false, next },
}
const answerVariants = Object.fromEntries(
  Object.entries(answers).flatMap(([name, answer]) => [
    [name, { answer }],
    [`${name}-right-to-left`, { ...arabicName, answer }],
  ]),
)

const welcomes: Record<string, Partial<WelcomeProps>> = {
  '': { stories },
  'one-story': { stories: [lead], furtherCount: 0, takesReplies: true },
  'no-stories': { stories: [], furtherCount: 0, frequency: 'weekly' },
  late: { stories: [], furtherCount: 0, firstDigest: null },
  'right-to-left': {
    ...{ stories: arabic, ...arabicName },
    firstDigest: instantInWords({ at: new Date('2026-11-24T06:00:00Z'), timeZone: 'Africa/Cairo' }, 'ar'),
  },
  'twelve-long-stories': {
    ...{ stories: twelveLong, furtherCount: 1, takesReplies: true },
    firstDigest: 'Wednesday 25 November, at 07:00 in ComodRivadavia',
  },
}

const paused = {
  pausedUntil: '2026-12-24',
  next: { at: new Date('2026-12-25T06:00:00Z'), timeZone: 'Europe/Berlin' },
}
const changes: Record<string, Partial<PreferencesChangedProps>> = {
  '': {},
  'every-topic': { frequency: 'daily', topics: [] },
  'many-topics': { frequency: 'weekdays', topics: Array.from({ length: 250 }, (_, n) => `${longTopic.name} ${n}`) },
  'long-topics': { topics: ['Donaudampfschifffahrtsgesellschaft'.repeat(3), ...Array(7).fill(longTopic.name)] },
  paused,
  'right-to-left': arabicName,
  'paused-right-to-left': { ...arabicName, ...paused },
  // The longest buttons.
  ...named,
}

/** Each as it is in the preview, and from right to left. */
const letterVariants = { '': {}, 'right-to-left': arabicName }

export const everyMail: readonly SampleMail[] = [
  ...samplesOf('digest', DigestEmail, digestText, digests),
  ...samplesOf<ConfirmProps>('confirm', ConfirmEmail, confirmText, {
    ...letterVariants,
    ...branded,
    'with-reply': { takesReplies: true },
    'with-reply-right-to-left': { ...arabicName, takesReplies: true },
  }),
  ...samplesOf('welcome', WelcomeEmail, welcomeText, welcomes),
  ...samplesOf('preferences-changed', PreferencesChangedEmail, preferencesChangedText, changes),
  ...samplesOf('preferences-link', PreferencesLinkEmail, preferencesLinkText, letterVariants),
  ...samplesOf('already-subscribed', AlreadySubscribedEmail, alreadySubscribedText, letterVariants),
  ...samplesOf('address-change', AddressChangeEmail, addressChangeText, letterVariants),
  ...samplesOf('address-change-notice', AddressChangeNoticeEmail, addressChangeNoticeText, letterVariants),
  ...samplesOf('answer', AnswerEmail, answerText, answerVariants),
]
