// The answer to a reader who wrote to the service: what was done, when the next digest comes, and how to take it back.
import { Text } from '@react-email/components'
import { clean } from './components/clean.ts'
import type { Frequency, Publisher } from './components/digest-props.ts'
import { Footer } from './components/footer.tsx'
import { dateInWords, instantInWords, weekdayName } from './components/in-words.ts'
import { storiesIn } from './components/language.ts'
import { MailLayout } from './components/layout.tsx'
import { Nameplate } from './components/masthead.tsx'
import { MailLink, Strip, Title } from './components/parts.tsx'
import { blocks, heading, linked, wrap } from './components/plain-text.ts'
import { answerPreview } from './components/preview-props.ts'
import type { Setting } from './components/settings.tsx'
import { subjectOf } from './components/subject.ts'
import { footerText } from './components/text-footer.ts'
import { paint } from './components/theme.ts'
import { messagesFor } from './messages.ts'

/** When the next digest comes, if there is news; null where none does. */
export type NextDigest = { at: Date; timeZone: string } | null

export type Answer =
  | { kind: 'frequency'; frequency: Frequency; weekday: number; next: NextDigest }
  /** `until`: the first day with a digest, YYYY-MM-DD. */
  | { kind: 'paused'; until: string; next: NextDigest }
  | { kind: 'resumed'; next: NextDigest; wasPaused: boolean }
  | { kind: 'stopped' | 'not_subscribed' }
  /** `isAsked`: the reader wrote "help"; otherwise what they wrote was not understood. */
  | { kind: 'help' | 'bad_pause'; isAsked: boolean; next: NextDigest }

export type AnswerProps = {
  newsletterName: string
  language: string
  /** Of the newsletter's name, where it is another. */
  storiesLanguage?: string
  answer: Answer
  /** They may be marks that are replaced per reader. */
  links: { preferences: string; undo: string; unsubscribe: string; subscribe: string }
  publisher: Publisher
}

type Words = { title: string; paragraphs: string[]; commands: readonly string[]; links: Setting[]; why: string }

function wordsOf({ newsletterName, language, answer, links }: AnswerProps): Words {
  const { answer: words, footer } = messagesFor(language)
  const name = clean(newsletterName)
  const next = 'next' in answer && answer.next ? [words.next({ instant: instantInWords(answer.next, language) })] : []
  const preferences = { label: footer.preferences, href: links.preferences }
  const unsubscribe = { label: footer.unsubscribe, href: links.unsubscribe }
  const all = { why: words.why, commands: [] as readonly string[] }
  switch (answer.kind) {
    case 'frequency': {
      const { frequency, weekday } = answer
      const title = words.frequency({ frequency, weekday: weekdayName(weekday, language) })
      return {
        ...all,
        title,
        paragraphs: next,
        links: [{ label: words.undo, href: links.undo }, preferences, unsubscribe],
      }
    }
    case 'paused': {
      const undo = { label: words.endPause, href: links.undo }
      const paragraphs = [words.pausedUntil({ day: dateInWords(answer.until, language) }), ...next]
      return { ...all, title: words.paused, paragraphs, links: [undo, preferences, unsubscribe] }
    }
    case 'resumed':
      return {
        ...all,
        title: words.resumed,
        paragraphs: next,
        links: [...(answer.wasPaused ? [{ label: words.undo, href: links.undo }] : []), preferences, unsubscribe],
      }
    case 'stopped':
      return {
        ...all,
        title: words.stopped,
        paragraphs: [words.stoppedMore({ newsletter: name })],
        links: [
          { label: words.undo, href: links.preferences },
          { label: words.subscribe, href: links.subscribe },
        ],
      }
    case 'not_subscribed':
      return {
        ...all,
        title: words.notSubscribed,
        paragraphs: [words.nothingDone],
        links: [{ label: words.subscribe, href: links.subscribe }],
      }
    case 'help':
    case 'bad_pause': {
      const opening = answer.kind === 'bad_pause' ? [words.badPause] : answer.isAsked ? [] : [words.notUnderstood]
      return {
        ...all,
        title: answer.kind === 'help' && answer.isAsked ? words.help : words.nothingChanged,
        paragraphs: [...opening, ...next, words.howTo],
        commands: words.commands,
        links: [preferences, unsubscribe],
      }
    }
  }
}

/** The subject of an answer, in at most 60 characters. */
export function answerSubject(props: AnswerProps): string {
  return subjectOf([wordsOf(props).title], props.language, clean(props.newsletterName))
}

/** The text part of an answer. */
export function answerText(props: AnswerProps): string {
  const { newsletterName, language, publisher } = props
  const { title, paragraphs, commands, links, why } = wordsOf(props)
  const { labelled } = messagesFor(language).marks
  return `${blocks(
    heading(title),
    ...paragraphs.map((paragraph) => wrap(paragraph)),
    commands.map((command) => `* ${wrap(command)}`).join('\n'),
    ...links.map(({ label, href }) => linked(labelled({ label }), href)),
    footerText({ newsletterName, language, publisher, why }),
  )}\n`
}

/** The HTML part of an answer. */
export function AnswerEmail(props: AnswerProps) {
  const { newsletterName, language, publisher } = props
  const { title, paragraphs, commands, links, why } = wordsOf(props)
  const body = paint({ text: 'body' }, { margin: '0 0 16px', fontSize: '17px', lineHeight: '1.55' })
  const line = paint({ text: 'body' }, { margin: '6px 0', fontSize: '16px', lineHeight: '24px' })
  return (
    <MailLayout
      language={language}
      look={publisher.look}
      title={answerSubject(props)}
      intro={paragraphs[0] ?? title}
      footer={<Footer {...{ newsletterName, language, publisher, why }} />}
    >
      <Nameplate name={clean(newsletterName)} publisher={publisher} inStories={storiesIn(props)} />
      <Strip top={28} bottom={32}>
        <Title>{title}</Title>
        {paragraphs.map((paragraph) => (
          <Text key={paragraph} {...body}>
            {paragraph}
          </Text>
        ))}
        {commands.map((command) => (
          <Text key={command} {...line}>
            {command}
          </Text>
        ))}
        {links.map(({ label, href }, index) => (
          // One a line: a thumb needs the room.
          <Text
            key={label}
            {...paint(
              { text: 'ink' },
              { margin: index === 0 ? '20px 0 10px' : '10px 0', fontSize: '16px', lineHeight: '24px' },
            )}
          >
            <MailLink href={href}>{label}</MailLink>
          </Text>
        ))}
      </Strip>
    </MailLayout>
  )
}

AnswerEmail.PreviewProps = answerPreview satisfies AnswerProps

export default AnswerEmail
