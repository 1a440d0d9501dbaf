// The digest: one newsletter's new stories for one group of readers.
import { Text } from '@react-email/components'
import { clean } from './components/clean.ts'
import type { DigestProps } from './components/digest-props.ts'
import { editionOf } from './components/edition.ts'
import { Footer } from './components/footer.tsx'
import { dateInWords, directionOf, storiesIn } from './components/language.ts'
import { MailLayout } from './components/layout.tsx'
import { Masthead } from './components/masthead.tsx'
import { MailLink, Rule, Strip } from './components/parts.tsx'
import { digestPreview } from './components/preview-props.ts'
import { safeUrl } from './components/safe-url.ts'
import { Settings, settingsOf } from './components/settings.tsx'
import { BriefStory, LeadStory, SectionStory } from './components/stories.tsx'
import { subjectOf } from './components/subject.ts'
import { paint } from './components/theme.ts'
import { TopicSection } from './components/topic-section.tsx'
import { messagesFor } from './messages.ts'

export type { DigestLinks, DigestProps, Frequency, Publisher, Story, Topic } from './components/digest-props.ts'
export { digestText } from './components/digest-text.ts'

/** The subject of a digest: its lead headline in at most 60 characters, never cut inside a word. */
export function digestSubject({ stories, newsletterName, language, storiesLanguage = language }: DigestProps): string {
  const { fallbackSubject } = messagesFor(language).digest
  return subjectOf([stories[0]?.title ?? '', newsletterName], storiesLanguage, fallbackSubject)
}

/** The HTML part of a digest. Render it with `renderMail`. */
export function DigestEmail(props: DigestProps) {
  const { language, frequency, links, publisher } = props
  const { digest, footer } = messagesFor(language)
  const newsletterName = clean(props.newsletterName)
  const direction = directionOf(language)
  const inStories = storiesIn(props)
  const { intro, extent, lead, sections, alone, brief } = editionOf(props)
  const settings = settingsOf(links, frequency, language)
  const why = footer.confirmed({ newsletter: newsletterName, date: props.confirmedOn })
  const footerLinks = settings.slice(-2)
  return (
    <MailLayout
      language={language}
      look={publisher.look}
      title={digestSubject(props)}
      intro={intro}
      footer={<Footer {...{ newsletterName, language, publisher, why }} links={footerLinks} />}
    >
      <Masthead
        name={newsletterName}
        publisher={publisher}
        date={dateInWords(props.editionDate, language)}
        extent={extent}
        inStories={inStories}
      />
      <LeadStory item={lead} inStories={inStories} />
      {sections.map(({ topic, items }) => {
        const fewer = { href: links.fewerOf(topic.slug), label: digest.fewerOf({ topic: topic.name }) }
        return (
          <TopicSection key={topic.slug} name={topic.name} direction={direction} lang={inStories.lang} fewer={fewer}>
            {items.map((item, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a mail is rendered once; nothing moves
              <SectionStory key={index} item={item} direction={direction} inStories={inStories} />
            ))}
          </TopicSection>
        )
      })}
      {alone.length > 0 && (
        <Strip bottom={30}>
          <Rule tone="ink" width={2} />
          {alone.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a mail is rendered once; nothing moves
            <SectionStory key={index} item={item} direction={direction} inStories={inStories} isAlone />
          ))}
        </Strip>
      )}
      {brief.length > 0 && (
        <TopicSection name={digest.inBrief} direction={direction}>
          {brief.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a mail is rendered once; nothing moves
            <BriefStory key={index} item={item} first={index === 0} inStories={inStories} />
          ))}
        </TopicSection>
      )}
      {props.furtherCount > 0 && (
        <Strip bottom={28}>
          <Rule />
          <Text
            {...paint({ text: 'ink' }, { margin: '14px 0 0', fontSize: '16px', lineHeight: '24px', fontWeight: 700 })}
          >
            <MailLink href={safeUrl(props.siteUrl)}>{digest.further({ count: props.furtherCount })}</MailLink>
          </Text>
        </Strip>
      )}
      <Settings
        heading={digest.settings}
        rhythm={digest.rhythm({ frequency })}
        settings={settings}
        replies={props.takesReplies ? digest.replies : undefined}
      />
    </MailLayout>
  )
}

DigestEmail.PreviewProps = digestPreview satisfies DigestProps

export default DigestEmail
