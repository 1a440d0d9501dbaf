// One round on a PostgreSQL server: three services, a sandbox, and who kills them.
import { connect } from '../../src/platform/database/connect.ts'
import { migrateToLatest } from '../../src/platform/database/migrate.ts'
import type { Database } from '../../src/platform/database/schema.ts'
import { requestFaultKinds } from '../../src/sandbox/faults.ts'
import { prepareSandbox } from '../../src/sandbox/prepare-sandbox.ts'
import { Random } from '../simulation/random.ts'
import { freePort } from '../support/free-port.ts'
import { createOnServer } from '../support/server-database.ts'
import { type Cluster, createCluster } from './cluster.ts'
import { crashNowAndThen, killEverySecond } from './killer.ts'
import {
  Cleanups,
  complaintsOf,
  eventsOf,
  prepareAudience,
  type RoundFigures,
  type RoundOptions,
  sumOf,
  untilDone,
  waitingIn,
} from './round.ts'
import { Supervised } from './supervised.ts'
import { batchesOf, violationsOf } from './verdict.ts'

const serviceCount = 3
const requestsPerSecond = 50

/** Where the databases are: a server that is there already, or the programs to make one that can be killed. */
export type Place = { readonly serverUrl: string } | { readonly programs: string }

export async function serverRound(place: Place, options: RoundOptions): Promise<RoundFigures> {
  const cleanups = new Cleanups()
  try {
    return await play(place, options, cleanups)
  } finally {
    await cleanups.run()
  }
}

async function play(place: Place, options: RoundOptions, cleanups: Cleanups): Promise<RoundFigures> {
  const { seed, messages, kinds, faultShare, signal } = options
  let cluster: Cluster | undefined
  if ('programs' in place) {
    cluster = await createCluster(place.programs)
    cleanups.add(cluster.destroy)
  }
  const serverUrl = 'serverUrl' in place ? place.serverUrl : (cluster?.url ?? '')
  const open = async (name: string, prepare: (db: Database) => Promise<unknown>) => {
    const { url, drop } = await createOnServer(serverUrl, `newsmatro_faults_${process.pid}_${name}`)
    // A server of one's own goes with its databases, and may be down.
    if (!cluster) cleanups.add(drop)
    const db = connect(url, { poolSize: 2, statementTimeoutMs: 0 })
    cleanups.add(() => db.destroy())
    await prepare(db)
    return { url, db }
  }
  const service = await open('service', migrateToLatest)
  const sandbox = await open('sandbox', prepareSandbox)
  await prepareAudience(service.db, messages)

  const port = await freePort()
  const env = {
    DATABASE_URL: service.url,
    RESEND_API_KEY: 're_faults',
    RESEND_BASE_URL: `http://127.0.0.1:${port}`,
    PUBLIC_URL: 'https://digest.example.com',
    PORT: '0',
  }
  const supervised = { losesDatabase: cluster !== undefined }
  const provider = new Supervised(
    'sandbox',
    [
      'sandbox',
      '--port',
      String(port),
      '--requests-per-second',
      String(requestsPerSecond),
      ...faultFlags(seed, faultShare),
    ],
    { DATABASE_URL: sandbox.url },
    supervised,
  )
  cleanups.add(() => provider.end())
  const startedAt = performance.now()
  const services = Array.from({ length: serviceCount }, (_, index) => {
    const one = new Supervised(`service ${index + 1}`, ['start'], env, supervised)
    cleanups.add(() => one.end())
    return one
  })

  const done = new AbortController()
  const over = AbortSignal.any([done.signal, signal])
  const random = new Random(`faults ${seed}`)
  const killing = kinds.some((kind) => kind !== 'postgres')
    ? killEverySecond(
        random.fork('processes'),
        {
          services: kinds.includes('service') ? services : [],
          sandbox: kinds.includes('sandbox') ? provider : undefined,
          pacemakers: services,
        },
        over,
      )
    : Promise.resolve()
  const crashing = cluster ? crashNowAndThen(random.fork('postgres'), cluster, services, over) : Promise.resolve(0)
  // What goes wrong there is heard of when they are waited for.
  for (const work of [killing, crashing]) work.catch(() => done.abort())

  let late: string | undefined
  try {
    late = await untilDone(() => waitingIn(service.db), options)
  } finally {
    done.abort()
  }
  const seconds = (performance.now() - startedAt) / 1_000
  await killing
  const crashes = await crashing
  const all = [...services, provider]
  for (const one of all) await one.end()
  const violations = late
    ? [late]
    : await violationsOf({ service: service.db, sandbox: sandbox.db, messages, hadFaults: faultShare > 0, env })
  return {
    seed,
    messages,
    seconds,
    kills: { service: sumOf(services, 'kills'), sandbox: provider.kills, postgres: crashes },
    startsInVain: sumOf(all, 'farewells'),
    ...(await batchesOf(service.db)),
    events: eventsOf(all),
    violations: [...violations, ...complaintsOf(all)],
  }
}

/** All but a spent quota, which pauses digests for an hour. */
function faultFlags(seed: number, share: number): string[] {
  if (share === 0) return []
  const kinds = requestFaultKinds.filter((kind) => kind !== 'quota_spent').join(',')
  return ['--faults', String(seed), '--fault-share', String(share), '--fault-kinds', kinds]
}
