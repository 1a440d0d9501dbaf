import { html } from 'hono/html'
import { catalogues, type Language, languages, messagesFor } from '../subscriptions/languages.ts'
import { inLanguage } from './asked-language.ts'

/** Links to the page in each language, named by itself, so that whoever reads no other finds it. */
export function languageChoice(path: string, current: Language) {
  const links = languages.map((language) => {
    const { name } = catalogues[language]
    return language === current
      ? html`<li><span lang="${language}" aria-current="true">${name}</span></li>`
      : html`<li><a href="${inLanguage(path, language)}" hreflang="${language}" lang="${language}">${name}</a></li>`
  })
  return html`<nav class="languages on-screen" aria-label="${messagesFor(current).choices.language}"><ul>${links}</ul></nav>`
}
