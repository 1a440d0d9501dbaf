/** @jsxImportSource hono/jsx */
import { html, raw } from 'hono/html'
import { weekdayNames } from '../subscriptions/in-words.ts'
import { catalogues, languages, messagesFor } from '../subscriptions/languages.ts'
import { type Choices, frequencies } from '../subscriptions/preferences.ts'

type Errors = Readonly<Record<string, string>>

/** A line under a field that says what is wrong with it. */
export function FieldError({ name, errors }: { readonly name: string; readonly errors: Errors }) {
  const message = errors[name]
  return message ? (
    <p class="error" id={`${name}-error`}>
      {message}
    </p>
  ) : null
}

/** For the field itself: marks it, and ties it to its {@link FieldError}. The first of them has the focus. */
export function errorAttributes(name: string, errors: Errors) {
  return errors[name]
    ? { 'aria-invalid': 'true' as const, 'aria-describedby': `${name}-error`, ...focusOn(name, errors) }
    : none
}

const none = {}

function focusOn(name: string, errors: Errors) {
  return Object.keys(errors)[0] === name ? { autofocus: true } : {}
}

/** For a group of fields that has one {@link FieldError}. */
const groupAttributes = (name: string, errors: Errors) =>
  errors[name] ? { 'aria-describedby': `${name}-error` } : none

const hours = Array.from(
  { length: 24 },
  (_, hour) => `<option value="${hour}">${String(hour).padStart(2, '0')}:00\n`,
).join('')
const weekdaysIn = (language: string) =>
  weekdayNames(language)
    .map((day, index) => `<option value="${index + 1}">${day}\n`)
    .join('')
/**
 * Each in its own name, so that whoever reads no other finds it. With references for what is not ASCII: one such letter makes a
 * page of twice the bytes in memory, and the writing of it slower by as much.
 */
const languageOptions = languages
  .map((language) => `<option value="${language}" lang="${language}">${inAscii(catalogues[language].name)}\n`)
  .join('')
function inAscii(text: string): string {
  return Array.from(text, (letter) => (letter > '\x7f' ? `&#${letter.codePointAt(0)};` : letter)).join('')
}
const timeZones = new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])
/**
 * Made once and as short as HTML allows, where an option needs neither an end nor a value that is its text: there are more
 * than four hundred, and they were most of a page.
 */
const zoneOptions = [...timeZones].map((zone) => `${optionOf(zone)}\n`).join('')

function optionOf(zone: string, attributes = ''): string {
  const shown = shownZone(zone)
  return `<option${shown === zone ? '' : ` value="${zone}"`}${attributes}>${shown}`
}

const onlyZone = (chosen: string) => html`<option value="${chosen}" selected>${shownZone(chosen)}`

/** With one of them chosen; one that is not among them comes first. */
function zonesWith(chosen: string) {
  if (!timeZones.has(chosen)) {
    return html`${onlyZone(chosen)}\n${raw(zoneOptions)}`
  }
  return raw(zoneOptions.replace(`${optionOf(chosen)}\n`, `${optionOf(chosen, ' selected')}\n`))
}

function shownZone(zone: string): string {
  return zone.replaceAll('_', ' ')
}

/** Attributes as {@link errorAttributes} has them, written out: names and fixed words, nothing that was typed. */
export function written(attributes: Readonly<Record<string, string | boolean>>) {
  if (attributes === none) return ''
  return raw(
    Object.entries(attributes)
      .map(([name, value]) => (value === true ? ` ${name}` : ` ${name}="${value}"`))
      .join(''),
  )
}

type FieldsProps = {
  /** Of the words. */
  readonly language?: string
  /** The language to be chosen from, where it is: it is the words' own otherwise. */
  readonly chosenLanguage?: string | undefined
  readonly choices: Choices
  readonly topics: readonly { readonly slug: string; readonly name: string }[]
  readonly errors: Errors
  /** The topics to tick, where these are not the choices' own. */
  readonly ticked?: readonly string[] | undefined
  /** Let the page's script choose the browser's time zone. */
  readonly guessTimeZone?: boolean
  /**
   * Only the chosen zone is in the page: its script adds the others, and without it a link does (`?zones=all`). They are more than
   * all else of a page that is asked for as often as the preference center.
   */
  readonly fewZones?: boolean
  /** Where a page has them more than once. */
  readonly idPrefix?: string
}

/**
 * How often, when and what: the fields that signing up and the preference center share. As text with holes (escaped), for they are
 * most of the elements of a page, and as elements took most of its time.
 */
export function ChoiceFields(props: FieldsProps) {
  const { choices, topics, errors, idPrefix = '', language = 'en', chosenLanguage } = props
  const words = messagesFor(language).choices
  const isTicked = (slug: string) =>
    props.ticked ? props.ticked.includes(slug) : choices.topics.length === 0 || choices.topics.includes(slug)
  const error = (name: string) => FieldError({ name, errors })
  const marks = (name: string) => written(errorAttributes(name, errors))
  const focus = (name: string, index: number) => (index === 0 ? written(focusOn(name, errors)) : '')
  return html`<fieldset class="field"${written(groupAttributes('frequency', errors))}>
<legend>${words.howOften}</legend>
<div class="choices">${frequencies.map(
    (value, index) =>
      html`<label><input type="radio" name="frequency" value="${value}"${choices.frequency === value && checked}${focus('frequency', index)}>${words[value]}</label>`,
  )}</div>
${error('frequency')}</fieldset>
<div class="row">
<div class="field"><label for="${idPrefix}hour">${words.at}</label>
<select id="${idPrefix}hour" name="hour"${marks('hour')}>${raw(hours.replace(`"${choices.hour}"`, `"${choices.hour}" selected`))}</select>
${error('hour')}</div>
<div class="field"><label for="${idPrefix}weekday">${words.weeklyOn}</label>
<select id="${idPrefix}weekday" name="weekday"${marks('weekday')}>${raw(weekdaysIn(language).replace(`"${choices.weekday}"`, `"${choices.weekday}" selected`))}</select>
${error('weekday')}</div>
</div>
<div class="field"><label for="${idPrefix}timeZone">${words.timeZone}</label>
<select id="${idPrefix}timeZone" name="timeZone"${props.guessTimeZone && guess}${props.fewZones && few}${marks('timeZone')}>${props.fewZones ? onlyZone(choices.timeZone) : zonesWith(choices.timeZone)}</select>
${error('timeZone')}${props.fewZones && html`<p class="hint" data-zones="more"><a href="?zones=all">${words.otherZone}</a></p>`}</div>
${
  chosenLanguage !== undefined &&
  html`<div class="field"><label for="${idPrefix}language">${words.language}</label>
<select id="${idPrefix}language" name="language"${marks('language')}>${raw(languageOptions.replace(`"${chosenLanguage}" `, `"${chosenLanguage}" selected `))}</select>
${error('language')}<p class="hint">${words.languageHint}</p></div>`
}
${
  topics.length > 0 &&
  html`<fieldset class="field"${written(groupAttributes('topics', errors))}>
<legend>${words.topics}</legend>
<input type="hidden" name="topicsShown" value="${topics.length}">
<div class="choices">${topics.map(
    ({ slug, name }, index) =>
      html`<label><input type="checkbox" name="topics" value="${slug}"${isTicked(slug) && checked}${focus('topics', index)}>${name}</label>`,
  )}</div>
<p class="hint">${words.allTopics}</p>
${error('topics')}</fieldset>`
}`
}

const checked = raw(' checked')
const guess = raw(' data-guess="true"')
const few = raw(' data-zones="few"')
