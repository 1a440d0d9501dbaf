/** A progress bar on stderr, drawn only where stderr is a terminal. */
export type ProgressBar = { update(done: number, total: number): void; end(): void }

const width = 28

/** `unit` is what is counted, where that is not what everybody would think. */
export function progressBar(label: string, unit = '', stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  if (!stream.isTTY) return { update: () => {}, end: () => {} }
  return {
    update: (done, total) => {
      const share = total === 0 ? 1 : Math.min(done / total, 1)
      const filled = Math.round(share * width)
      stream.write(
        `\r${label.padEnd(10)} ${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${done}/${total}${unit && ` ${unit}`}\u001b[K`,
      )
    },
    end: () => stream.write('\n'),
  }
}
