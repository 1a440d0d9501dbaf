/** @jsxImportSource hono/jsx */
import { raw } from 'hono/html'
import type { Choices } from '../subscriptions/preferences.ts'

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
    : {}
}

function focusOn(name: string, errors: Errors) {
  return Object.keys(errors)[0] === name ? { autofocus: true } : {}
}

/** For a group of fields that has one {@link FieldError}. */
const groupAttributes = (name: string, errors: Errors) => (errors[name] ? { 'aria-describedby': `${name}-error` } : {})

const frequencies = [
  ['daily', 'Every day'],
  ['weekdays', 'Monday to Friday'],
  ['weekly', 'Once a week'],
] as const
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const timeZones = new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])
/** Made once: there are more than four hundred, and most of what a page took was to write them. */
const zoneOptions = [...timeZones].map((zone) => `<option value="${zone}">${shownZone(zone)}</option>`).join('')

function ZoneOptions({ chosen }: { readonly chosen: string }) {
  if (timeZones.has(chosen)) return raw(zoneOptions.replace(`"${chosen}"`, `"${chosen}" selected`))
  return (
    <>
      <option value={chosen} selected>
        {shownZone(chosen)}
      </option>
      {raw(zoneOptions)}
    </>
  )
}

function shownZone(zone: string): string {
  return zone.replaceAll('_', ' ')
}

/** How often, when and what: the fields that signing up and the preference center share. */
export function ChoiceFields(props: {
  readonly choices: Choices
  readonly topics: readonly { readonly slug: string; readonly name: string }[]
  readonly errors: Errors
  /** The topics to tick, where these are not the choices' own. */
  readonly ticked?: readonly string[] | undefined
  /** Let the page's script choose the browser's time zone. */
  readonly guessTimeZone?: boolean
  /** Where a page has them more than once. */
  readonly idPrefix?: string
}) {
  const { choices, topics, errors, idPrefix = '' } = props
  return (
    <>
      <fieldset class="field" {...groupAttributes('frequency', errors)}>
        <legend>How often</legend>
        <div class="choices">
          {frequencies.map(([value, label], index) => (
            <label>
              <input
                type="radio"
                name="frequency"
                value={value}
                checked={choices.frequency === value}
                {...(index === 0 ? focusOn('frequency', errors) : {})}
              />
              {label}
            </label>
          ))}
        </div>
        <FieldError name="frequency" errors={errors} />
      </fieldset>
      <div class="row">
        <div class="field">
          <label for={`${idPrefix}hour`}>At</label>
          <select id={`${idPrefix}hour`} name="hour" {...errorAttributes('hour', errors)}>
            {Array.from({ length: 24 }, (_, hour) => (
              <option value={String(hour)} selected={choices.hour === hour}>
                {`${String(hour).padStart(2, '0')}:00`}
              </option>
            ))}
          </select>
          <FieldError name="hour" errors={errors} />
        </div>
        <div class="field">
          <label for={`${idPrefix}weekday`}>Weekly digests come on</label>
          <select id={`${idPrefix}weekday`} name="weekday" {...errorAttributes('weekday', errors)}>
            {weekdays.map((day, index) => (
              <option value={String(index + 1)} selected={choices.weekday === index + 1}>
                {day}
              </option>
            ))}
          </select>
          <FieldError name="weekday" errors={errors} />
        </div>
      </div>
      <div class="field">
        <label for={`${idPrefix}timeZone`}>Your time zone</label>
        <select
          id={`${idPrefix}timeZone`}
          name="timeZone"
          {...(props.guessTimeZone ? { 'data-guess': 'true' } : {})}
          {...errorAttributes('timeZone', errors)}
        >
          <ZoneOptions chosen={choices.timeZone} />
        </select>
        <FieldError name="timeZone" errors={errors} />
      </div>
      {topics.length > 0 && (
        <fieldset class="field" {...groupAttributes('topics', errors)}>
          <legend>Topics</legend>
          <input type="hidden" name="topicsShown" value={String(topics.length)} />
          <div class="choices">
            {topics.map((topic, index) => (
              <label>
                <input
                  type="checkbox"
                  name="topics"
                  value={topic.slug}
                  checked={
                    props.ticked
                      ? props.ticked.includes(topic.slug)
                      : choices.topics.length === 0 || choices.topics.includes(topic.slug)
                  }
                  {...(index === 0 ? focusOn('topics', errors) : {})}
                />
                {topic.name}
              </label>
            ))}
          </div>
          <p class="hint">With all of them ticked, new topics come too.</p>
          <FieldError name="topics" errors={errors} />
        </fieldset>
      )}
    </>
  )
}
