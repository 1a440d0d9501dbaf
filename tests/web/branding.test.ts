// What a publisher sets is on the pages and in the mails alike.
import { describe, expect, it } from 'vitest'
import { webFixture } from '#web-fixture'
import { readConfig } from '../../src/platform/config.ts'
import { createTestApp, form } from '../support/web-app.ts'

const web = webFixture()
const env = {
  PUBLIC_URL: 'https://digest.example',
  PUBLISHER_NAME: 'Harbour & Sons',
  SITE_URL: 'https://post.example/',
  CONTACT_ADDRESS: 'letters@post.example',
  BRAND_COLOR: '#ffd400',
  LOGO_URL: 'https://post.example/logo.png',
  LOGO_SIZE: '264x48',
  FOOTER_LINKS: 'Imprint https://post.example/imprint',
}

const branded = (more: Record<string, string> = {}) =>
  createTestApp({
    ...web.context,
    config: { ...readConfig({ ...env, ...more }), resend: web.context.config.resend },
  })

describe('a publisher’s look', () => {
  it('is on the pages', async () => {
    const { request } = branded()
    const page = await request('/privacy')
    const html = await page.text()
    expect(html).toContain('<img src="https://post.example/logo.png" alt="Harbour &amp; Sons" width="264" height="48"')
    expect(html).toMatch(/class="on-plate">Newsmatro<\/a><\/header>/)
    expect(html).toContain('<a href="https://post.example/imprint">Imprint</a>')
    expect(html).toContain('<meta name="theme-color" content="#ffd400"')
    expect(html).toMatch(/<address>\s*<bdi>Harbour &amp; Sons<\/bdi><br\/>/)
    expect(html).toContain('mailto:letters@post.example')
    expect(page.headers.get('content-security-policy')).toContain('img-src data: https://post.example;')
    const sheet = await (await request('/app.css')).text()
    expect(sheet).toContain('--brand: #ffd400; --accent: #7a6600;')
    expect(sheet).toContain('--brand: #ffd400; --accent: #ffd400; --on-accent: #1c1b19; --plate: #fff;')
  })

  it('lets pictures in from where its logos are, and says the name with the logo where it is the newsletter’s', async () => {
    const { request } = branded({ PUBLISHER_NAME: '', LOGO_DARK_URL: 'https://cdn.example/dark.png' })
    const page = await request('/')
    expect(page.headers.get('content-security-policy')).toContain(
      'img-src data: https://post.example https://cdn.example;',
    )
    expect(await page.text()).toContain(
      '<picture><source srcset="https://cdn.example/dark.png" media="(prefers-color-scheme: dark)"><img src="https://post.example/logo.png" alt="Newsmatro" width="264" height="48"></picture></a></header>',
    )
  })

  it('has its colour in the picture that stands for the site, or a picture of its own', async () => {
    const bytes = new Uint8Array(await (await branded().request('/og.png')).arrayBuffer())
    // PLTE, and the first colour of it.
    expect([...bytes.subarray(37, 44)]).toEqual([0x50, 0x4c, 0x54, 0x45, 0xff, 0xd4, 0x00])
    const own = branded({ SOCIAL_IMAGE_URL: 'https://post.example/front.jpg' })
    for (const [path, name] of [
      ['/', 'Newsmatro'],
      ['/archive', 'Harbour &amp; Sons'],
    ] as const) {
      expect(await (await own.request(path)).text()).toContain(
        `<meta property="og:image" content="https://post.example/front.jpg"><meta property="og:image:alt" content="${name}"><meta name`,
      )
    }
  })

  it('is in the mails', async () => {
    await branded().request('/subscribe', form({ email: 'ines@reader.example' }))
    const [mail] = await web.mails()
    expect(mail?.html).toContain('src="https://post.example/logo.png" alt="Harbour &amp; Sons" width="264"')
    expect(mail?.html).toContain('background-color:#7a6600')
    expect(mail?.html).toContain('.fill-button{background-color:#ffd400!important}')
    expect(mail?.text).toContain('Newsmatro is sent by Harbour & Sons')
    expect(mail?.text).toContain('Imprint:\nhttps://post.example/imprint\n')
    expect(mail?.text).toContain('letters@post.example')
  })
})
