const encoder = new TextEncoder()
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
}

export const octetsOf = (text: string) => encoder.encode(text).length

/** Of a text or an attribute as React writes it. */
export const octetsInHtml = (text: string) => octetsOf(text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign))
