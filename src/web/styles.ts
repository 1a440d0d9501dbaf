// One style sheet for all pages, served at /app.css. Works without it, in light and dark, from 320 px up.
import type { Look } from '../platform/branding.ts'

export const fonts = {
  serif: "Georgia, 'Times New Roman', serif",
  sans: "system-ui, -apple-system, 'Segoe UI', sans-serif",
}

/** The sheet in a publisher's colours and type. */
export const stylesFor = ({ brand, accent, logo, headlines }: Look): string => `
:root { color-scheme: light dark; --paper: #fdfcf9; --ink: #1c1b19; --quiet: #5b5750; --line: #d9d4ca; --brand: ${brand}; --accent: ${accent.light}; --on-accent: #fff; --plate: none; --field: #fff; --note: #f4efe4; --bad: #9b1c1f; }
@media (prefers-color-scheme: dark) { :root { --paper: #171614; --ink: #f2efe9; --quiet: #b4aea3; --line: #3d3a35; --brand: ${accent.dark}; --accent: ${accent.dark}; --on-accent: #1c1b19; --plate: ${logo?.darkUrl ? 'none' : '#fff'}; --field: #201f1c; --note: #24221e; --bad: #ff9d94; } }
* { box-sizing: border-box; }
body { margin: 0; border-top: 6px solid var(--brand); background: var(--paper); color: var(--ink); font: 1.0625rem/1.55 ${fonts[headlines]}; }
.page { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
header.site { border-bottom: 3px double var(--line); margin-bottom: 2rem; padding-bottom: .75rem; }
header.site a { color: inherit; text-decoration: none; font-size: 1.5rem; font-weight: bold; letter-spacing: -.01em; overflow-wrap: anywhere; }
header.site img { display: block; box-sizing: content-box; max-width: calc(100% - 1.5rem); height: auto; margin-bottom: .25rem; background: var(--plate); }
@media (prefers-color-scheme: dark) { header.site img.on-plate { padding: .5rem .75rem; } }
h1 { font-size: 2rem; line-height: 1.15; letter-spacing: -.015em; margin: 0 0 .75rem; text-wrap: balance; }
[dir=rtl], [dir=rtl] * { letter-spacing: 0 !important; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; }
main { overflow-wrap: break-word; } p { margin: 0 0 1rem; } a { color: var(--accent); }
.quiet, .hint { color: var(--quiet); } .hint { font-size: .9375rem; margin: .25rem 0 1rem; }
label, legend, button, input, select, .hint, footer { font-family: system-ui, -apple-system, 'Segoe UI', sans-serif; }
label, legend { font-weight: 600; font-size: .9375rem; }
fieldset { border: 0; margin: 0; padding: 0; } fieldset label, label.plain { font-weight: 400; }
.field { margin: 0 0 1.25rem; } .field > label, .field legend { display: block; margin-bottom: .375rem; padding: 0; }
.row { display: flex; flex-wrap: wrap; gap: 0 1rem; } .row > .field { flex: 1 1 11rem; min-width: 0; }
input[type=email], input[type=text], input[type=date], select { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; font-size: 1rem; color: var(--ink); background: var(--field); border: 1px solid var(--quiet); border-radius: .375rem; }
.choices { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; } .choices label { display: inline-flex; align-items: center; gap: .5rem; min-height: 2.75rem; }
html[dir=rtl] input[type=email] { text-align: right; }
input[type=checkbox], input[type=radio] { width: 1.2rem; height: 1.2rem; margin: 0; accent-color: var(--accent); }
button { min-height: 2.75rem; padding: .5rem 1.25rem; font-size: 1rem; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 2px solid var(--accent); border-radius: .375rem; cursor: pointer; }
button.second { color: var(--accent); background: transparent; }
:focus-visible, input[type="date"]:focus-within { outline: 3px solid var(--accent); outline-offset: 2px; }
.note { background: var(--note); border-inline-start: 4px solid var(--accent); padding: .875rem 1rem; margin: 0 0 1.5rem; } .note p:last-child { margin: 0; }
.error { color: var(--bad); font-weight: 600; font-size: .9375rem; margin: .375rem 0 0; font-family: system-ui, sans-serif; }
[aria-invalid=true] { border: 2px solid var(--bad) !important; }
ol.stories { list-style: none; margin: 0; padding: 0; } ol.stories li { padding: .75rem 0; border-top: 1px solid var(--line); } ol.stories .topic { display: block; color: var(--quiet); font: .8125rem/1.4 system-ui, sans-serif; }
.unseen { position: absolute; inset-inline-start: -100vw; width: 1px; height: 1px; overflow: hidden; }
textarea { width: 100%; padding: .75rem; font: .875rem/1.5 ui-monospace, monospace; color: var(--ink); background: var(--field); border: 1px solid var(--quiet); border-radius: .375rem; }
details { border-top: 1px solid var(--line); padding: .75rem 0; } summary { cursor: pointer; min-height: 2rem; font: 600 1rem/2rem system-ui, sans-serif; } details > :nth-child(2) { margin-top: .75rem; }
ol.history { margin: 0; padding: 0; list-style: none; } ol.history li { padding: .5rem 0; font-size: .9375rem; } ul.plain { margin: 0 0 1rem; padding: 0; padding-inline-start: 1.25rem; } ul.plain li { padding: .375rem 0; }
footer.site p { margin: 0 0 .5rem; } footer.site a { display: inline-block; min-height: 1.75rem; margin-inline-end: 1rem; color: inherit; }
.lede { font-size: 1.1875rem; line-height: 1.5; } .lede + form { margin-top: 1.75rem; }
input[type=search] { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; font-size: 1rem; color: var(--ink); background: var(--field); border: 1px solid var(--quiet); border-radius: .375rem; -webkit-appearance: none; appearance: none; }
form.search { margin: 1.5rem 0 2rem; padding: 1.25rem 1.25rem 0; background: var(--note); } form.search .button { flex: 0 1 auto; align-self: end; }
ol.digests { list-style: none; margin: 0; padding: 0; } ol.digests li { padding: 1.25rem 0 .25rem; border-top: 1px solid var(--line); }
ol.digests h2 { margin: 0 0 .375rem; font-size: 1.375rem; line-height: 1.25; text-wrap: balance; } ol.digests .quiet { font-size: .9375rem; }
.topic { margin: 0 0 .25rem; color: var(--accent); font: 600 .875rem/1.4 system-ui, -apple-system, 'Segoe UI', sans-serif; }
ol.digests .topic { color: var(--quiet); font-weight: 400; }
.edition { overflow-wrap: anywhere; } .edition h2 a, .edition h3 a, ol.digests h2 a, .edition .title a { color: inherit; text-decoration-thickness: 1px; text-decoration-color: var(--quiet); text-underline-offset: .15em; }
.dateline { margin: 0 0 1.5rem; padding: .375rem 0; border-block: 1px solid var(--line); font: 400 .9375rem/1.4 system-ui, -apple-system, 'Segoe UI', sans-serif; letter-spacing: 0; text-align: center; text-wrap: wrap; } .dateline a, h1.dateline { color: var(--quiet); }
.edition img { display: block; width: 100%; height: auto; aspect-ratio: 16 / 9; object-fit: cover; background: var(--note); color: var(--quiet); font: .875rem/1.4 system-ui, sans-serif; }
.edition .lead { margin: 0 0 2rem; } .edition .lead img { margin-bottom: 1rem; } .edition img.small { width: auto; max-width: 100%; } .edition .lead h2, .edition .lead h3 { margin: 0 0 .75rem; font-size: clamp(1.75rem, 5vw, 2.25rem); line-height: 1.15; letter-spacing: -.015em; text-wrap: balance; } .edition .lead p:not(.topic, .byline) { font-size: 1.125rem; }
.edition .lead > p:last-child, .story p:last-child { margin-bottom: 0; }
.edition section > h2.topic { margin: 0; padding: .5rem 0 0; border-top: 2px solid var(--ink); font-size: 1rem; } .edition section:not(.lead) { margin: 0 0 2.25rem; } .edition section.alone { padding-top: .125rem; border-top: 2px solid var(--ink); }
.story { display: flex; gap: 1.25rem; margin-top: 1.25rem; } .story > div { flex: 1; min-width: 0; } .story h2, .story h3, .brief h3 { margin: 0 0 .375rem; font-size: 1.25rem; line-height: 1.3; } .story p { font-size: 1rem; }
.edition .story img { flex: none; width: 9rem; height: auto; aspect-ratio: 4 / 3; align-self: start; margin-top: .25rem; } @media (max-width: 30rem) { .story { gap: .875rem; } .edition .story img { width: 6.5rem; } }
.brief { padding: .75rem 0; border-top: 1px solid var(--line); } .brief h3 { font-size: 1.0625rem; margin: 0; } h2 + .brief { border-top: 0; } .byline.byline { margin: .25rem 0 0; color: var(--quiet); font: .875rem/1.4 system-ui, -apple-system, 'Segoe UI', sans-serif; }
.further { padding-top: .875rem; border-top: 1px solid var(--line); font-weight: bold; } section.edition { margin-top: 3rem; } section.edition .lead { margin-bottom: 1.25rem; } section.edition .lead h3 { font-size: 1.625rem; } section.edition > h2 { margin-top: 0; } .edition ol.stories { margin: 0 0 1.25rem; } .edition ol.stories .topic { font-weight: 600; color: var(--accent); }
nav.pages { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .5rem 1.5rem; padding-top: 1rem; border-top: 1px solid var(--line); font: .9375rem/2 system-ui, -apple-system, 'Segoe UI', sans-serif; }
address { font-style: normal; } dl.kept { margin: 0 0 1rem; } dl.kept div { padding: .75rem 0; border-top: 1px solid var(--line); } dl.kept dt { font-weight: bold; } dl.kept dd { margin: .25rem 0 0; }
nav.languages ul { display: flex; flex-wrap: wrap; gap: 0 1rem; list-style: none; margin: 0 0 .5rem; padding: 0; } nav.languages li > * { display: inline-block; min-height: 1.75rem; } nav.languages a { margin: 0; } nav.languages span { font-weight: 600; }
footer.site { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: .875rem; }
@media print {
  :root { color-scheme: light; --plate: none; --paper: #fff; --ink: #000; --quiet: #444; --line: #999; --accent: #000; --note: #fff; }
  body { border: 0; font-size: 11pt; } .page { max-width: none; padding: 0; } .on-screen, form, button, footer.site a { display: none !important; } a { color: inherit; }
  h1, h2, h3 { break-after: avoid; } .lead, .story, .brief, ol.digests li { break-inside: avoid; } .edition .lead img { max-height: 7cm; }
}
`

