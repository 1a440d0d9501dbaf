// The mail to a reader whose settings were changed with a link of theirs: how they are now, and where to change them back.
import { clean, clip } from './components/clean.ts'
import type { Frequency } from './components/digest-props.ts'
import { dateInWords, instantInWords, listOf, weekdayName } from './components/in-words.ts'
import { Letter, type LetterProps, type LetterWords, letterSubject, letterText } from './components/letter.tsx'
import { preferencesChangedPreview } from './components/preview-props.ts'
import { messagesFor } from './messages.ts'

export type PreferencesChangedProps = LetterProps & {
  frequency: Frequency
  /** 1 for Monday; of a weekly digest. */
  weekday: number
  /** None for every topic. */
  topics: readonly string[]
  /** The first day with a digest, YYYY-MM-DD, where they pause. */
  pausedUntil: string | null
  next: { at: Date; timeZone: string } | null
}

/** More would be a list that nobody reads. */
const namedTopics = 8

function wordsOf(props: PreferencesChangedProps): LetterWords {
  const { language, pausedUntil, frequency, topics, next } = props
  const { preferencesChanged: words } = messagesFor(language)
  const newsletter = clean(props.newsletterName)
  const rhythm = words.rhythm({ frequency, weekday: weekdayName(props.weekday, language) })
  const nextOne = next && words.next({ instant: instantInWords(next, language) })
  const facts = [rhythm, topicsInWords(topics, language), ...(nextOne ? [nextOne] : [])]
  if (pausedUntil === null) {
    return {
      subject: words.subject({ newsletter }),
      intro: rhythm,
      title: words.title,
      asked: words.asked({ newsletter }),
      facts,
      button: words.button,
      notes: [words.ignore],
      why: words.why,
    }
  }
  const day = dateInWords(pausedUntil, language)
  return {
    subject: words.pausedSubject({ day, newsletter }),
    intro: nextOne ?? rhythm,
    title: words.pausedTitle({ day }),
    asked: words.pausedAsked({ newsletter }),
    facts,
    button: words.resume,
    notes: [words.pausedKeep, words.ignore],
    why: words.why,
  }
}

function topicsInWords(topics: readonly string[], language: string): string {
  const { preferencesChanged: words } = messagesFor(language)
  if (topics.length === 0) return words.allTopics
  if (topics.length > namedTopics) return words.topicCount({ count: topics.length })
  const named = topics.map((topic) => clip(topic, 60))
  return words.topics({ topics: listOf(named, language) })
}

/** The subject, in at most 60 characters. */
export const preferencesChangedSubject = (props: PreferencesChangedProps) =>
  letterSubject(wordsOf(props), props.language)

/** The text part. */
export const preferencesChangedText = (props: PreferencesChangedProps) => letterText(props, wordsOf(props))

/** The HTML part. */
export const PreferencesChangedEmail = (props: PreferencesChangedProps) => <Letter {...props} words={wordsOf(props)} />

PreferencesChangedEmail.PreviewProps = preferencesChangedPreview satisfies PreferencesChangedProps

export default PreferencesChangedEmail
