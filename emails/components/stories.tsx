import { Column, Heading, Row, Text } from '@react-email/components'
import type { CSSProperties, ReactNode } from 'react'
import { Isolated, useDirections } from './direction.tsx'
import { betweenPieces, type Item } from './edition.ts'
import { useLook } from './look.ts'
import { HeadlineLink, MailLink, Strip } from './parts.tsx'
import {
  leadImageHeight,
  leadImageWidth,
  leastLeadImageWidth,
  nearlyFullWidth,
  paint,
  thumbnailWidth,
} from './theme.ts'

// Titles and summaries may be in another script than the mail, so each runs its own way. Pictures stay where the mail has them.

/** The language of the stories, where it is not the mail's. */
type InStories = { lang?: string }
type StoryProps = { item: Item; inStories: InStories }

/** The story that the mail opens with: picture over the full width, large headline, summary. A small picture stands beside them. */
export function LeadStory({ item, inStories }: StoryProps) {
  const set = isLong(item.title) ? leadType.long : leadType.usual
  const width = leadWidth(item)
  const words = (
    <>
      <Kicker item={item} inStories={inStories} />
      <Headline as="h2" item={item} inStories={inStories} {...set} />
      <Summary item={item} size={17} inStories={inStories} />
    </>
  )
  return (
    <Strip top={24} bottom={30}>
      {width < leastLeadImageWidth ? (
        <Row>
          <Column style={{ verticalAlign: 'top' }}>{words}</Column>
          <PictureBeside item={item} inStories={inStories} />
        </Row>
      ) : (
        <>
          <PictureAbove item={item} inStories={inStories} width={width} />
          {words}
        </>
      )}
    </Strip>
  )
}

/** Over the full width; one that is narrower in the middle of a ground that is as wide. */
function PictureAbove({ item, inStories, width }: StoryProps & { width: number }) {
  const style = { width: '100%', maxWidth: width }
  if (!item.imageUrl) return null
  if (width === leadImageWidth) {
    return <Picture item={item} inStories={inStories} width={width} style={{ ...style, marginBottom: 20 }} />
  }
  return (
    <Row style={{ margin: '0 0 20px' }}>
      <Column align="center" {...paint({ fill: 'panel' })}>
        <Picture item={item} inStories={inStories} width={width} style={{ ...style, margin: '0 auto' }} />
      </Column>
    </Row>
  )
}

/**
 * Hardly wider than the picture is, and so that a tall one stays in bounds: Outlook knows no other way to keep proportions. What
 * is nearly as wide as the column fills it: strips of ground at its sides would look like a mistake.
 */
function leadWidth({ imageUrl, imageWidth = leadImageWidth, imageHeight = 0 }: Item): number {
  if (!imageUrl) return leadImageWidth
  const bounded = imageHeight > 0 ? Math.floor((leadImageHeight * imageWidth) / imageHeight) : leadImageWidth
  const width = Math.min(leadImageWidth, imageWidth, bounded)
  return width < nearlyFullWidth ? width : leadImageWidth
}

type SectionStoryProps = StoryProps & {
  /** It stands under no heading of its topic, and names it itself. */
  isAlone?: boolean
}

/** A story of a section, or one that is the only one of its topic: headline and summary, the picture small beside them. */
export function SectionStory({ item, inStories, isAlone = false }: SectionStoryProps) {
  const size = isLong(item.title) ? '17px' : '20px'
  return (
    <Row style={{ marginTop: '22px' }}>
      <Column style={{ verticalAlign: 'top' }}>
        {isAlone && <Kicker item={item} inStories={inStories} />}
        <Headline
          as={isAlone ? 'h2' : 'h3'}
          item={item}
          inStories={inStories}
          size={size}
          margin="0 0 6px"
          leading="1.3"
        />
        <Summary item={item} size={15} inStories={inStories} />
      </Column>
      {item.imageUrl && <PictureBeside item={item} inStories={inStories} />}
    </Row>
  )
}

