import { bodyFaults } from './body-faults.ts';
import { drawAnswer } from './draw-answer.ts';
import { tryPage } from './script.ts';
import { style } from './style.ts';

// The page that tries a server out: three files of its own, nothing from elsewhere. It says nothing of the runs before it has the token.

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>rootsigma serve</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
</head>
<body>
<header><h1>rootsigma <small>serve</small></h1><p>z = μ(x) + Σ(x)<sup>½</sup> ε</p></header>
<main>
<form id="access" hidden>
<label for="token">Token</label>
<input id="token" type="password" autocomplete="off" spellcheck="false">
<button>Open</button>
<p class="hint">The server printed it when it started, or it was given with --token-file or ROOTSIGMA_TOKEN.</p>
</form>
<p id="message" role="status"></p>
<div id="work" hidden>
<section id="about" aria-label="Run"></section>
<form id="request">
<div class="row">
<label>Run <select id="run"></select></label>
<label>Operation <select id="operation"></select></label>
</div>
<p id="summary" class="hint"></p>
<label for="body">Body, JSON</label>
<textarea id="body" rows="10" spellcheck="false" aria-describedby="fault wants"></textarea>
<p id="fault" role="status"></p>
<dl id="wants" class="hint" tabindex="0" aria-label="What the body may have"></dl>
<div class="row"><button id="send">Send</button><button id="copy" type="button">Copy as curl</button><span id="took" class="hint"></span></div>
</form>
<section id="answer" aria-label="Answer" hidden>
<h2>Answer</h2>
<div id="picture"></div>
<pre id="text" tabindex="0"></pre>
</section>
<p class="hint"><a id="description" href="/openapi.json">openapi.json</a> describes all of it for tools.</p>
</div>
</main>
</body>
</html>
`;

const script = `(${tryPage.toString()})({ bodyFaults: ${bodyFaults.toString()}, drawAnswer: ${drawAnswer.toString()} });\n`;

/** By path. The script is functions that are sent as they are compiled, so that they are type-checked like everything else. */
export const page: Readonly<Record<string, { readonly type: string; readonly text: () => string }>> = {
  '/': { type: 'text/html; charset=utf-8', text: () => html },
  '/page.css': { type: 'text/css; charset=utf-8', text: () => style },
  '/page.js': { type: 'text/javascript; charset=utf-8', text: () => script },
};
