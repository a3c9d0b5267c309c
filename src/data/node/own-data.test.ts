import { mkdirSync, mkdtempSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DataError } from '../../core/index.ts';
import type { DataConfig } from '../config.ts';
import { locateTrainingData, rememberData } from './own-data.ts';

let folder = '';
let run = '';
const data = (source: string): DataConfig => ({ source, kind: 'table', shape: [3], count: 9, binarize: 'none' });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootsigma-own-'));
  run = join(folder, 'runs', 'x');
  mkdirSync(run, { recursive: true });
  writeFileSync(join(folder, 'rows.csv'), 'a,b\n1,2\n');
  vi.stubEnv('ROOTSIGMA_CACHE', join(folder, 'cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
});

it('reads what was trained on here, from wherever the run lies now', () => {
  rememberData(data('rows.csv'));
  expect(locateTrainingData(data('rows.csv'), run)).toBe(join(folder, 'rows.csv'));
  renameSync(run, join(folder, 'moved'));
  expect(locateTrainingData(data('rows.csv'), join(folder, 'moved'))).toBe(join(folder, 'rows.csv'));
  // As config.json has it, with its keys in another order.
  const { source, ...rest } = data('rows.csv');
  expect(locateTrainingData({ ...rest, source }, join(folder, 'moved'))).toBe(join(folder, 'rows.csv'));
});

it('knows a file by its path too, however it is written', () => {
  rememberData(data(join(folder, 'rows.csv')));
  expect(locateTrainingData(data('rows.csv'), run)).toBe(join(folder, 'rows.csv'));
  expect(locateTrainingData(data('../../rows.csv'), run)).toBe(join(folder, 'rows.csv'));
  // Another file of the name, nearer, is another file.
  writeFileSync(join(folder, 'runs', 'rows.csv'), '');
  expect(locateTrainingData(data('rows.csv'), run)).toBe(join(folder, 'rows.csv'));
});

it('reads data drawn by code and those in the folder of the run, wherever it comes from', () => {
  writeFileSync(join(run, 'own.csv'), '');
  mkdirSync(join(run, 'photos'));
  writeFileSync(join(run, 'photos', 'a.png'), '');
  symlinkSync('a.png', join(run, 'photos', 'b.png'));
  expect(locateTrainingData(data('digits'), run)).toBe('digits');
  expect(locateTrainingData(data('own.csv'), run)).toBe(join(run, 'own.csv'));
  expect(locateTrainingData(data('photos'), run)).toBe(join(run, 'photos'));
});

it.each([
  'rows.csv',
  '../../rows.csv',
  './../../rows.csv',
  '/etc/passwd',
  '/',
  '.',
  '..',
  '',
  'mnist',
  'fashion-mnist',
  '/dev/stdin',
  '\\\\host\\share',
  'link.csv',
  'photos',
])('leaves %j alone, which a run from elsewhere names', (source) => {
  symlinkSync(join(folder, 'rows.csv'), join(run, 'link.csv'));
  mkdirSync(join(run, 'photos'));
  symlinkSync(join(folder, 'rows.csv'), join(run, 'photos', 'a.png'));
  expect(() => locateTrainingData(data(source), run)).toThrow(DataError);
  expect(() => locateTrainingData(data(source), run)).toThrow(`only when you name it too: --data ${source} on`);
  expect(() => locateTrainingData(data(source), undefined)).toThrow(DataError);
});

it('takes a configuration that says anything else of its data for a stranger', () => {
  rememberData(data('rows.csv'));
  writeFileSync(join(folder, 'secret.csv'), '');
  expect(() => locateTrainingData({ ...data('rows.csv'), source: 'secret.csv' }, run)).toThrow(DataError);
  expect(() => locateTrainingData({ ...data('rows.csv'), options: { schema: '/etc/passwd' } }, run)).toThrow(DataError);
});

it('says of data that code gave that no file holds them', () => {
  const options = (kind: DataConfig['kind'], source: string): DataConfig => ({ ...data(source), kind });
  expect(() => locateTrainingData(options('array', 'array'), run)).toThrow(
    /was trained on an array that code gave, and no file holds it\. Give data again/,
  );
  expect(() => locateTrainingData(options('table', 'table'), run)).toThrow(/a table that code gave/);
});
