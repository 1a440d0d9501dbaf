/** @jsxImportSource hono/jsx */
import type { Context as HonoContext } from 'hono'
import type { Context } from '../platform/context.ts'
import { PublicError } from '../platform/errors.ts'
import { type TokenPurpose, verifyToken } from '../platform/signed-token.ts'
import { MyLinkForm } from './address-form.tsx'
import { spokenTo } from './asked-language.ts'
import { refusalInWords } from './problem-words.ts'
import { speaksJson } from './read-input.ts'
import { page } from './reply.tsx'
import { siteOf } from './site.ts'

/** The id that a link's token was signed for. Throws `not_found` for a bad, old or foreign token. */
export function idOf(context: Context, purpose: TokenPurpose, token: string): number {
  const id = verifyToken(context.keys, purpose, token)
  if (id === undefined) throw new PublicError('not_found', 'This link is not one of ours, or was cut short.')
  return id
}

/** For routes behind a token: a person whose link does not work is offered a fresh one, a program gets its problem. */
export function answerBadLink(context: Context) {
  return async (error: Error, c: HonoContext): Promise<Response> => {
    if (!(error instanceof PublicError) || (error.code !== 'not_found' && error.code !== 'expired')) throw error
    // Nothing that a program could do differently depends on why.
    if (speaksJson(c)) throw new PublicError('not_found', error.message, { cause: error })
    const { words, speaking, to } = spokenTo(c, (await siteOf(context)).language)
    const { link } = words
    return page(
      c,
      context,
      { title: link.bad, status: error.code === 'expired' ? 410 : 404, isPrivate: true, ...speaking },
      <>
        <h1>{link.bad}</h1>
        <p>{refusalInWords(words, error)}</p>
        <p>{link.badMore}</p>
        <MyLinkForm action={to('/my-link')} words={words} />
        <p class="quiet">
          {link.notYet} <a href={to('/')}>{link.askAgain}</a>
        </p>
      </>,
    )
  }
}