/**
 * Served at /app.js. Everything works without it: it adds the time zones that a page leaves out, chooses the reader's own, keeps a form
 * from being sent and lost without a network, and brings the worker that has a page for then. A browser may be wrong about the
 * network, so what is pressed again is sent.
 */
export const script = `
const { unsent } = document.currentScript.dataset
const warned = new Set()
addEventListener('submit', (event) => {
  const form = event.target
  if (navigator.onLine || form.method !== 'post' || warned.has(form)) return
  event.preventDefault()
  warned.add(form)
  const note = document.createElement('p')
  note.className = 'note'
  note.setAttribute('role', 'alert')
  note.textContent = unsent
  form.append(note)
  addEventListener('online', () => { note.remove(); warned.delete(form) }, { once: true })
})
if ('serviceWorker' in navigator) {
  const worker = '/sw.js?language=' + document.documentElement.lang
  addEventListener('load', () => navigator.serviceWorker.register(worker).catch(() => {}))
}
const zones = Intl.supportedValuesOf ? ['UTC', ...Intl.supportedValuesOf('timeZone')] : []
const optionOf = (zone, chosen) => new Option(zone.replaceAll('_', ' '), zone, zone === chosen, zone === chosen)
if (zones.length > 0) {
  for (const select of document.querySelectorAll('select[data-zones=few]')) {
    const chosen = select.value
    const all = zones.includes(chosen) ? zones : [chosen, ...zones]
    select.replaceChildren(...all.map((zone) => optionOf(zone, chosen)))
  }
  for (const more of document.querySelectorAll('[data-zones=more]')) more.hidden = true
}
const select = document.querySelector('select[data-guess]')
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
if (select && zone) {
  if (![...select.options].some((option) => option.value === zone)) select.add(optionOf(zone))
  select.value = zone
}
`
