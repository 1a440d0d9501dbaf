/** @jsxImportSource hono/jsx */
import { Layout } from './layout.tsx'

export type Draft = { from: string; to: string; subject: string; text: string; inReplyTo: string }

type WritePageProps = { draft: Draft; problem?: string; isSent?: boolean }

export function WritePage({ draft, problem, isSent = false }: WritePageProps) {
  const title = isSent ? 'The mail was given to the service' : 'Write to the service'
  return (
    <Layout title={`${title} · Sandbox inbox`}>
      <p class="back">
        <a href="/">← All mails</a>
      </p>
      <h1>{title}</h1>
      {isSent ? (
        <p role="status">
          What it answers, if it answers, is among <a href="/">all mails</a> in a moment.
        </p>
      ) : (
        <p class="quiet">As a reader's mail program would send it. Nothing leaves this machine.</p>
      )}
      {problem && (
        <p role="alert" class="problem">
          {problem}
        </p>
      )}
      {!isSent && (
        <form action="/write" method="post" class="write">
          <Field name="from" label="From" value={draft.from} />
          <Field name="to" label="To" value={draft.to} />
          <Field name="subject" label="Subject" value={draft.subject} />
          <label for="text">Text</label>
          <textarea id="text" name="text" rows={14}>
            {`\n${draft.text}`}
          </textarea>
          <input type="hidden" name="inReplyTo" value={draft.inReplyTo} />
          <button type="submit">Send</button>
        </form>
      )}
    </Layout>
  )
}

function Field({ name, label, value }: { name: string; label: string; value: string }) {
  return (
    <>
      <label for={name}>{label}</label>
      <input id={name} name={name} value={value} autocomplete="off" />
    </>
  )
}
