/** The report's look: light, dark and on paper. */
export const style = `
:root { color-scheme: light dark; --page: #fff; --text: #1b1f24; --quiet: #5a6470; --rule: #dde2e8; --card: #f5f7f9;
  --accent: #2b6cb0; --s0: #2b6cb0; --s1: #c8501a; --s2: #2e7d4f; --s3: #8a4fa3; --warn: #8a5a00; --warn-back: #fff6e0; --bad: #a3232b; --bad-back: #fdecec; }
@media (prefers-color-scheme: dark) { :root { --page: #14171b; --text: #e6e9ee; --quiet: #9aa5b1; --rule: #2c333b; --card: #1c2127;
  --accent: #7ab3ef; --s0: #7ab3ef; --s1: #f2a071; --s2: #78c79a; --s3: #c79bdb; --warn: #f0c060; --warn-back: #2e2614; --bad: #f3949a; --bad-back: #331b1d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main, header, footer { max-width: 1060px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 36px; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 44px 0 12px; padding-bottom: 6px; border-bottom: 1px solid var(--rule); }
p { margin: 0 0 12px; max-width: 75ch; overflow-wrap: anywhere; }
.quiet, figcaption, summary, footer { color: var(--quiet); }
.lead { font-size: 1.05rem; color: var(--quiet); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; margin: 20px 0 0; padding: 0; }
.tiles div { background: var(--card); border-radius: 10px; padding: 12px 14px; }
.tiles dt { color: var(--quiet); font-size: 0.82rem; }
.tiles dd { margin: 2px 0 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.tiles dd small { display: block; font-size: 0.78rem; font-weight: 400; color: var(--quiet); }
.alarm { border-left: 4px solid var(--warn); background: var(--warn-back); border-radius: 6px; padding: 10px 14px; margin: 0 0 12px; }
.alarm.error { border-color: var(--bad); background: var(--bad-back); }
.alarm strong { color: var(--warn); } .alarm.error strong { color: var(--bad); }
.alarm p { margin: 2px 0 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 20px 28px; }
figure { margin: 0; min-width: 0; break-inside: avoid; }
figure.square { max-width: 680px; }
h3 { font-size: 1rem; margin: 24px 0 4px; }
figcaption { font-size: 0.9rem; margin-bottom: 4px; }
figcaption b { color: var(--text); font-weight: 600; font-size: 1rem; }
figure svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--quiet); font: 12px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
svg .grid { stroke: var(--rule); stroke-width: 1; }
svg .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
svg .band { stroke: none; opacity: 0.18; }
svg .dot { stroke: none; }
svg .point { stroke: none; opacity: 0.75; }
svg .bar { fill: var(--s0); } svg .bar.idle { fill: var(--rule); }
svg .mark { stroke: var(--quiet); stroke-dasharray: 3 4; }
.k0 { stroke: var(--s0); color: var(--s0); } .k1 { stroke: var(--s1); color: var(--s1); } .k2 { stroke: var(--s2); color: var(--s2); } .k3 { stroke: var(--s3); color: var(--s3); }
svg .band.k0, svg .dot.k0 { fill: var(--s0); } svg .band.k1, svg .dot.k1 { fill: var(--s1); } svg .band.k2, svg .dot.k2 { fill: var(--s2); } svg .band.k3, svg .dot.k3 { fill: var(--s3); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 0 0 4px; padding: 0; list-style: none; font-size: 0.85rem; color: var(--quiet); }
.legend svg { display: inline-block; width: 22px; height: 10px; margin-right: 5px; vertical-align: baseline; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 20px; align-items: start; }
.strip { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 12px; margin: 12px 0 20px; }
img { display: block; width: 100%; height: auto; image-rendering: pixelated; border-radius: 6px; background: var(--card); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.88rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 4px 16px 4px 0; border-bottom: 1px solid var(--rule); vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 500; color: var(--quiet); } thead th { white-space: nowrap; }
td.number, th.number { text-align: right; white-space: nowrap; }
.facts th { white-space: nowrap; min-width: 9em; }
details { margin: 4px 0 0; font-size: 0.88rem; } summary { cursor: pointer; }
code, pre { font: 0.88em ui-monospace, "SF Mono", Menlo, Consolas, monospace; } pre { background: var(--card); padding: 12px 14px; border-radius: 8px; overflow-x: auto; }
footer { margin-top: 48px; padding-bottom: 40px; font-size: 0.85rem; }
@media (max-width: 520px) { body { font-size: 15px; } h1 { font-size: 1.5rem; } .facts th { white-space: normal; min-width: 6em; } main, header, footer { padding: 0 14px; } header { padding-top: 22px; } }
@media print { :root { --page: #fff; --text: #000; --quiet: #444; --rule: #ccc; --card: #f2f2f2; --s0: #2b6cb0; --s1: #c8501a; --s2: #2e7d4f; --s3: #8a4fa3; --warn-back: #fff; --bad-back: #fff; }
  body { font-size: 11pt; } h2 { break-after: avoid; } details:not([open]) { display: none; } main, header, footer { max-width: none; padding: 0; } }
`;
