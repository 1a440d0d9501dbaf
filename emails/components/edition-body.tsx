import { Text } from '@react-email/components'
import { messagesFor } from '../messages.ts'
import type { DigestProps } from './digest-props.ts'
import type { Edition } from './edition.ts'
import { storiesIn } from './language.ts'
import { MailLink, Rule, Strip } from './parts.tsx'
import { safeUrl } from './safe-url.ts'
import { BriefStory, LeadStory, SectionStory } from './stories.tsx'
import { paint } from './theme.ts'
import { TopicSection } from './topic-section.tsx'

type EditionBodyProps = Pick<DigestProps, 'language' | 'storiesLanguage' | 'links' | 'furtherCount' | 'siteUrl'> & {
  edition: Edition
}

/** The stories of a digest: the lead, the sections, the rest in brief, and how many more there are. */
export function EditionBody(props: EditionBodyProps) {
  const { language, links, furtherCount, siteUrl } = props
  const { lead, sections, alone, brief } = props.edition
  const { digest } = messagesFor(language)
  const inStories = storiesIn(props)
  return (
    <>
      <LeadStory item={lead} inStories={inStories} />
      {sections.map(({ topic, items, canBeFewer }) => {
        const label = digest.fewerOf({ topic: topic.name })
        const fewer = canBeFewer ? { href: links.fewerOf(topic.slug), label } : undefined
        return (
          <TopicSection key={topic.slug} name={topic.name} lang={inStories.lang} fewer={fewer}>
            {items.map((item, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a mail is rendered once; nothing moves
              <SectionStory key={index} item={item} inStories={inStories} />
            ))}
          </TopicSection>
        )
      })}
      {alone.length > 0 && (
        <Strip bottom={30}>
          <Rule tone="ink" width={2} />
          {alone.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a mail is rendered once; nothing moves
            <SectionStory key={index} item={item} inStories={inStories} isAlone />
          ))}
        </Strip>
      )}
      {brief.length > 0 && (
        <TopicSection name={digest.inBrief}>
          {brief.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a mail is rendered once; nothing moves
            <BriefStory key={index} item={item} first={index === 0} inStories={inStories} />
          ))}
        </TopicSection>
      )}
      {furtherCount > 0 && (
        <Strip bottom={28}>
          <Rule />
          <Text
            {...paint({ text: 'ink' }, { margin: '14px 0 0', fontSize: '16px', lineHeight: '24px', fontWeight: 700 })}
          >
            <MailLink href={siteUrl && safeUrl(siteUrl)}>{digest.further({ count: furtherCount })}</MailLink>
          </Text>
        </Strip>
      )}
    </>
  )
}
