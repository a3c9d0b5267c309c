import { expect, it } from 'vitest';
import type { RunSummary } from '../../../../src/studio/contract.ts';
import { filterRuns, sortRuns } from './choose.ts';
import type { Column } from './columns.tsx';

const run = (name: string, more: Partial<RunSummary> = {}): RunSummary => ({
  id: name, name, state: 'finished', data: { source: 'digits', kind: 'digits' }, posterior: 'diagonal', prior: 'standard-normal', likelihood: 'bernoulli',
  network: 'dense', objective: 'elbo', latent: 8, epoch: 1, epochs: 1, step: 1, seconds: 1, changed: 0, alarms: [], trend: [], ...more,
}); // prettier-ignore
const all = [
  run('b-10', { posterior: 'full', elbo: -90 }),
  run('b-2', { state: 'failed', preset: 'vae' }),
  run('a', { elbo: -100, alarms: [{ kind: 'collapse', severity: 'warning', text: 'x', advice: 'y' }] }),
  run('c', { elbo: NaN, data: { source: 'people.csv', kind: 'table' } }),
];
const names = (runs: readonly RunSummary[]): string => runs.map(({ name }) => name).join(' ');

it('finds runs by words in any order, by parts, and by what is wrong with them', () => {
  const found = (words: string, picked = {}): string => names(filterRuns(all, words, picked));
  expect([found(''), found('FULL b'), found('people'), found('collapse'), found('nothing'), found('latent 8')]).toEqual(['b-10 b-2 a c', 'b-10', 'c', 'a', '', 'b-10 b-2 a c']); // prettier-ignore
  expect([found('', { posterior: 'full' }), found('', { state: 'failed' }), found('', { preset: 'none', posterior: 'diagonal' })]).toEqual(['b-10', 'b-2', 'a c']); // prettier-ignore
});

it('sorts in both directions with what has no value last, and names as people count', () => {
  const by = (sortBy: Column['sortBy'], isDown: boolean): string =>
    names(sortRuns(all, { sortBy, name: '', title: '', show: () => null }, isDown));
  expect(by(({ elbo }) => (elbo === undefined ? undefined : -elbo), false)).toBe('b-10 a b-2 c');
  expect(by(({ elbo }) => (elbo === undefined ? undefined : -elbo), true)).toBe('a b-10 b-2 c');
  expect(by(({ name }) => name, false)).toBe('a b-2 b-10 c');
  expect(by(({ posterior }) => posterior, true)).toBe('b-10 a b-2 c');
});
