// A publisher's look: what of a mail's colours, type and masthead comes from the configuration.
import { createContext, useContext } from 'react'
import type { Look } from './digest-props.ts'
import { painter, paintsOf, sans, serif } from './theme.ts'

/** How the service looks while nobody has said anything else. */
export const plainLook: Look = {
  brand: '#a1182b',
  accent: { light: '#a1182b', dark: '#ff9d9d' },
  logo: undefined,
  headlines: 'serif',
}

/** Set by the layout of a mail, for all that is on it. */
export const LookContext = createContext<Look>(plainLook)

/** The look of the mail that a component is on. */
export function useLook() {
  const look = useContext(LookContext)
  return {
    ...look,
    /** The props that colour an element: inline for light mode, class names for dark mode to repaint. */
    paint: painter(paintsOf(look).light),
    headlineFont: look.headlines === 'serif' ? serif : sans,
  }
}
