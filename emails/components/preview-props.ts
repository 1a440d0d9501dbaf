// What the preview tool and the tests show: a day in a harbour city that does not exist.

import type { AnswerProps } from '../answer.tsx'
import type { PreferencesChangedProps } from '../preferences-changed.tsx'
import type { WelcomeProps } from '../welcome.tsx'
import { digestLinks } from './digest-links.ts'
import type { DigestProps, Publisher, Story, Topic } from './digest-props.ts'
import { plainLook } from './look.ts'

const site = 'https://post.example'

const politics: Topic = { slug: 'politics', name: 'Politics' }
const climate: Topic = { slug: 'climate', name: 'Climate' }
const science: Topic = { slug: 'science', name: 'Science' }
const sport: Topic = { slug: 'sport', name: 'Sport' }
const culture: Topic = { slug: 'culture', name: 'Culture' }

type Draft = Pick<Story, 'title' | 'summary' | 'authors'> & { slug: string; topic: Topic; imageAlt?: string }

function story({ slug, topic, imageAlt, ...words }: Draft): Story {
  return {
    ...words,
    url: `${site}/articles/${slug}`,
    // The preview tool serves what lies in `static`.
    imageUrl: imageAlt ? `http://localhost:3100/static/${slug}.jpg` : null,
    imageAlt: imageAlt ?? '',
    topics: [topic],
    publishedAt: new Date('2026-11-23T04:30:00Z'),
  }
}

const stories: Story[] = [
  story({
    slug: 'night-tram',
    topic: politics,
    title: 'Council votes to run the harbour tram through the night',
    summary:
      'From March, trams between the Old Docks and Saltmarket will run every twenty minutes until dawn. Hospital staff and bakers had asked for it for eleven years.',
    authors: ['Ines Okonjo-Hart'],
    imageAlt: 'A lit tram on a quay at night, with cranes behind it',
  }),
  story({
    slug: 'reed-beds',
    topic: climate,
    title: 'The reeds are back in the Lower Marsh, and so are the bitterns',
    summary:
      'Eight years after the sea wall was opened on purpose, the drowned fields have turned into the largest reed bed on the coast.',
    authors: ['Ruth Amsel'],
    imageAlt: 'Tall reeds at the edge of still water under a pale morning sun',
  }),
  story({
    slug: 'wind-farm-vote',
    topic: climate,
    title: 'Three villages buy a wind farm and lower their own bills',
    summary: 'The turbines on Hallow Ridge belong to the people who see them. That, they say, changes the view.',
    authors: ['Maren Adisa', 'Jonas Vellacott'],
    imageAlt: 'White wind turbines on a green ridge under passing clouds',
  }),
  story({
    slug: 'storm-drains',
    topic: climate,
    title: 'The streets that learned to drink',
    summary:
      'After the flood of two summers ago, one quarter tore up its asphalt. Last week’s cloudburst was the first test.',
    authors: ['Jonas Vellacott'],
  }),
  story({
    slug: 'deep-sea-light',
    topic: science,
    title: 'A camera at four thousand metres finds something that blinks back',
    summary:
      'Researchers hung a lamp into the Merrin Trench to see what would come. What came answered in the same rhythm.',
    authors: ['Priya Haldane'],
    imageAlt: 'A small submersible with a lamp among glowing creatures in dark water',
  }),
  story({
    slug: 'bronze-hoard',
    topic: science,
    title: 'A plough, a clank, and 214 pieces of Bronze Age silverware',
    summary: 'A farmer near Upper Hallow stopped his tractor to move a stone. It was not a stone.',
    authors: ['Priya Haldane'],
  }),
  story({
    slug: 'harbour-derby',
    topic: sport,
    title: 'Ninety-four minutes, one goal, and a stadium that forgot the rain',
    summary: 'Dockside beat Calder United in the last minute of the harbour derby.',
    authors: ['Dario Wexcombe'],
  }),
  story({
    slug: 'opera-warehouse',
    topic: culture,
    title: 'The opera moves into a warehouse, and finds that it sounds better',
    summary: 'While its house is being repaired, the company plays among steel beams and grain chutes.',
    authors: ['Beatrix Noor'],
  }),
  story({
    slug: 'budget-gap',
    topic: politics,
    title: 'A gap of forty million, and nobody’s favourite way to close it',
    summary: 'The regional treasury expects to be short next year. A guide to the four proposals on the table.',
    authors: ['Tomas Verrall', 'Edda Kroonberg'],
  }),
]

export const previewPublisher: Publisher = {
  name: 'The Calderhaven Post',
  postalAddress: '4 Ropewalk\nCalderhaven CH1 2QT',
  contactAddress: 'letters@post.example',
  siteUrl: site,
  links: [],
  look: plainLook,
}

const digestUrl = 'https://digest.example'

export const digestPreview: DigestProps = {
  newsletterName: 'The Morning Post',
  language: 'en',
  frequency: 'daily',
  editionDate: '2026-11-23',
  stories,
  furtherCount: 14,
  siteUrl: site,
  links: digestLinks(digestUrl, { preferencesToken: 'k1.preview', unsubscribeToken: 'k1.preview' }),
  publisher: previewPublisher,
  confirmedOn: '3 March 2026',
}

export const confirmPreview = {
  newsletterName: 'The Morning Post',
  language: 'en',
  confirmUrl: `${digestUrl}/confirm/Zm9yIHRoZSBwcmV2aWV3IG9ubHk`,
  publisher: previewPublisher,
}

const letter = (path: string) => ({
  newsletterName: 'The Morning Post',
  language: 'en',
  url: `${digestUrl}/${path}`,
  publisher: previewPublisher,
})

export const preferencesLinkPreview = letter('preferences/k1.preview')
export const alreadySubscribedPreview = letter('preferences/k1.preview')
export const addressChangePreview = letter('address/Zm9yIHRoZSBwcmV2aWV3IG9ubHk')
export const addressChangeNoticePreview = letter('preferences/k1.preview/address')
export const welcomePreview: WelcomeProps = {
  ...digestPreview,
  firstDigest: 'Tuesday 24 November, at 07:00 in Berlin',
}
export const preferencesChangedPreview: PreferencesChangedProps = {
  ...letter('preferences/k1.preview'),
  frequency: 'weekly',
  weekday: 5,
  topics: [climate.name, culture.name],
  pausedUntil: null,
  next: { at: new Date('2026-11-27T06:00:00Z'), timeZone: 'Europe/Berlin' },
}
export const answerPreview: AnswerProps = {
  newsletterName: 'The Morning Post',
  language: 'en',
  answer: {
    kind: 'frequency',
    frequency: 'weekly',
    weekday: 1,
    next: { at: new Date('2026-11-30T06:00:00Z'), timeZone: 'Europe/Berlin' },
  },
  links: {
    preferences: `${digestUrl}/preferences/k1.preview`,
    undo: `${digestUrl}/preferences/k1.preview?frequency=daily`,
    unsubscribe: `${digestUrl}/unsubscribe/k1.preview`,
    subscribe: `${digestUrl}/`,
  },
  publisher: previewPublisher,
}
