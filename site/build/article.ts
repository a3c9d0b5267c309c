import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import type { Plugin } from 'vite';
import { aliases } from './aliases.ts';
import { glossary } from './glossary.ts';
import { highlight } from './highlight.ts';
import { renderFormula } from './katex.ts';

const site = fileURLToPath(new URL('..', import.meta.url));

/** Where the article stands: on a host of its own beside the library's reference, or as a page of the studio. */
export type Home = 'site' | 'studio';

interface Prerender {
  readonly prerender: (id: string) => string;
  readonly named: Readonly<Record<string, number>>;
}

/**
 * Makes the page from index.html: `<!-- include name -->` brings in article/name.html, `\(…\)` and `\[…\]` become
 * formulas, code gets its colours, and every `<figure data-figure="id">` its drawing at the starting values, so the page
 * reads, numbers and pictures included, before any script runs or without one.
 */
export function article(home: Home = 'site'): Plugin {
  return {
    name: 'article',
    transformIndexHtml: {
      order: 'pre',
      async handler(html) {
        const { prerender, named } = await run<Prerender>('src/prerender.ts', [line()]);
        return withoutIndents(
          withFigures(
            withCode(
              withTabs(withFormulas(withNotes(withQuotes(withNumbers(withLinks(withIncludes(html), home), named))))),
            ),
            prerender,
          ),
        );
      },
    },
    handleHotUpdate({ file, server }) {
      if (file.startsWith(`${site}article`)) server.ws.send({ type: 'full-reload' });
    },
  };
}

/** `import line from 'virtual:line'`: what the first figure shows, computed as the site is built. */
export function line(): Plugin {
  const id = 'virtual:line';
  return {
    name: 'line',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    async load(resolved) {
      if (resolved !== `\0${id}`) return undefined;
      const { lineData } = await run<{ readonly lineData: () => unknown }>('build/line-data.ts');
      return `export default ${JSON.stringify(lineData())}`;
    },
  };
}

/** A module of the site, run as the site is built. */
async function run<Exports>(path: string, plugins: Plugin[] = []): Promise<Exports> {
  const { module } = await runnerImport<Exports>(`${site}${path}`, {
    configFile: false,
    root: site,
    logLevel: 'error',
    resolve: { alias: aliases },
    plugins,
  });
  return module;
}

function withIncludes(html: string): string {
  return html.replace(/<!-- include ([\w-]+) -->/g, (_, name: string) =>
    readFileSync(`${site}article/${name}.html`, 'utf8'),
  );
}

/** The indentation of the sources, which nobody reads here, is a tenth of the page. */
function withoutIndents(html: string): string {
  return outsideCode(html, (text) => text.replace(/\s*\n\s*/g, '\n'));
}

/** Everything but code, scripts and comments. */
function outsideCode(html: string, change: (text: string) => string): string {
  return html
    .split(/(<pre[\s\S]*?<\/pre>|<code[\s\S]*?<\/code>|<script[\s\S]*?<\/script>|<!--[\s\S]*?-->)/)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join('');
}

function withFormulas(html: string): string {
  const plain = (source: string): string =>
    source.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&').trim();
  return outsideCode(html, (text) =>
    text
      .replace(/\\\[([\s\S]*?)\\\]/g, (_, source: string) => renderFormula(plain(source), true))
      .replace(/\\\(([\s\S]*?)\\\)/g, (_, source: string) => renderFormula(plain(source), false)),
  );
}

/** `<!-- measured name -->` becomes the number. */
function withNumbers(html: string, named: Prerender['named']): string {
  return html.replace(/<!-- measured ([\w-]+) -->/g, (_, name: string) => {
    const value = named[name];
    if (value === undefined) throw new Error(`article: there is no measured number '${name}'.`);
    return value.toFixed(1);
  });
}

/** `<term-note name="…">word</term-note>`: a button that opens the glossary's note, without any script. */
function withNotes(html: string): string {
  let count = 0;
  return html.replace(/<term-note name="([\w-]+)">([\s\S]*?)<\/term-note>/g, (_, name: string, word: string) => {
    const note = glossary[name];
    if (note === undefined) throw new Error(`article: the glossary has no '${name}'.`);
    const id = `note-${name}-${(count += 1)}`;
    return `<button type="button" class="term" popovertarget="${id}">${word}</button><span popover id="${id}" class="term-text" role="note">${note}</span>`;
  });
}

/** Links to what is there: where the library lives, if package.json says so, its reference beside the site, the way back to the studio. */
function withLinks(html: string, home: Home): string {
  const { homepage } = JSON.parse(readFileSync(`${site}../package.json`, 'utf8')) as { homepage?: string };
  const links = {
    library: homepage === undefined ? '' : `<a href="${homepage}">${homepage}</a>.`,
    reference: home === 'site' ? '<a href="reference/index.html">Its reference</a> has every function.' : '',
    studio: home === 'studio' ? '<nav class="way-back" aria-label="Studio"><a href="../">← rootsigma studio</a></nav>' : '',
  }; // prettier-ignore
  return Object.entries(links).reduce((text, [name, link]) => text.replace(`<!-- ${name} link -->`, link), html);
}

/** A typewriter's apostrophe between letters becomes a printer's. */
function withQuotes(html: string): string {
  return outsideCode(html, (text) =>
    text.replace(/(<[^>]*>)|(?<=\w)'(?=\w)/g, (all: string, tag?: string) => (tag === undefined ? '’' : all)),
  );
}

/** `<code-tabs name="…">` around one `<pre data-language="…">` a language: radio buttons, so tabs need no script. */
function withTabs(html: string): string {
  return html.replace(/<code-tabs name="([\w-]+)">([\s\S]*?)<\/code-tabs>/g, (_, name: string, body: string) => {
    const languages = [...body.matchAll(/data-language="([\w ]+)"/g)].map((match) => match[1] ?? '');
    const choices = languages.map(
      (language, index) =>
        `<label><input type="radio" name="${name}" data-language="${language}"${index === 0 ? ' checked' : ''}><span>${language}</span></label>`,
    );
    return `<div class="tabs"><div class="tab-choices" role="radiogroup" aria-label="Language">${choices.join('')}</div>${body}</div>`;
  });
}

function withCode(html: string): string {
  return html.replace(
    /(<pre[^>]*><code[^>]*>)([\s\S]*?)(<\/code><\/pre>)/g,
    (_, open: string, code: string, close: string) =>
      open.replace('<pre', '<pre tabindex="0"') + highlight(code.trim()) + close,
  );
}

function withFigures(html: string, prerender: (id: string) => string): string {
  return html.replace(
    /(<figure[^>]*data-figure="([\w-]+)"[^>]*>)/g,
    (open: string, _: string, id: string) => `${open}<div class="figure-body">${prerender(id)}</div>`,
  );
}
