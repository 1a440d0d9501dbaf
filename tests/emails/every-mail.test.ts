import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { plainLook } from '../../emails/components/look.ts'
import { paintsOf } from '../../emails/components/theme.ts'
import { checks, differs, type Mail } from './checks.ts'
import { enhancements, partial, usesOf } from './clients.ts'
import { contrastOf } from './contrast.ts'
import { everyMail } from './every-mail.ts'

test('every template of the folder is looked at', async () => {
  const files = await readdir(resolve(import.meta.dirname, '../../emails'))
  const templates = files.filter((file) => file.endsWith('.tsx')).map((file) => file.replace('.tsx', ''))
  expect([...new Set(everyMail.map(({ template }) => template))].sort()).toEqual(templates.sort())
})

describe.each(everyMail)('$name', ({ name, template, render }) => {
  let mail: Mail
  beforeAll(async () => {
    mail = await render()
  })

  test.each(checks)('$name', ({ find }) => {
    expect(find(mail)).toEqual([])
  })

  test('is the same, byte for byte, whenever it is rendered', async () => {
    expect(await differs(render)).toBe(false)
  })

  test('is what it was when somebody last looked', async () => {
    await expect(mail.text).toMatchFileSnapshot(`snapshots/${name}.txt`)
    if (name === template || name === 'answer-weekly')
      await expect(mail.html).toMatchFileSnapshot(`snapshots/${name}.html`)
  })
})

test('no part of any mail has changed since somebody last looked', async () => {
  const lines = everyMail.map(async ({ name, render }) => {
    const { html, text } = await render()
    return `${name} html ${hashOf(html)} text ${hashOf(text)}\n`
  })
  await expect((await Promise.all(lines)).join('')).toMatchFileSnapshot('snapshots/every-mail.txt')
})

const hashOf = (part: string) => createHash('sha256').update(part).digest('hex').slice(0, 16)

test('what is explained of clients is what mails use', async () => {
  const uses = (await Promise.all(everyMail.map(({ render }) => render()))).flatMap(({ html }) => usesOf(html))
  const features = (kind: 'error' | 'warning') =>
    new Set(uses.filter((use) => use.kind === kind).map(({ feature }) => feature))
  expect(new Set(Object.keys(enhancements))).toEqual(features('error'))
  const inPartOnly = [...features('warning')].filter((feature) => !features('error').has(feature))
  expect(new Set(Object.keys(partial))).toEqual(new Set(inPartOnly))
}, 120_000) // every mail at once

test('every colour for text stands out from every ground it may be on', () => {
  for (const tones of Object.values(paintsOf(plainLook))) {
    for (const text of ['ink', 'body', 'muted', 'accent'] as const) {
      for (const ground of ['page', 'sheet', 'panel'] as const) {
        expect(contrastOf(tones[text], tones[ground]), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5)
      }
    }
    expect(contrastOf(tones.onButton, tones.button)).toBeGreaterThanOrEqual(4.5)
  }
})
