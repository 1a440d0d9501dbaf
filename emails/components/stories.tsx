import { Column, Heading, Row, Text } from '@react-email/components'
import type { CSSProperties } from 'react'
import type { Item } from './edition.ts'
import type { Direction } from './language.ts'
import { hairline, MailLink, Strip } from './parts.tsx'
import { leadImageWidth, paint, serif, thumbnailWidth } from './theme.ts'

// Titles and summaries may be in another script than the mail, so each finds its own direction.

/** The language of the stories, where it is not the mail's. */
type InStories = { lang?: string }
type SectionStoryProps = { item: Item; direction: Direction; inStories: InStories }

/** The story that the mail opens with: picture over the full width, large headline, summary. */
export function LeadStory({ item, inStories }: { item: Item; inStories: InStories }) {
  return (
    <Strip top={24} bottom={28}>
      <Picture
        item={item}
        width={leadImageWidth}
        style={{ width: '100%', maxWidth: leadImageWidth, marginBottom: 18 }}
      />
      {item.topic && (
        <Text dir="auto" {...inStories} {...paint({ text: 'accent' }, kickerStyle)}>
          {item.topic.name}
        </Text>
      )}
      <Heading as="h2" dir="auto" {...inStories} {...leadTitleOf(item.title)}>
        <MailLink href={item.url} style={hairline}>
          {item.title}
        </MailLink>
      </Heading>
      <Summary item={item} size={17} inStories={inStories} />
    </Strip>
  )
}

/** A story of a section: headline and summary, the picture small beside them. */
export function SectionStory({ item, direction, inStories }: SectionStoryProps) {
  const gap = direction === 'rtl' ? { paddingRight: 20 } : { paddingLeft: 20 }
  return (
    <Row style={{ marginTop: '24px' }}>
      <Column style={{ verticalAlign: 'top' }}>
        <Heading as="h3" dir="auto" {...inStories} {...paint({ text: 'ink' }, titleStyleOf(item.title))}>
          <MailLink href={item.url} style={hairline}>
            {item.title}
          </MailLink>
        </Heading>
        <Summary item={item} size={15} inStories={inStories} />
      </Column>
      {item.imageUrl && (
        <Column
          width={thumbnailWidth}
          className="thumbnail-cell"
          style={{ verticalAlign: 'top', paddingTop: 3, ...gap }}
        >
          <Picture item={item} width={thumbnailWidth} className="thumbnail" style={{ width: thumbnailWidth }} />
        </Column>
      )}
    </Row>
  )
}

/** A story of the "In brief" list: the headline, and where it is from. */
export function BriefStory({ item, first, inStories }: { item: Item; first: boolean; inStories: InStories }) {
  const rule = first ? 0 : 1
  return (
    <Row>
      <Column {...paint({ line: 'rule' }, { borderTopWidth: rule, borderTopStyle: 'solid', padding: '12px 0' })}>
        <Heading
          as="h3"
          dir="auto"
          {...inStories}
          {...paint({ text: 'ink' }, { ...titleStyle, fontSize: '16px', margin: 0 })}
        >
          <MailLink href={item.url} style={hairline}>
            {item.title}
          </MailLink>
        </Heading>
        <Byline text={[item.topic?.name, item.byline].filter(Boolean).join(' · ')} />
      </Column>
    </Row>
  )
}

function Summary({ item, size, inStories }: { item: Item; size: number; inStories: InStories }) {
  const style = { margin: 0, fontSize: `${size}px`, lineHeight: '1.5' }
  return (
    <>
      {item.summary && (
        <Text dir="auto" {...inStories} {...paint({ text: 'body' }, style)}>
          {item.summary}
        </Text>
      )}
      <Byline text={item.byline} />
    </>
  )
}

function Byline({ text }: { text: string }) {
  const style = { margin: '6px 0 0', fontSize: '13px', lineHeight: '18px' }
  return text ? <Text {...paint({ text: 'muted' }, style)}>{text}</Text> : null
}

type PictureProps = {
  item: Item
  width: number
  className?: string
  style: CSSProperties
}

function Picture({ item, width, className, style }: PictureProps) {
  if (!item.imageUrl) return null
  const named = className ? { className } : {}
  // The text shows while pictures are off, so it is set in the mail's type.
  const altStyle = { display: 'block', border: 0, fontSize: '13px', lineHeight: '18px' }
  return (
    <MailLink href={item.url} tone="muted">
      <img src={item.imageUrl} alt={item.imageAlt} width={width} {...named} style={{ ...altStyle, ...style }} />
    </MailLink>
  )
}

const kickerStyle = { margin: 0, fontSize: '14px', lineHeight: '20px', fontWeight: 700 }
const leadTitleStyle = { margin: '6px 0 12px', fontFamily: serif, fontSize: '32px', lineHeight: '1.2', fontWeight: 700 }

// Whoever writes a headline like a paragraph gets it set like one.
const isLong = (title: string) => title.length > 110

const leadTitleOf = (title: string) =>
  isLong(title)
    ? paint({ text: 'ink' }, { ...leadTitleStyle, fontSize: '23px', lineHeight: '1.3' }, 'lead-title-long')
    : paint({ text: 'ink' }, leadTitleStyle, 'lead-title')

const titleStyleOf = (title: string) => (isLong(title) ? { ...titleStyle, fontSize: '16px' } : titleStyle)

const titleStyle = { margin: '0 0 6px', fontFamily: serif, fontSize: '19px', lineHeight: '1.3', fontWeight: 700 }
