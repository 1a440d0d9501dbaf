// Every word that the service itself says in a mail. A catalogue for another language is one more object of this type.
import type { Frequency } from './components/digest-props.ts'

const perFrequency: Record<Frequency, string> = { daily: 'every day', weekdays: 'on weekdays', weekly: 'once a week' }

const english = {
  /** Of these words; a mail's dates are in the mail's language. */
  language: 'en',
  digest: {
    fallbackSubject: 'Your news digest',
    untitled: 'Untitled story',
    oneStory: 'One story in this edition',
    edition: (stories: number, minutes: number) =>
      `${stories === 1 ? 'One story' : `${stories} stories`}, ${minutes === 1 ? 'a minute' : `${minutes} minutes`} to read`,
    alsoInside: (titles: readonly string[], more: number) =>
      `Also inside: ${[...titles, ...(more > 0 ? [`and ${more} more`] : [])].join(' · ')}`,
    byline: (authors: string) => `By ${authors}`,
    alsoIn: (sites: string) => `Also in ${sites}`,
    otherAuthors: (count: number) => `${count} others`,
    inBrief: 'In brief',
    fewerOf: (topic: string) => `Fewer ${topic} stories`,
    further: (count: number) => (count === 1 ? 'One more story on the site' : `${count} more stories on the site`),
    settings: 'Make this digest yours',
    rhythm: (frequency: Frequency) => `You get it ${perFrequency[frequency]}.`,
    weekly: (frequency: Frequency) =>
      frequency === 'daily' ? 'Weekly instead of daily' : 'Weekly instead of weekdays',
    daily: 'Daily instead of weekly',
    pause: 'Pause for two weeks',
    replies: 'Or reply to this mail with one of: weekly, daily, weekdays, pause 2 weeks, stop, help.',
  },
  footer: {
    preferences: 'All preferences',
    unsubscribe: 'Unsubscribe',
    confirmed: (newsletter: string, confirmedOn: string) =>
      `You receive this mail because you confirmed your subscription to ${newsletter} on ${confirmedOn}.`,
    sentBy: (newsletter: string) => `${newsletter} is sent by`,
    questions: 'Questions? Write to',
  },
  /** Of every mail with a button. */
  letter: { address: 'If the button does nothing, open this address in a browser:' },
  confirm: {
    subject: (newsletter: string) => `Confirm your subscription to ${newsletter}`,
    title: 'One click to confirm',
    asked: (newsletter: string) =>
      `Someone, most likely you, asked for ${newsletter} to be sent to this address. Confirm that it was you, and it will be.`,
    button: 'Confirm subscription',
    expires: 'The link works for 72 hours.',
    replies: 'You can also reply to this mail with the word yes.',
    ignore: 'If it was not you, ignore this mail. Nothing more will be sent to you.',
    why: 'You receive this one mail because this address was given to us for a subscription, on a page or by mail.',
  },
  preferencesLink: {
    subject: (newsletter: string) => `Your link to ${newsletter}`,
    title: 'Your link',
    asked: (newsletter: string) =>
      `Someone, most likely you, asked for the link to your ${newsletter} preferences: how often it comes, when and about what, your address and your data.`,
    button: 'Open my preferences',
    keep: 'Whoever has the link can change them, so keep it to yourself.',
    ignore: 'If it was not you, ignore this mail. Nothing has changed.',
    why: 'You receive this mail because this address was entered on our page for lost links.',
  },
  alreadySubscribed: {
    subject: (newsletter: string) => `You already get ${newsletter}`,
    title: 'You are subscribed already',
    asked: (newsletter: string) =>
      `Someone, most likely you, asked for ${newsletter} to be sent to this address. It is subscribed, so nothing was changed. The button leads to how often it comes, when and about what.`,
    button: 'Open my preferences',
    keep: 'Whoever has the link can change them, so keep it to yourself.',
    ignore: 'If it was not you, ignore this mail. Nothing has changed.',
    why: 'You receive this mail because this address was given to us for a subscription that it has.',
  },
  addressChange: {
    subject: (newsletter: string) => `Confirm your new address for ${newsletter}`,
    title: 'One click to confirm',
    asked: (newsletter: string) =>
      `A reader of ${newsletter}, most likely you, asked for it to be sent to this address from now on. Confirm that it is yours, and it will be.`,
    button: 'Use this address',
    expires: 'The link works for 72 hours.',
    ignore: 'If it was not you, ignore this mail. Nothing will be sent to you.',
    why: 'You receive this one mail because a reader entered this address as their new one.',
  },
  addressChangeNotice: {
    subject: (newsletter: string) => `Your address for ${newsletter} is about to change`,
    title: 'Your address is about to change',
    asked: (newsletter: string) =>
      `Someone with your link, most likely you, asked for ${newsletter} to be sent to another address. It will be, once that address is confirmed.`,
    button: 'See or stop the change',
    ignore: 'If it was you, there is nothing to do here. If not, stop the change: until then your digests come here.',
    why: 'You receive this mail because this is the address that your digests come to.',
  },
  answer: {
    frequency: (frequency: Frequency, weekday: string) =>
      `Your digest now comes ${perFrequency[frequency]}${weekday && `, on ${weekday}`}`,
    paused: 'Your digest is paused',
    pausedUntil: (day: string) => `There will be none before ${day}.`,
    resumed: 'Your digest is not paused',
    confirmed: (newsletter: string) => `You are subscribed to ${newsletter}`,
    stopped: 'You are unsubscribed',
    stoppedMore: (newsletter: string) => `No further digest of ${newsletter} will be sent to you.`,
    notSubscribed: 'You are not subscribed',
    nothingDone: 'So there was nothing to change. You can subscribe again at any time.',
    help: 'What you can do by mail',
    nothingChanged: 'Nothing was changed',
    notUnderstood: 'What you wrote was not understood, and nobody has read it.',
    badPause: 'A pause ends on a day after today, and within a year.',
    howTo: 'Reply to this mail, or to any digest, with one of these in the first line:',
    commands: [
      'weekly: once a week; “weekly on friday” chooses the day',
      'daily: every day',
      'weekdays: from Monday to Friday',
      'pause 2 weeks, or pause until 24 December',
      'resume: ends a pause',
      'stop: no further digest',
      'help: this mail',
    ],
    next: (instant: string) => `The next one comes on ${instant}, if there is news.`,
    undo: 'Undo',
    endPause: 'End the pause',
    subscribe: 'Subscribe again',
    why: 'You receive this mail because a mail to us came with an address that only your mails have.',
  },
}

export type Messages = typeof english

/** The catalogue for a language; English until there are more. */
export const messagesFor = (_language: string): Messages => english
