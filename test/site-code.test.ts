// The programs that the article hands out are run: for the page's own Σ and ten others, in all three languages.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Covariance } from '../site/src/covariance.ts';
import { initialShared } from '../site/src/figure.ts';
import { codeFor } from '../site/src/page/code.ts';
import type { Language } from '../site/src/page/code.ts';
import { sqrtmh } from '../src/linalg/index.ts';

const root = join(import.meta.dirname, '..');
const python = '/usr/bin/python3';

/** The page's own, whole numbers, fractions, diagonal, negative, thin, tiny, large, and as dragged. */
const sigmas: readonly Covariance[] = [
  initialShared.sigma,
  { xx: 1, xy: 0, yy: 1 },
  { xx: 4, xy: 2, yy: 3 },
  { xx: 2, xy: -1.4, yy: 1 },
  { xx: 0.25, xy: 0, yy: 6 },
  { xx: 0.01, xy: 0, yy: 0.01 },
  { xx: 6, xy: 5.99, yy: 6 },
  { xx: 1.234, xy: -0.567, yy: 0.89 },
  { xx: 3, xy: 0.0001, yy: 3 },
  { xx: 0.0123, xy: 0.0045, yy: 5.4321 },
  { xx: 5, xy: -3, yy: 2 },
];

const has = (module: string): boolean => spawnSync(python, ['-c', `import ${module}`]).status === 0;
const built = existsSync(join(root, 'dist/linalg/index.js'));
const there: Readonly<Record<string, boolean>> = {
  typescript: built,
  numpy: has('numpy'),
  'numpy with scipy': has('numpy, scipy'),
  torch: has('torch'),
};
for (const [name, present] of Object.entries(there)) {
  if (!present) process.stderr.write(`site: the ${name} programs are not run, as it is not installed or built here.\n`);
}

/** Runs programs one after another in one process, and gives what each of them printed. */
function runAll(language: Language, sources: readonly string[]): string[] {
  const folder = join(root, '.cache/site-code', language);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const ending = language === 'typescript' ? 'mjs' : 'py';
  const names = sources.map((source, index) => {
    writeFileSync(join(folder, `program${index}.${ending}`), source);
    return `program${index}`;
  });
  const main =
    language === 'typescript'
      ? names.map((name) => `await import('./${name}.mjs'); console.log('---');`)
      : names.map((name) => `import ${name}\nprint('---')`);
  writeFileSync(join(folder, `main.${ending}`), main.join('\n'));
  const { status, stdout, stderr } = spawnSync(language === 'typescript' ? 'node' : python, [`main.${ending}`], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return stdout.split('---\n').slice(0, -1);
}

const numbersIn = (text: string): number[] => (text.match(/-?\d+\.?\d*(?:e[-+]?\d+)?/g) ?? []).map(Number);

const after: Readonly<Record<Language, string>> = {
  typescript: `
console.log('draws', JSON.stringify(z.toNested()));`,
  numpy: `
print('draws', z.tolist())`,
  torch: `
print('draws', z.tolist())`,
};

describe.each(['typescript', 'numpy', 'torch'] as const)('the copied %s', (language) => {
  it.runIf(there[language])('prints the root of each of eleven Σ, and draws with that covariance', () => {
    const printed = runAll(
      language,
      sigmas.map((sigma) => codeFor(language, sigma) + after[language]),
    );
    expect(printed).toHaveLength(sigmas.length);
    printed.forEach((text, k) => {
      const { xx, xy, yy } = sigmas[k]!;
      const expected = [...sqrtmh([[xx, xy], [xy, yy]]).data]; // prettier-ignore
      const [before = '', draws = ''] = text.split('draws');
      const shown = numbersIn(before);
      expect(shown).toHaveLength(4);
      // Four printed decimals of torch and numpy, or float32.
      shown.forEach((value, i) => {
        expect(Math.abs(value - expected[i]!)).toBeLessThan(6e-5);
      });
      const z = numbersIn(draws);
      expect(z).toHaveLength(2000);
      const mean = (f: (x: number, y: number) => number): number =>
        Array.from({ length: 1000 }, (_, i) => f(z[2 * i]!, z[2 * i + 1]!)).reduce((sum, v) => sum + v, 0) / 1000;
      // Six standard errors of a second moment from 1,000 draws.
      const error = (variance: number): number => 6 * Math.sqrt(variance / 1000);
      expect(Math.abs(mean((x) => x * x) - xx)).toBeLessThan(error(2 * xx * xx));
      expect(Math.abs(mean((_, y) => y * y) - yy)).toBeLessThan(error(2 * yy * yy));
      expect(Math.abs(mean((x, y) => x * y) - xy)).toBeLessThan(error(xx * yy + xy * xy));
    });
  });
});

describe("the text's own code", () => {
  const unescaped = (code: string): string =>
    code.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  const blocks = ['answer', 'computing'].flatMap((section) =>
    [
      ...readFileSync(join(root, `site/article/${section}.html`), 'utf8').matchAll(
        /<pre data-language="(\w+)"><code>([\s\S]*?)<\/code><\/pre>/g,
      ),
    ].map(([, language = '', code = '']) => ({ section, language, code: unescaped(code) })),
  );

  it.each(['TypeScript', 'numpy', 'torch'])('in %s runs', (language) => {
    const own = blocks.filter((block) => block.language === language);
    expect(own).toHaveLength(2);
    const runner = language === 'TypeScript' ? 'typescript' : (language as 'numpy' | 'torch');
    if (there[runner === 'numpy' ? 'numpy with scipy' : runner] !== true) return;
    runAll(
      runner,
      own.map(({ code }) => code),
    );
  });
});