function PictureBeside({ item, inStories }: StoryProps) {
  const { mail } = useDirections()
  const gap = mail === 'rtl' ? { paddingRight: 20 } : { paddingLeft: 20 }
  const width = Math.min(thumbnailWidth, item.imageWidth ?? thumbnailWidth)
  return (
    <Column width={thumbnailWidth} className="thumbnail-cell" style={{ verticalAlign: 'top', paddingTop: 4, ...gap }}>
      <Picture item={item} inStories={inStories} width={width} className="thumbnail" style={{ width }} />
    </Column>
  )
}

/** A story of the "In brief" list: the headline, and where it is from. */
export function BriefStory({ item, first, inStories }: StoryProps & { first: boolean }) {
  const rule = first ? 0 : 1
  return (
    <Row>
      <Column {...paint({ line: 'rule' }, { borderTopWidth: rule, borderTopStyle: 'solid', padding: '12px 0' })}>
        <Headline as="h3" item={item} inStories={inStories} size="16px" margin="0" leading="1.3" />
        <Byline item={item} topic={item.topic && <Isolated {...inStories}>{item.topic.name}</Isolated>} />
      </Column>
    </Row>
  )
}

type HeadlineProps = StoryProps & {
  as: 'h2' | 'h3'
  size: string
  margin: string
  leading: string
  /** What small screens know it by. */
  className?: string
}

function Headline({ as, item, inStories, size, margin, leading, className }: HeadlineProps) {
  const { headlineFont } = useLook()
  const { directed, sided } = useDirections()
  const style = { margin, fontFamily: headlineFont, fontSize: size, lineHeight: leading, fontWeight: 700 }
  return (
    <Heading
      as={as}
      {...directed(item.title)}
      {...inStories}
      {...sided(item.title, paint({ text: 'ink' }, style, className))}
    >
      <HeadlineLink href={item.url} size={size} {...(className && { className })}>
        {item.title}
      </HeadlineLink>
    </Heading>
  )
}

function Kicker({ item, inStories }: StoryProps) {
  const look = useLook()
  const { directed, sided } = useDirections()
  if (!item.topic) return null
  return (
    <Text
      {...directed(item.topic.name)}
      {...inStories}
      {...sided(item.title, look.paint({ text: 'accent' }, kickerStyle))}
    >
      {item.topic.name}
    </Text>
  )
}

function Summary({ item, size, inStories }: StoryProps & { size: number }) {
  const { directed, sided } = useDirections()
  const style = { margin: 0, fontSize: `${size}px`, lineHeight: '1.5' }
  return (
    <>
      {item.summary && (
        <Text {...directed(item.summary)} {...inStories} {...sided(item.summary, paint({ text: 'body' }, style))}>
          {item.summary}
        </Text>
      )}
      <Byline item={item} />
    </>
  )
}

/** In the mail's words, so it runs as they do, at the side of the headline. */
function Byline({ item, topic }: { item: Item; topic?: ReactNode }) {
  const { sided } = useDirections()
  const text = item.byline
  const style = { margin: '6px 0 0', fontSize: '13px', lineHeight: '18px' }
  if (!text && !topic) return null
  return (
    <Text {...sided(item.title, paint({ text: 'muted' }, style))}>
      {topic}
      {topic && text && betweenPieces}
      {text}
    </Text>
  )
}

type PictureProps = StoryProps & {
  width: number
  className?: string
  style: CSSProperties
}

function Picture({ item, inStories, width, className, style }: PictureProps) {
  if (!item.imageUrl) return null
  const named = className ? { className } : {}
  // The text shows while pictures are off, so it is set in the mail's type.
  const altStyle = { display: 'block', border: 0, fontSize: '13px', lineHeight: '18px' }
  return (
    <MailLink href={item.url} tone="muted" isSecond={!item.isDescribed}>
      <img
        {...inStories}
        src={item.imageUrl}
        alt={item.imageAlt}
        width={width}
        {...named}
        style={{ ...altStyle, ...style }}
      />
    </MailLink>
  )
}

const kickerStyle = { margin: '0 0 4px', fontSize: '14px', lineHeight: '20px', fontWeight: 700 }

// Whoever writes a headline like a paragraph gets it set like one.
const isLong = (title: string) => title.length > 110

const leadType = {
  usual: { size: '31px', margin: '0 0 12px', leading: '1.2', className: 'lead-title' },
  long: { size: '23px', margin: '0 0 12px', leading: '1.3', className: 'lead-title-long' },
}
