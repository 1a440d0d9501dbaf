/** @jsxImportSource hono/jsx */
import { asDocument, Layout } from './layout.tsx'

export function notFoundPage() {
  return asDocument(
    <Layout title="Not found · Sandbox inbox">
      <h1>There is nothing here</h1>
      <p>
        The mail may have been removed: the sandbox keeps the newest ones only. <a href="/">Show every mail</a>
      </p>
    </Layout>,
  )
}

export function failurePage() {
  return asDocument(
    <Layout title="Failed · Sandbox inbox">
      <h1>The sandbox failed</h1>
      <p>
        Its log says more. Most often the database is not there. <a href="/">Try again</a>
      </p>
    </Layout>,
  )
}
