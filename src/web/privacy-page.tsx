/** @jsxImportSource hono/jsx */
import { Hono } from 'hono'
import { eventsKept } from '../delivery/forget-events.ts'
import { mailsKept } from '../inbound/forget-mails.ts'
import type { Config } from '../platform/config.ts'
import type { Context } from '../platform/context.ts'
import { addressChangeHours } from '../subscriptions/change-address.ts'
import { confirmationHours } from '../subscriptions/confirmations.ts'
import { getNewsletter } from '../subscriptions/newsletters.ts'
import { undoHours } from '../subscriptions/unsubscribe.ts'
import { pageHead } from './page-head.ts'
import { page } from './reply.tsx'

// What src/subscriptions does; tests/web/privacy.test.ts sees that it is so.
const unconfirmedDays = 31
const triesMinutes = 60

/** What is kept of readers, by whom and for how long, as the code and the configuration have it. */
export function privacyRoute(context: Context): Hono {
  const { config } = context
  const app = new Hono()
  app.get('/privacy', async (c) => {
    const { name } = await getNewsletter(context.db)
    const description = `What ${name} keeps of its readers, why, for how long, and how to have it changed or erased.`
    return page(
      c,
      context,
      {
        title: 'Privacy',
        newsletterName: name,
        head: pageHead(config, { title: 'Privacy', siteName: name, description, path: '/privacy' }),
      },
      <>
        <h1>Privacy</h1>
        <p class="lede">
          You give an address, and get the mail that you asked for. This page says what that takes. It is made from the
          service as it is set up, so it says what is really done.
        </p>
        <h2>What is not done</h2>
        <ul class="plain">
          <li>
            No cookies, no accounts, no scripts of others{config.turnstile ? ' but the check against programs' : ''}.
          </li>
          <li>
            No pixel in mails, and no detour behind their links: this service does not ask whether you open a mail or
            which story you read.
          </li>
          <li>This service gives nothing to advertisers, and works nothing out about you.</li>
          <li>The log of the service names neither your address nor the pages that you see.</li>
        </ul>
        <h2>What is kept</h2>
        <dl class="kept">
          {keptData(config).map(({ what, why, howLong }) => (
            <div>
              <dt>{what}</dt>
              <dd>{why}.</dd>
              <dd class="quiet">Kept: {howLong}.</dd>
            </div>
          ))}
        </dl>
        <p>
          The ground for all of it is your consent (GDPR, article 6(1)(a)), and for its proof article 7(1). You can take
          it back at any time, as easily as you gave it; what was sent before stays lawful.
        </p>
        <h2>Who else has a part in it</h2>
        <ul class="plain">
          {processors(config).map(({ who, does }) => (
            <li>
              <strong>{who}</strong> {does}
            </li>
          ))}
        </ul>
        <h2>Your rights, and how to use them</h2>
        <p>
          Every mail has a link to your preferences, and that page does all of this at once, without asking anybody. If
          you have no mail at hand, <a href="/my-link">have the link mailed to you</a>.
        </p>
        <ul class="plain">
          {rights.map(([right, how]) => (
            <li>
              <strong>{right}</strong> {how}
            </li>
          ))}
        </ul>
        <p>You can also write to us, and complain to the data protection authority of where you live or work.</p>
        <h2>Who is responsible</h2>
        <address>
          {config.branding.publisherName ?? name}
          <br />
          {config.postalAddress}
          <br />
          <a href={`mailto:${config.contactAddress}`}>{config.contactAddress}</a>
        </address>
      </>,
    )
  })
  return app
}

type Kept = { readonly what: string; readonly why: string; readonly howLong: string }

const untilErased = 'until you have it erased'

function keptData({ inboundDomain }: Config): Kept[] {
  return [
    {
      what: 'Your address, and what you chose: how often, when, in which time zone, about what',
      why: 'To send you the digest that you asked for',
      howLong: `${untilErased}, or, if you never confirmed, ${unconfirmedDays} days after you last asked. The link to confirm works for ${confirmationHours} hours`,
    },
    {
      what: 'What you agreed to and changed: when, in which words, from which internet address, with which browser',
      why: 'To be able to show that you asked for it',
      howLong: untilErased,
    },
    {
      what: 'Which digests went to you, and whether your mailbox took them, refused them, or you reported them as spam',
      why: 'To tell you no story twice, and to stop where mail is not wanted',
      howLong: untilErased,
    },
    {
      what: 'What the mail service reports of a mail',
      why: 'To count each report once',
      howLong: eventsKept,
    },
    {
      what: 'A new address that you enter',
      why: 'To ask it whether it is yours, before anything else goes there',
      howLong: `${unconfirmedDays} days. The link to confirm it works for ${addressChangeHours} hours`,
    },
    {
      what: 'That you left',
      why: `To send you nothing more, and to let you take it back for ${undoHours} hours`,
      howLong: untilErased,
    },
    {
      what: 'That somebody tried to sign up: a keyed hash of the address, and of where they came from',
      why: 'To keep out whoever signs strangers up',
      howLong: `${triesMinutes} minutes`,
    },
    ...(inboundDomain === undefined
      ? []
      : [
          {
            what: `Of a mail that you write to ${inboundDomain}: what it was for and what was done, but neither your words nor the sender`,
            why: 'To do what it asks, once',
            howLong: mailsKept,
          },
        ]),
    {
      what: 'After you had everything erased: how many mails there were, without a name; where an address must not be mailed, a keyed hash of it',
      why: 'So that sums stay right, and no mail goes where it is not wanted',
      howLong: 'for good; it names nobody',
    },
  ]
}

type Processor = { readonly who: string; readonly does: string }

function processors({ resend, turnstile, inboundDomain, embedOrigins }: Config): Processor[] {
  const mailService = resend?.baseUrl ? new URL(resend.baseUrl).host : 'Resend (resend.com)'
  return [
    resend
      ? {
          who: mailService,
          does: `delivers the mails. It gets your address and the mail, and reports whether it arrived.${inboundDomain === undefined ? '' : ` It also receives what you write to ${inboundDomain}.`}`,
        }
      : { who: 'Nobody', does: 'delivers mail yet: this is a trial, and mails stay on the machine that it runs on.' },
    ...(turnstile
      ? [
          {
            who: 'Cloudflare Turnstile',
            does: 'looks at your browser when you open the form, to tell people from programs. It gets your internet address and what its script asks of the browser.',
          },
        ]
      : []),
    ...(embedOrigins.length > 0
      ? [
          {
            who: embedOrigins.map((origin) => new URL(origin).host).join(', '),
            does: 'may have our form on its pages; what you enter there goes to us.',
          },
        ]
      : []),
    {
      who: 'The sites of the stories',
      does: 'have the pictures that a digest shows. Whoever has pictures loaded asks them, so they see an internet address, but not from this service who you are. Digests read well without pictures.',
    },
    { who: 'Whoever runs the servers for us', does: 'stores the data. Write to us if you want to know who that is.' },
  ]
}

const rights: readonly (readonly [string, string])[] = [
  ['See and take along (articles 15 and 20):', 'press “Download everything we keep about you”; it comes as JSON.'],
  ['Correct (article 16):', 'change what you chose, or your address.'],
  ['Erase (article 17):', 'press “Erase everything”. It is done at once, and cannot be undone.'],
  ['Pause (article 18):', 'choose until when; nothing is sent before.'],
  [
    'Take back your consent (article 7(3)), or object (article 21):',
    'press “Unsubscribe”, there or in your mail program.',
  ],
]
