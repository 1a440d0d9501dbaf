/**
 * Served at /sw.js. Asks the network for every page, and has its one kept page shown where that fails. It keeps no other answer, and
 * leaves alone what is not a page to look at: forms above all, which would lose the site that they came from on the way.
 * Nothing that it keeps can be in the way of a newer one: that takes over at once, and what the older one kept is deleted.
 */
export const offlineWorker = ({ page, version }: { readonly page: string; readonly version: string }) => `
const page = ${JSON.stringify(page)}
const cacheName = ${JSON.stringify(`offline-${version}`)}

const keep = async () => {
  const cache = await caches.open(cacheName)
  await cache.add(new Request(page, { cache: 'reload', credentials: 'omit' }))
  await self.skipWaiting()
}

const takeOver = async () => {
  for (const name of await caches.keys()) {
    if (name.startsWith('offline-') && name !== cacheName) await caches.delete(name)
  }
  await self.registration.navigationPreload?.enable()
  await self.clients.claim()
}

const answer = async (event) => {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request))
  } catch (error) {
    const kept = await caches.match(page, { cacheName, ignoreVary: true })
    if (kept) return kept
    throw error
  }
}

self.addEventListener('install', (event) => event.waitUntil(keep()))
self.addEventListener('activate', (event) => event.waitUntil(takeOver()))
self.addEventListener('fetch', (event) => {
  const { mode, method } = event.request
  if (mode === 'navigate' && method === 'GET') event.respondWith(answer(event))
})
`
