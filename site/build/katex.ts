import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import katex from 'katex';
import type { Plugin } from 'vite';
import { inlineFormula } from './inline-formula.ts';

/** The families that the article's formulas use; a test sees to it that the page needs no other. */
const families = ['Main-Regular', 'Math-Italic', 'Caligraphic-Regular', 'Size3-Regular'];

/** One colour an idea, in formulas as in figures. */
const macros = {
  '\\eps': '\\htmlClass{ink-noise}{\\varepsilon}',
  '\\mean': '\\htmlClass{ink-mean}{\\mu}',
  '\\cov': '\\htmlClass{ink-cov}{\\Sigma}',
  '\\rt': '\\htmlClass{ink-root}{\\Sigma^{1/2}}',
  '\\sd': '\\htmlClass{ink-root}{\\sigma}',
  '\\z': '\\htmlClass{ink-sample}{z}',
  '\\T': '^{\\top}',
};

/** A formula as HTML beside MathML (which screen readers read), rendered as the site is built. */
export function renderFormula(source: string, displayMode: boolean): string {
  const simple = displayMode ? undefined : inlineFormula(source);
  if (simple !== undefined) return simple;
  // Parts set apart by \qquad stand under each other where the line has no room for all.
  if (displayMode && source.includes('\\qquad')) {
    const parts = source.split('\\qquad').map((part) => renderFormula(part.trim(), true));
    return `<span class="formula-parts">${parts.join('')}</span>`;
  }
  const html = katex.renderToString(source, {
    displayMode,
    macros: { ...macros },
    strict: (code: string) => (code === 'htmlExtension' || code === 'unicodeTextInMathMode' ? 'ignore' : 'error'),
    throwOnError: true,
    trust: ({ command }) => command === '\\htmlClass',
    output: 'htmlAndMathml',
  });
  // The annotation repeats the LaTeX source: weight that nobody reads.
  return html
    .replace(/<annotation[^>]*>.*?<\/annotation>/gs, '')
    .replaceAll(' xmlns="http://www.w3.org/1998/Math/MathML"', '');
}

/** `import 'virtual:katex.css'`: KaTeX's style sheet with the needed fonts, as woff2 only. */
export function katexStyles(): Plugin {
  const id = 'virtual:katex.css';
  const folder = dirname(createRequire(import.meta.url).resolve('katex/dist/katex.min.css'));
  return {
    name: 'katex-styles',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load(resolved) {
      if (resolved !== `\0${id}`) return undefined;
      const sheet = readFileSync(join(folder, 'katex.min.css'), 'utf8');
      // Changes of size within other than normal size, two hundred rules, do not occur.
      const needed = sheet.replace(
        /\.katex \.(fontsize-ensurer|sizing)\.reset-size(?!6)\d+\.size\d+[,{](?:font-size:[^}]*\})?/g,
        '',
      );
      return needed.replace(/@font-face\{[^}]*\}/g, (face) => {
        const file = /fonts\/KaTeX_([\w-]+)\.woff2/.exec(face)?.[1];
        if (file === undefined || !families.includes(file)) return '';
        const url = join(folder, `fonts/KaTeX_${file}.woff2`);
        return face.replace(/src:[^;}]*/, `src:url(${url}) format("woff2")`);
      });
    },
  };
}
