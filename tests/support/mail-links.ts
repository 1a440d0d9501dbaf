/** The paths of the service that a mail leads to: in its HTML, its text and its headers. */
export function linksOf(
  mail: {
    readonly html: string | null
    readonly text: string | null
    readonly headers: Readonly<Record<string, string>>
  },
  publicUrl: string,
): string[] {
  const everything = [mail.html?.replaceAll('&amp;', '&'), mail.text, ...Object.values(mail.headers)].join('\n')
  const urls = everything.match(/https?:\/\/[^\s"'<>()]+/g) ?? []
  const ours = urls.filter((url) => url.startsWith(`${publicUrl}/`)).map((url) => url.slice(publicUrl.length))
  return [...new Set(ours)]
}
