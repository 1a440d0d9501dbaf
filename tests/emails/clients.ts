// What caniemail.com knows of Gmail, Outlook, Apple Mail and Yahoo, against what a mail uses.
import { caniemail } from 'caniemail'

// The new Outlook for Windows shows mails as outlook.com does.
const clients = ['gmail.*', 'outlook.windows', 'outlook.outlook-com', 'apple-mail.*', 'yahoo.*'] as const

/** What a client may not know at all, and why that is no loss. Anything else that is an error fails. */
export const enhancements: Readonly<Record<string, string>> = {
  '<style> element': 'all that matters is inline; the sheet repaints for dark mode and makes room on small screens',
  '@media': 'as the sheet',
  'color-scheme CSS property': 'who does not know it stays light or inverts, and inverted colours are checked',
  'color-scheme meta tag': 'as the property',
  'aria-hidden attribute': 'of a picture’s link beside the headline’s: who drops it has the headline read twice',
  '<body> element': 'lang, dir, colour and font are on a div inside it, too',
  'word-break':
    'only words longer than a line need it, on small screens; Yahoo alone does not know it, and can be scrolled',
  '<picture> element': 'only around a logo that has a variant for dark mode; others show the img inside it',
  'srcset and sizes attributes': 'of that <picture>',
}

/** What a client knows only in part, and why the other part is not needed. */
export const partial: Readonly<Record<string, string>> = {
  background: 'one colour, nothing else',
  border: 'on cells, 3 pixels at most',
  'dir attribute': 'only ltr and rtl, on what is no link; of a text that runs the other way than the mail',
  display: 'only block, for pictures',
  'font-size': 'in pixels',
  'font-weight': 'only 700, which is bold everywhere',
  'lang attribute': 'not on cells',
  'letter-spacing': 'half a pixel, on the name of the newsletter alone',
  'line-height':
    'Outlook on Windows sets lines a little closer or wider; nothing has a fixed height that they could leave',
  'mailto: links': 'without bcc',
  margin: 'on paragraphs and headings, never negative; auto has align="center" beside it',
  'max-width': 'on tables, which have a width as an attribute, too; besides only the lead picture and the logo',
  padding: 'on cells only (a check of its own)',
  'role attribute': 'on tables only',
  'text-align': 'left, right and center only',
  'text-decoration': 'one value: underline',
  'width attribute': 'of pictures, in pixels',
  'width property': 'beside the attribute',
}

export type Use = { readonly kind: 'error' | 'warning'; readonly feature: string; readonly clients: readonly string[] }

/** What a mail uses that one of the clients does not know, or knows in part. */
export function usesOf(html: string): Use[] {
  const { issues } = caniemail({ clients: [...clients], html })
  const list = (kind: Use['kind'], found: typeof issues.errors): Use[] => {
    const byFeature = Map.groupBy(
      [...found].flatMap(([client, all]) => all.map(({ title }) => ({ client, title }))),
      ({ title }) => title,
    )
    return [...byFeature].map(([feature, uses]) => ({ kind, feature, clients: uses.map(({ client }) => client) }))
  }
  return [...list('error', issues.errors), ...list('warning', issues.warnings)]
}

export const unexplained = (html: string): string[] =>
  usesOf(html)
    .filter(({ kind, feature }) => !(feature in enhancements) && (kind === 'error' || !(feature in partial)))
    .map(({ kind, feature, clients }) => `${kind}: ${feature} (${clients.join(', ')})`)
