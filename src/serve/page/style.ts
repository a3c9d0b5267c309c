export const style = `:root {
  color-scheme: light dark;
  --paper: light-dark(#fbfaf7, #16181c);
  --card: light-dark(#fff, #1e2127);
  --ink: light-dark(#1d2026, #e8e6e1);
  --soft: light-dark(#5d636e, #a3a8b3);
  --line: light-dark(#dedbd3, #343943);
  --accent: light-dark(#1f5fae, #7db2f0);
  --on-accent: light-dark(#fff, #10131a);
  --bad: light-dark(#a3261c, #ff9a8f);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header, main { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 1rem; padding-top: 1.5rem; }
h1 { font-size: 1.5rem; margin: 0; }
h1 small { font-weight: 400; color: var(--soft); }
h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
header p { margin: 0; color: var(--soft); font-family: Georgia, serif; font-style: italic; }
form, section { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1.25rem; margin: 1.25rem 0; }
label { display: block; font-weight: 600; font-size: .9rem; }
.row { display: flex; flex-wrap: wrap; gap: .75rem 1rem; align-items: end; }
.row label { flex: 1 1 12rem; }
.row .hint { align-self: center; }
select { font-weight: 400; }
input, select, textarea, button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: .35rem; padding: .5rem .65rem; }
input, select, textarea { width: 100%; margin-top: .25rem; }
textarea, pre { font: 13px/1.5 ui-monospace, monospace; }
textarea { resize: vertical; margin-bottom: .75rem; }
button { background: var(--accent); color: var(--on-accent); border-color: var(--accent); cursor: pointer; }
button[type=button] { background: none; color: var(--accent); }
button:disabled { opacity: .5; cursor: default; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
#access { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; }
#access[hidden] { display: none; }
#access label { flex: 0 0 auto; align-self: center; }
#access input { flex: 1 1 16rem; width: auto; margin: 0; }
#access .hint { flex-basis: 100%; margin: 0; }
.hint { color: var(--soft); font-size: .9rem; }
.hint a { color: var(--accent); }
#fault { margin: 0 0 .5rem; font-size: .9rem; }
#fault:empty { display: none; }
#fault.bad { color: var(--bad); }
textarea[aria-invalid=true] { border-color: var(--bad); }
#wants { max-height: 9rem; overflow: auto; margin-bottom: .75rem; font-size: .85rem; }
#wants[hidden] { display: none; }
#message.bad { color: var(--bad); font-weight: 600; }
pre { margin: 0; max-height: 28rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
#picture { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: .75rem; }
#picture:empty { display: none; }
.explained { display: flex; flex-wrap: wrap; gap: .25rem; margin: 0; width: 10.25rem; }
.explained figcaption, #picture > p { flex-basis: 100%; margin: 0; font-size: .85rem; color: var(--soft); }
.bars { flex: 1 1 20rem; border-collapse: collapse; font-size: .9rem; }
.bars caption { text-align: left; font-weight: 600; padding-bottom: .25rem; }
.bars th { text-align: left; font-weight: 400; padding-right: .75rem; overflow-wrap: anywhere; max-width: 12rem; }
.bars td { width: 60%; }
.bars td:last-child { width: 1%; white-space: nowrap; text-align: right; padding-left: .75rem; font-variant-numeric: tabular-nums; }
.bar { height: .8rem; background: light-dark(#b3261e, #ff9a8f); border-radius: .15rem; }
.bar.below { background: var(--accent); }
#picture canvas { width: 5rem; height: auto; border: 1px solid var(--line); border-radius: .25rem; image-rendering: pixelated; }
`;
