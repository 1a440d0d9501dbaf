/** The style sheet of the sandbox's own pages. */
export const inboxCss = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --ink: #1d2127; --quiet: #5c6570; --line: #dfe3e8; --accent: #1f5fbf;
  --ok: #17663a; --ok-back: #e2f3e8; --bad: #a3231b; --bad-back: #fbe6e4;
  --warn: #7d4e00; --warn-back: #fcefd6; --info: #2b4f86; --info-back: #e5edf9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --card: #1c2026; --ink: #e6e9ed; --quiet: #9aa4b0; --line: #2f353d; --accent: #86b4f5;
    --ok: #86d6a4; --ok-back: #17372a; --bad: #f5a49e; --bad-back: #42201f;
    --warn: #ecc27a; --warn-back: #3b2d14; --info: #a9c6f2; --info-back: #1f2f47;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.inside { max-width: 72rem; margin: 0 auto; padding: 0 1.25rem; }
.top { background: var(--card); border-bottom: 1px solid var(--line); }
.top .inside { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; padding-block: .8rem; }
.home { font-weight: 650; color: inherit; text-decoration: none; }
main { padding-block: 1.5rem 4rem !important; }
h1 { font-size: 1.35rem; line-height: 1.3; font-weight: 650; margin: 0; text-wrap: balance; }
h2 { font-size: 1rem; font-weight: 650; margin: 1.75rem 0 .5rem; }
.quiet { color: var(--quiet); font-weight: 400; }
.top .quiet { font-size: .875rem; }
.skip, .unseen { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .25rem .5rem; }
.toolbar { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: .75rem 1.5rem; margin-bottom: 1rem; }
.search { display: flex; gap: .5rem; }
input, button { font: inherit; padding: .45rem .75rem; min-height: 2.75rem; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: inherit; }
input { flex: 1; min-width: 0; width: 18rem; border-color: var(--quiet); }
button { cursor: pointer; flex: none; background: var(--accent); border-color: var(--accent); color: var(--page); font-weight: 600; }
.mails { width: 100%; border-collapse: separate; border-spacing: 0; background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; table-layout: fixed; }
.mails th { text-align: left; font-size: .8125rem; font-weight: 600; color: var(--quiet); }
.mails th, .mails td { padding: .65rem 1rem; vertical-align: top; }
.mails tbody td { border-top: 1px solid var(--line); }
.mails tbody tr { position: relative; }
.mails tbody tr:hover { background: color-mix(in srgb, var(--accent) 6%, transparent); }
.mails th:nth-child(1) { width: 10.5rem; } .mails th:nth-child(2) { width: 30%; } .mails th:nth-child(4) { width: 8.5rem; }
.mails .time { color: var(--quiet); font-size: .875rem; line-height: 1.7; font-variant-numeric: tabular-nums; white-space: nowrap; }
.mails .clamp { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.mails .subject a { color: inherit; font-weight: 550; text-decoration: none; }
.mails .subject a::after { content: ''; position: absolute; inset: 0; }
.mails .subject a:hover { text-decoration: underline; }
.badge { display: inline-block; padding: .05rem .6rem; border-radius: 99px; font-size: .8125rem; font-weight: 550; white-space: nowrap; }
.badge.delivered, .badge.opened, .badge.clicked { color: var(--ok); background: var(--ok-back); } .badge.bounced, .badge.failed { color: var(--bad); background: var(--bad-back); }
.badge.complained, .badge.suppressed, .badge.delivery_delayed { color: var(--warn); background: var(--warn-back); } .badge.sent { color: var(--info); background: var(--info-back); }
.paging { display: flex; gap: 1.5rem; margin-top: 1rem; }
.paging a, .back a { display: inline-block; padding: .5rem 0; }
.paging a[rel=next] { margin-left: auto; }
.empty { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .5rem 1.5rem 1rem; max-width: 46rem; }
.back { margin: -.75rem 0 .5rem; }
.fields { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1.25rem; margin: 1rem 0; }
.fields dt { color: var(--quiet); } .fields dd { margin: 0; }
.fields:empty { display: none; }
.mono { grid-template-columns: minmax(8rem, max-content) minmax(0, 1fr); margin: 0; }
.mono dd, .mono dt, pre { font: .875rem/1.6 ui-monospace, monospace; }
.events { list-style: none; display: flex; flex-wrap: wrap; gap: .35rem; margin: 0; padding: 0; }
.parts { display: flex; gap: .25rem; border-bottom: 1px solid var(--line); margin: 1.5rem 0 1rem; }
.parts a { padding: .6rem 1rem; color: var(--quiet); text-decoration: none; border-bottom: 3px solid transparent; margin-bottom: -1px; }
.parts .alone { margin-left: auto; }
.toolbar .alone { padding: .5rem 0; }
.write { display: grid; gap: .35rem; max-width: 46rem; margin-top: 1rem; }
.write label { font-weight: 550; margin-top: .5rem; }
.write input { width: 100%; }
.write textarea { font: .9375rem/1.5 ui-monospace, monospace; padding: .75rem; border: 1px solid var(--quiet); border-radius: 8px; background: var(--card); color: inherit; width: 100%; }
.write button { justify-self: start; margin-top: .75rem; }
.problem { color: var(--bad); background: var(--bad-back); padding: .6rem 1rem; border-radius: 8px; max-width: 46rem; }
.parts a[aria-current] { color: var(--ink); font-weight: 600; border-color: var(--accent); }
.widths { display: flex; gap: .5rem; margin-bottom: .75rem; font-size: .875rem; }
.widths a { padding: .4rem .9rem; border: 1px solid var(--line); border-radius: 99px; text-decoration: none; color: inherit; background: var(--card); }
.widths a[aria-current] { border-color: var(--accent); color: var(--accent); font-weight: 600; }
.widths .alone { margin-left: auto; border-color: transparent; background: none; text-decoration: underline; }
iframe { display: block; width: 100%; height: 80vh; min-height: 30rem; border: 1px solid var(--line); border-radius: 12px; background: Canvas; }
iframe.phone { width: 390px; max-width: 100%; height: 760px; margin: 0 auto; }
pre { white-space: pre-wrap; background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.25rem; margin: 0; }
@media (max-width: 44rem) {
  .inside { padding-inline: 1rem; }
  .search, .search input, .toolbar search { width: 100%; }
  .mails, .mails tbody { display: block; }
  .mails thead { display: none; }
  .mails tr { display: grid; grid-template-columns: minmax(0, 1fr) max-content; gap: .1rem .75rem; padding: .75rem 1rem; border-top: 1px solid var(--line); }
  .mails tbody tr:first-child { border-top: 0; }
  .mails td { padding: 0; } .mails tbody td { border: 0; }
  .mails .subject { grid-row: 1; grid-column: 1; } .mails .event { grid-row: 1; grid-column: 2; }
  .mails .to { grid-row: 2; grid-column: 1 / -1; font-size: .875rem; color: var(--quiet); } .mails .time { grid-row: 3; grid-column: 1 / -1; }
  .empty .fields, .mono { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .empty .fields dd, .mono dd { margin-bottom: .6rem; }
  .widths a:not(.alone) { display: none; }
  .widths .alone { padding-inline: 0; }
}
`
