// `newsmatro digest`: what readers would be sent.
import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { type DigestPreview, previewDigest } from '../digests/preview-digest.ts'
import type { Frequency } from '../platform/database/schema.ts'
import { sha256, toHex } from '../platform/encoding.ts'
import { codeOf, PublicError } from '../platform/errors.ts'
import { parseAddress } from '../subscriptions/address.ts'
import { frequencies } from '../subscriptions/preferences.ts'
import { instant } from './option-values.ts'
import { type CommandTools, jsonOption } from './tools.ts'

type Options = {
  subscriber?: string
  topics?: string[]
  at?: Date
  frequency?: Frequency
  language?: string
  newsletter?: string
  out: string
  json: boolean
}

/** In octets, of what a file system takes with the rest of the name. */
const longestName = 120

/** Adds the `digest` commands to the program. */
export function addDigestCommands(program: Command, { withRuntime, print }: CommandTools): void {
  program
    .command('digest')
    .description('what readers would be sent')
    .command('preview')
    .description(
      'write a digest as it would be sent, as HTML and text, and open both in a terminal; nothing is sent and nothing changes',
    )
    .option('--subscriber <address>', 'that of a reader, as if it were due now')
    .option(
      '--topics <topics>',
      'that of a day, for who reads these topics, with commas between (default: all)',
      (text) =>
        text
          .split(',')
          .map((topic) => topic.trim())
          .filter(Boolean),
    )
    .option('--at <ISO time>', 'when that day ends (default: now), such as 2026-11-23T06:00:00Z', instant)
    .addOption(
      new Option('--frequency <frequency>', 'how often it comes to them (default: daily)').choices(frequencies),
    )
    .option('--language <tag>', "in which language they are spoken to (default: the newsletter's)")
    .option('--newsletter <slug>', 'of this newsletter (default: the first)')
    .option('--out <folder>', 'where to write it', join(tmpdir(), 'newsmatro'))
    .addOption(jsonOption())
    .action(({ subscriber, newsletter, out, json, ...asked }: Options) => {
      const { topics = [], at, frequency, language } = asked
      if (asked.topics?.length === 0)
        throw new PublicError('invalid_input', '--topics names none: leave it out for all.')
      if (subscriber !== undefined && (asked.topics || at || frequency || language)) {
        throw new PublicError('invalid_input', 'Either --subscriber, or --topics, --at, --frequency and --language.')
      }
      const whom =
        subscriber === undefined ? { topics, at, frequency, language } : { addressKey: parseAddress(subscriber).key }
      return withRuntime(async ({ context }) => {
        const { html, text, ...preview } = await previewDigest(context, whom, { newsletterSlug: newsletter })
        const path = join(resolve(out), await nameOf(preview))
        const files = { html: `${path}.html`, text: `${path}.txt` }
        await write(resolve(out), [
          [files.html, html],
          [files.text, text],
        ])
        if (json) return print(JSON.stringify({ ...preview, ...files }))
        print(preview.subject)
        for (const file of Object.values(files)) print(file)
        if (process.stdout.isTTY && !process.env.CI) for (const file of Object.values(files)) open(file)
      })
    })
}

/** One for each preview that is another: of the day, of these readers, as often, in that language. */
async function nameOf({
  newsletter,
  editionDate,
  readers,
  frequency,
  language,
}: Omit<DigestPreview, 'subject' | 'html' | 'text'>) {
  const whose =
    Buffer.byteLength(readers) <= longestName ? readers : `topics-${toHex(await sha256(readers)).slice(0, 12)}`
  return [newsletter, editionDate, whose, frequency, language].join('-')
}

async function write(folder: string, files: readonly (readonly [path: string, content: string])[]): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    for (const [path, content] of files) await writeFile(path, content)
  } catch (error) {
    const message = `Nothing can be written into ${folder} (${codeOf(error)}): give another folder with --out.`
    throw new PublicError('invalid_input', message, { cause: error })
  }
}

/** In whatever shows such a file here; where that is nothing, its path was printed. */
function open(path: string): void {
  const programs: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', win32: 'explorer' }
  const child = spawn(programs[process.platform] ?? 'xdg-open', [path], { detached: true, stdio: 'ignore' })
  child.on('error', () => {})
  child.unref()
}
