import { readFile } from 'node:fs/promises'
import { sampleArticles } from './articles.ts'

// Names are looked up, never joined into a path: nothing else can be read through here.
const known = new Set(sampleArticles.map((article) => `${article.slug}.jpg`))

/** The picture of that name ("night-tram.jpg"), or nothing if there is none. They are JPEG, 1200 by 675. */
export async function sampleImage(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!known.has(name)) return undefined
  return new Uint8Array(await readFile(new URL(`./images/${name}`, import.meta.url)))
}
