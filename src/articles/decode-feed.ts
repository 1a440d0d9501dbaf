import iconv from 'iconv-lite'

/** Encodings that iconv-lite knows but that are no character sets, or that hide markup from the checks before parsing. */
const notCharsets = /^(base64|hex|binary|utf-?7(-?imap)?|unicode-?1-?1-?utf-?7)$/i
/** As browsers read them: pages that claim these use the superset. */
const supersets: Readonly<Record<string, string>> = {
  'us-ascii': 'utf-8',
  ascii: 'utf-8',
  'iso-8859-1': 'windows-1252',
  latin1: 'windows-1252',
}

/**
 * Turns a feed's bytes into text. What decides is the byte order mark, then the Content-Type's charset, then the XML
 * declaration (RFC 7303 section 3), else UTF-8. Never throws: what cannot be read becomes U+FFFD.
 */
export function decodeFeed(bytes: Uint8Array, contentType: string | null): string {
  const charset = byteOrderMark(bytes) ?? known(headerCharset(contentType)) ?? known(declaredCharset(bytes)) ?? 'utf-8'
  if (/^utf-?8$/i.test(charset)) return new TextDecoder().decode(bytes)
  return iconv.decode(bytes, charset)
}

function byteOrderMark(bytes: Uint8Array): string | undefined {
  const [first, second, third] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return undefined
}

function headerCharset(contentType: string | null): string | undefined {
  return /;\s*charset\s*=\s*["']?([\w.:-]+)/i.exec((contentType ?? '').slice(0, 500))?.[1]
}

function declaredCharset(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes
  if (first === 0 && second === 0x3c) return 'utf-16be'
  if (first === 0x3c && second === 0) return 'utf-16le'
  const start = iconv.decode(bytes.subarray(0, 1000), 'latin1')
  const declared = /^\s*<\?xml\s[^>]{0,500}?encoding\s*=\s*["']([\w.:-]+)["']/.exec(start)?.[1]
  // Whoever could read the declaration byte by byte did not read UTF-16, whatever it says.
  return declared && /^(utf-?16|utf-?32|ucs)/i.test(declared) ? undefined : declared
}

function known(charset: string | undefined): string | undefined {
  if (charset === undefined || notCharsets.test(charset)) return undefined
  const name = supersets[charset.toLowerCase()] ?? charset
  return iconv.encodingExists(name) ? name : undefined
}
