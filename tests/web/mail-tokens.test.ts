import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { type MailPurpose, signMailToken } from '../../src/platform/mail-address.ts'
import { signingKeysOf } from '../../src/platform/signing-keys.ts'
import { aReader } from '../support/factories.ts'
import { domain, mailSite } from '../support/mail-site.ts'

const site = mailSite()
const { write, addressFor, subscriptionOf, inboundMails, mails, change } = site

describe('a token', () => {
  it('of another purpose, another reader, another key, cut or altered is worth nothing', async () => {
    const { subscriptionId, email } = await aReader(site.db)
    const token = (purpose: MailPurpose, id = subscriptionId) => signMailToken(site.context.keys, 'test', purpose, id)
    const other = signingKeysOf(new Map([['test', new Uint8Array(32).fill(8)]]))
    const genuine = token('reply')
    for (const local of [
      `reply+${token('unsubscribe')}`,
      `unsubscribe+${genuine}`,
      `unsubscribe+${token('confirm')}`,
      `reply+${signMailToken(other, 'test', 'reply', subscriptionId)}`,
      `reply+${genuine.replace(/^[^-]+/, (subscriptionId + 1).toString(36))}`,
      `reply+${genuine.slice(0, -1)}`,
      `reply+${genuine.slice(0, -1)}${genuine.endsWith('a') ? 'b' : 'a'}`,
      `reply+0${genuine}`,
      'reply',
      'unsubscribe',
      `confirm+${subscriptionId}`,
      'digest',
    ]) {
      await write({ from: email, to: `${local}@${domain}`, text: 'stop', subject: 'stop' })
    }
    await write({ from: email, to: `reply+${genuine}@other.example`, text: 'stop' })
    expect(await inboundMails()).toEqual([])
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ state: 'active', frequency: 'daily' })
    expect(await mails()).toEqual([])
  })

  it('counts while its key is known, and fits before the @ of an address', async () => {
    const { subscriptionId } = await aReader(site.db)
    const to = addressFor('unsubscribe', subscriptionId)
    const newer = { newestId: 'new', ids: ['new', 'test'] }
    const keys = { ...newer, get: (id: string) => new Uint8Array(32).fill(id === 'new' ? 9 : 7) }
    change({ keys })
    await write({ to })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ state: 'ended' })
    const longest = `unsubscribe+${signMailToken(site.context.keys, 'test', 'unsubscribe', Number.MAX_SAFE_INTEGER)}`
    expect(longest.length).toBeLessThanOrEqual(64)
  })

  it('is not kept, nor is whom a mail is from or what it says', async () => {
    const { subscriptionId } = await aReader(site.db, { email: 'bea@reader.example' })
    const to = addressFor('reply', subscriptionId)
    await write({ from: 'ada@secret.example', to, text: 'weekly', subject: 'Re: hush' })
    const { rows } = await sql`
      select to_jsonb(e) as e from webhook_events e where type = 'email.received'
      union all select to_jsonb(i) from inbound_mails i union all select to_jsonb(c) from consent_events c`.execute(
      site.db,
    )
    expect(rows).toHaveLength(3)
    const kept = JSON.stringify([rows, site.lines])
    for (const secret of [to.split('@')[0] ?? '', 'ada@secret', 'hush', 'bea@']) expect(kept).not.toContain(secret)
  })
})
