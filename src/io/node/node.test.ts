import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DataError, NdArray, ValueError } from '../../core/index.ts';
import type { RunConfig } from '../config.ts';
import {
  RunFolder,
  appendJsonLine,
  readFileBytes,
  readFileJson,
  readJsonLinesFile,
  readSafetensorsFile,
  repairJsonLinesFile,
  writeFileAtomic,
  writeSafetensorsFile,
} from './index.ts';

const config: RunConfig = {
  schemaVersion: 1,
  rootsigmaVersion: '0.1.0',
  data: { source: 'digits', kind: 'digits', shape: [28, 28], count: 100, binarize: 'none' },
  model: { preset: 'vae', posterior: 'diagonal', latent: 2, hidden: [8], activation: 'tanh', likelihood: 'bernoulli' },
  objective: { name: 'elbo', beta: 1 },
  training: {
    epochs: 1,
    batchSize: 10,
    optimizer: { name: 'sgd', learningRate: 0.1 },
    schedule: { name: 'constant' },
    validation: 0,
    seed: 0,
  },
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootsigma-io-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('writeFileAtomic', () => {
  test('writes, replaces, creates folders, and leaves nothing else', () => {
    const path = join(folder, 'a', 'b.txt');
    writeFileAtomic(path, 'one');
    writeFileAtomic(path, Uint8Array.of(116, 119, 111));
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(join(folder, 'a'))).toEqual(['b.txt']);
  });

  test('a failed write keeps the old file and names it', () => {
    const path = join(folder, 'taken');
    mkdirSync(join(path, 'inside'), { recursive: true });
    expect(() => {
      writeFileAtomic(path, 'x');
    }).toThrow(DataError);
    expect(readdirSync(folder)).toEqual(['taken']);
    writeFileSync(join(folder, 'file'), '');
    expect(() => {
      writeFileAtomic(join(folder, 'file', 'x'), 'x');
    }).toThrow(/file.x: cannot be written/);
  });
});

test('what cannot be read is named', () => {
  expect(() => readFileBytes(join(folder, 'none.npy'))).toThrow(/none\.npy: cannot be read \(ENOENT/);
  writeFileSync(join(folder, 'a.json'), '{');
  expect(() => readFileJson(join(folder, 'a.json'))).toThrow(/a\.json: not JSON/);
});

describe('JSON-lines files', () => {
  test('append, tear, repair, append', () => {
    const path = join(folder, 'metrics.jsonl');
    expect(readJsonLinesFile(path)).toEqual({ records: [] });
    expect(repairJsonLinesFile(path)).toBeUndefined();
    appendJsonLine(path, { step: 1 });
    appendJsonLine(path, { step: 2 });
    writeFileSync(path, '{"step":3', { flag: 'a' });
    expect(readJsonLinesFile(path).torn).toEqual({ line: 3, text: '{"step":3' });
    expect(repairJsonLinesFile(path)).toEqual({ line: 3, text: '{"step":3' });
    appendJsonLine(path, { step: 3 });
    expect(readJsonLinesFile(path)).toEqual({ records: [{ step: 1 }, { step: 2 }, { step: 3 }] });
  });

  test('repair ends a whole last line and drops the records it is told to', () => {
    const path = join(folder, 'metrics.jsonl');
    writeFileSync(path, '{"step":1}\n{"step":2}\n{"step":3}');
    expect(repairJsonLinesFile(path, ({ step }) => (step as number) <= 2)).toBeUndefined();
    expect(readFileSync(path, 'utf8')).toBe('{"step":1}\n{"step":2}\n');
  });
});

describe('RunFolder', () => {
  test('creates, keeps a checked config, opens', () => {
    const path = join(folder, 'runs', 'one');
    const run = RunFolder.create(path);
    run.writeConfig(config);
    expect(RunFolder.open(path).readConfig()).toEqual(config);
    expect(existsSync(run.checkpoints)).toBe(true);
    expect(run.decoder).toBe(join(path, 'model', 'decoder.onnx'));
    expect(() => {
      run.writeConfig({ ...config, schemaVersion: 3 as 1 });
    }).toThrow(ValueError);
    expect(RunFolder.open(path).readConfig()).toEqual(config);
  });

  test('refuses an existing run unless asked, and then removes only what a run leaves', () => {
    const path = join(folder, 'one');
    const run = RunFolder.create(path);
    run.writeConfig(config);
    writeFileSync(run.metrics, '{}\n');
    writeFileSync(join(run.checkpoints, 'last.safetensors'), '');
    writeFileSync(join(path, 'notes.txt'), 'mine');
    expect(() => RunFolder.create(path)).toThrow(/holds a run already/);
    expect(existsSync(run.metrics)).toBe(true);
    RunFolder.create(path, { overwrite: true });
    expect(readdirSync(path).sort()).toEqual(['checkpoints', 'notes.txt']);
    expect(readdirSync(run.checkpoints)).toEqual([]);
  });

  test('refuses folders that are not a run, even when asked to overwrite', () => {
    writeFileSync(join(folder, 'thesis.tex'), '');
    expect(() => RunFolder.create(folder, { overwrite: true })).toThrow(/is no run/);
    expect(() => RunFolder.create(join(folder, 'thesis.tex'))).toThrow(ValueError);
    expect(() => RunFolder.open(folder)).toThrow(/has no config\.json/);
    expect(() => RunFolder.open(join(folder, 'none'))).toThrow(/does not exist/);
  });

  test('names the config file and the entry that is wrong', () => {
    const run = RunFolder.create(join(folder, 'one'));
    writeFileSync(run.config, JSON.stringify({ ...config, objective: {} }));
    expect(() => run.readConfig()).toThrow(
      /one.config\.json: \$\.objective\.name: expected one of 'elbo', found nothing/,
    );
  });
});

test('safetensors files are read back, and errors name them', () => {
  const path = join(folder, 'model.safetensors');
  writeSafetensorsFile(path, { w: NdArray.from([1, 2], 'float32') }, { metadata: { epoch: '3' } });
  const { tensors, metadata } = readSafetensorsFile(path);
  expect(tensors.get('w')!.toNested()).toEqual([1, 2]);
  expect(metadata).toEqual({ epoch: '3' });
  writeFileSync(path, readFileSync(path).subarray(0, 20));
  expect(() => readSafetensorsFile(path)).toThrow(/model\.safetensors: .*truncated/);
});
