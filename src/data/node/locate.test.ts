import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataError } from '../../core/index.ts';
import { locateSource } from './index.ts';

let folder: string;
let run: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootsigma-locate-'));
  run = join(folder, 'runs', 'x');
  mkdirSync(run, { recursive: true });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('relative paths are found in the folders above the run, the nearest first, then here', () => {
  writeFileSync(join(folder, 'people.csv'), '');
  mkdirSync(join(folder, 'photos'));
  expect(locateSource('people.csv', run)).toBe(join(folder, 'people.csv'));
  expect(locateSource('photos/', run)).toBe(join(folder, 'photos'));
  writeFileSync(join(folder, 'runs', 'people.csv'), '');
  expect(locateSource('people.csv', run)).toBe(join(folder, 'runs', 'people.csv'));
  expect(locateSource('package.json', run)).toBe('package.json');
  expect(locateSource('package.json', undefined)).toBe('package.json');
});

test('a run that is named after its data is not taken for them', () => {
  const named = join(folder, 'runs', 'photos');
  for (const path of [named, join(folder, 'photos')]) mkdirSync(path);
  for (const file of ['config.json', 'metrics.jsonl']) writeFileSync(join(named, file), '');
  expect(locateSource('photos', named)).toBe(join(folder, 'photos'));
  expect(locateSource('photos', run)).toBe(join(folder, 'photos'));
});

test('absolute paths and built-in names stay what they are', () => {
  mkdirSync(join(folder, 'digits'));
  expect(locateSource('digits', run)).toBe('digits');
  expect(locateSource(folder, run)).toBe(folder);
});

test('what is nowhere is an error that tells where it was looked for', () => {
  expect(() => locateSource('gone.csv', run)).toThrow(DataError);
  expect(() => locateSource('gone.csv', run)).toThrow(
    `gone.csv: the data that the run was trained on were not found in or above ${run}, nor from the current folder. ` +
      'Say where they are: the option data, --data on the command line.',
  );
});
