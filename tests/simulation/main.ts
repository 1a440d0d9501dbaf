// npm run simulate -- --seeds 200 --from 1
import { parseArgs } from 'node:util'
import { Session } from './database.ts'
import { interceptFetch } from './provider.ts'
import { simulate } from './simulate.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    history: { type: 'boolean', default: false },
    details: { type: 'boolean', default: false },
  },
})
const print = (line: string) => process.stdout.write(`${line}\n`)

interceptFetch()
const session = await Session.open()
const from = Number(values.from)
const count = Number(values.seeds)
const startedAt = performance.now()
let steps = 0
let failed = 0
for (let seed = from; seed < from + count; seed++) {
  const began = performance.now()
  const result = await simulate(seed, session)
  steps += result.steps
  if (values.history || result.violation) print(result.world.history.text(values.details))
  if (values.history) print(`seed ${seed}: ${result.steps} steps, ${Math.round(performance.now() - began)} ms`)
  if (result.violation) {
    failed += 1
    print(`\nseed ${seed} breaks ${result.violation.message}`)
    print(`Again: npm run simulate -- --seeds 1 --from ${seed} --details`)
    break
  }
}
print(`${count} seeds, ${steps} steps, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
await session.close()
process.exit(failed > 0 ? 1 : 0)
