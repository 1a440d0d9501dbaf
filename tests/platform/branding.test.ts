import { describe, expect, it } from 'vitest'
import { plainLook } from '../../emails/components/look.ts'
import { readConfig } from '../../src/platform/config.ts'

const complete = {
  PUBLISHER_NAME: 'The Calderhaven Post',
  SITE_URL: 'https://post.example/',
  BRAND_COLOR: '0A2463',
  BRAND_COLOR_DARK: '#99bbff',
  LOGO_URL: 'https://post.example/logo.png',
  LOGO_DARK_URL: 'https://cdn.example/logo-dark.png',
  LOGO_SIZE: '264x48',
  SOCIAL_IMAGE_URL: 'https://post.example/front.jpg',
  HEADLINE_FONT: 'sans',
  FOOTER_LINKS: 'Our site https://post.example/; Imprint, masthead https://post.example/imprint?a=1,2 ;',
}

describe('the branding', () => {
  it('is taken as given', () => {
    expect(readConfig(complete).branding).toEqual({
      publisherName: 'The Calderhaven Post',
      siteUrl: 'https://post.example/',
      links: [
        { label: 'Our site', url: 'https://post.example/' },
        { label: 'Imprint, masthead', url: 'https://post.example/imprint?a=1,2' },
      ],
      socialImageUrl: 'https://post.example/front.jpg',
      look: {
        brand: '#0a2463',
        accent: { light: '#0a2463', dark: '#99bbff' },
        logo: {
          ...{ url: 'https://post.example/logo.png', darkUrl: 'https://cdn.example/logo-dark.png' },
          ...{ width: 264, height: 48 },
        },
        headlines: 'sans',
      },
    })
  })

  it('may be left to the service, or be set in part', () => {
    expect(readConfig({}).branding).toEqual({
      publisherName: undefined,
      siteUrl: undefined,
      links: [],
      // As the previews of mails have it.
      look: plainLook,
    })
    const { look } = readConfig({ LOGO_URL: complete.LOGO_URL, LOGO_SIZE: '60x60' }).branding
    expect(look.logo).toEqual({ url: complete.LOGO_URL, darkUrl: undefined, width: 60, height: 60 })
    expect(readConfig({ BRAND_COLOR_DARK: '#00c2a8' }).branding.look.accent).toEqual({
      light: '#a1182b',
      dark: '#00c2a8',
    })
  })

  it('names another address to write to than the one that mail is from', () => {
    const config = readConfig({
      MAIL_FROM: 'Daily <digest@digest.example.com>',
      CONTACT_ADDRESS: 'letters@example.com',
    })
    expect(config).toMatchObject({ senderAddress: 'digest@digest.example.com', contactAddress: 'letters@example.com' })
    expect(readConfig({ MAIL_FROM: 'digest@example.com' })).toMatchObject({ contactAddress: 'digest@example.com' })
  })

  it.each([
    [{ BRAND_COLOR: 'red' }, /BRAND_COLOR is not a colour: write its six hexadecimal digits/],
    [{ BRAND_COLOR: '#fff' }, /BRAND_COLOR is not a colour/],
    [{ BRAND_COLOR_DARK: '#12345g' }, /BRAND_COLOR_DARK is not a colour/],
    [{ SITE_URL: 'http://post.example' }, /SITE_URL is not the https URL of your site/],
    [{ LOGO_URL: 'http://post.example/logo.png', LOGO_SIZE: '264x48' }, /LOGO_URL is not the https URL of a picture/],
    [{ LOGO_URL: 'logo.png', LOGO_SIZE: '264x48' }, /LOGO_URL is not the https URL/],
    [{ LOGO_URL: `https://post.example/${'l'.repeat(500)}`, LOGO_SIZE: '264x48' }, /LOGO_URL is longer than 500/],
    [{ LOGO_URL: complete.LOGO_URL }, /^LOGO_URL is set but LOGO_SIZE is not: say how large/],
    [{ LOGO_DARK_URL: complete.LOGO_DARK_URL }, /^LOGO_DARK_URL is set but LOGO_URL is not/],
    [{ LOGO_SIZE: '264x48' }, /^LOGO_SIZE is set but LOGO_URL is not/],
    [{ LOGO_URL: complete.LOGO_URL, LOGO_SIZE: '264' }, /LOGO_SIZE is not a width and a height/],
    [{ LOGO_URL: complete.LOGO_URL, LOGO_SIZE: '600x48' }, /LOGO_SIZE does not fit: at least 60x16, at most 480x160/],
    [{ LOGO_URL: complete.LOGO_URL, LOGO_SIZE: '264x10' }, /LOGO_SIZE does not fit/],
    [{ SOCIAL_IMAGE_URL: 'http://post.example/front.jpg' }, /SOCIAL_IMAGE_URL is not the https URL of a picture/],
    [{ HEADLINE_FONT: 'Comic Sans' }, /HEADLINE_FONT is neither serif nor sans/],
    [{ PUBLISHER_NAME: 'x'.repeat(101) }, /PUBLISHER_NAME is longer than 100 characters/],
    [{ FOOTER_LINKS: 'https://post.example/' }, /FOOTER_LINKS is not a list of at most 6 links/],
    [{ FOOTER_LINKS: 'Our site http://post.example/' }, /FOOTER_LINKS is not/],
    [{ FOOTER_LINKS: 'X https://social.example/' }, /FOOTER_LINKS is not .* 4 to 40 characters/],
    [{ FOOTER_LINKS: 'Imprint https://a.example;'.repeat(7) }, /FOOTER_LINKS is not a list of at most 6/],
    [{ STORIES_PER_DIGEST: '13' }, /STORIES_PER_DIGEST is not a number of stories from 1 to 12/],
    [{ CONTACT_ADDRESS: 'Letters <letters@example.com>' }, /CONTACT_ADDRESS is not an address/],
  ])('is refused where it is nonsense: %j', (given, message) => {
    expect(() => readConfig(given)).toThrow(message)
  })
})
