// Texts that may be in another script than the mail. A text that runs as the mail does is left as it is; another is told which way
// it runs: `dir="auto"` leaves lines where the mail's begin, and not every client knows it. Nor do they know `bdi`.
import { createContext, useContext } from 'react'
import { type Direction, directionOfText, startOf, turnsWithin } from './language.ts'
import type { PaintProps } from './theme.ts'

/** The way the mail runs; set by its layout. */
export const DirectionContext = createContext<Direction>('ltr')

/** The way the mail runs, and the props of blocks with such a text, of which each adds nothing where the text runs as the mail does. */
export function useDirections() {
  const mail = useContext(DirectionContext)
  return {
    mail,
    directed: (text: string): { dir?: Direction } => {
      const dir = directionOfText(text, mail)
      return dir === mail ? {} : { dir }
    },
    /** Lines begin where those of this text do. */
    sided: (text: string, props: PaintProps): PaintProps => {
      const dir = directionOfText(text, mail)
      return dir === mail ? props : { ...props, style: { ...props.style, textAlign: startOf(dir) } }
    },
  }
}

type IsolatedProps = {
  /** Of the words, where it is not the mail's. */
  lang?: string | undefined
  children: string
}

/** Words of others within a line of the mail's own, so that they turn nothing around them. */
export function Isolated({ lang, children }: IsolatedProps) {
  const mail = useContext(DirectionContext)
  const dir = turnsWithin(children, mail) ? directionOfText(children, mail) : undefined
  if (lang === undefined && dir === undefined) return children
  return (
    <span lang={lang} dir={dir}>
      {children}
    </span>
  )
}
