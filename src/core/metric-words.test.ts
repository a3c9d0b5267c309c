import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { metricInWords } from './metric-words.ts';

it('says metrics in plain words, and leaves names of docs/metrics.md as one asks for them', () => {
  const cases: readonly (readonly [name: string, words: string])[] = [
    ['elbo', 'ELBO'],
    ['validation.elbo', 'validation ELBO'],
    ['trimmedElbo', 'ELBO without the worst'],
    ['validation.reconstructionAndCommitment', 'validation reconstruction minus commitment'],
    ['trimmedReconstructionAndCommitment', 'reconstruction minus commitment without the worst'],
    ['totalCorrelation', 'total correlation'],
    ['squaredMMD', 'squaredMMD'],
    ['myOwnX', 'my own x'],
    ['dci.completeness', 'dci.completeness'],
    ['mutual-information', 'mutual-information'],
    ['toString', 'to string'],
  ];
  for (const [name, words] of cases) expect(metricInWords(name)).toBe(words);
});

it('has no name of a criterion said as it is written in the code', () => {
  const folder = new URL('../objectives/', import.meta.url);
  const sources = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.includes('.test.'));
  const names = sources.flatMap(
    (file) =>
    [...readFileSync(new URL(file, folder), 'utf8').matchAll(/(?:metric: |boundCriterion\()'(\w+)'/g)].map(([, name = '']) => name), // prettier-ignore
  );
  expect(names).toContain('reconstructionAndCommitment');
  for (const name of names) expect(metricInWords(name)).not.toMatch(/[a-z][A-Z]/);
});
