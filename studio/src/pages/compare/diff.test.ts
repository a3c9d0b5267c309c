import { expect, it } from 'vitest';
import { diffConfigs } from './diff.ts';
import { flatten } from './flatten.ts';

it('parts a configuration by its first step, and keeps lists of plain values whole', () => {
  expect(flatten({ schemaVersion: 2, model: { posterior: { name: 'full' }, hidden: [4, 2], parts: [{ a: 1 }] } })).toEqual([
    { group: 'run', name: 'schemaVersion', path: 'schemaVersion', value: 2 },
    { group: 'model', name: 'posterior.name', path: 'model.posterior.name', value: 'full' },
    { group: 'model', name: 'hidden', path: 'model.hidden', value: [4, 2] },
    { group: 'model', name: 'parts.0.a', path: 'model.parts.0.a', value: 1 },
  ]); // prettier-ignore
});

it('says which values differ, with what only some have', () => {
  const rows = diffConfigs([
    { a: 1, b: { c: [1, 2] } },
    { a: 1, b: { c: [1, 3], d: null } },
  ]);
  expect(rows).toEqual([
    { path: 'a', values: [1, 1], isSame: true },
    { path: 'b.c', values: [[1, 2], [1, 3]], isSame: false },
    { path: 'b.d', values: [undefined, null], isSame: false },
  ]); // prettier-ignore
});
