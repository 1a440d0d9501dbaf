// One JSON line an event. Callers name an event and pass counts and ids; whatever looks like an address or a token all the
// same (in a library's error message, say) is masked.

export type LogFields = Record<string, string | number | boolean | null | undefined>

export type Log = {
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

/** A log that hands each finished line to `write`. */
export function createLog(write: (line: string) => void, now: () => Date = () => new Date()): Log {
  const at =
    (level: 'info' | 'warn' | 'error') =>
    (event: string, fields: LogFields = {}) =>
      write(mask(JSON.stringify({ time: now().toISOString(), level, event, ...fields })))
  return { info: at('info'), warn: at('warn'), error: at('error') }
}

/** Without the backslash that JSON puts before a quotation mark: the line stays JSON. */
const addressPattern = /[^\s"'<>@:,;()\\]+@[^\s"'<>@:,;()\\]+/g
const tokenPattern = /[A-Za-z0-9_-]{43,}/g

/** The text without what looks like an address or a token. */
export function mask(line: string): string {
  return line.replace(addressPattern, '[address]').replace(tokenPattern, '[token]')
}

export const silentLog: Log = createLog(() => {})
