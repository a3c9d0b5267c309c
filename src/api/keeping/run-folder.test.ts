import { describe, expect, test } from 'vitest';
import { DataError, NdArray, ValueError } from '../../core/index.ts';
import type { RunConfig } from '../../config/index.ts';
import { MemoryStore, encodeSafetensors } from '../../io/index.ts';
import { RunFolder, runFile } from './run-folder.ts';

const config: RunConfig = {
  schemaVersion: 2,
  rootsigmaVersion: '0.1.0',
  data: { source: 'digits', kind: 'digits', shape: [28, 28], count: 100, binarize: 'none' },
  model: {
    latent: 2,
    prior: { name: 'standard-normal' },
    posterior: { name: 'diagonal' },
    likelihood: { name: 'bernoulli' },
    network: { name: 'dense', hidden: [8], activation: 'tanh' },
  },
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

describe('RunFolder', () => {
  test('creates, keeps a checked config, opens', async () => {
    const store = new MemoryStore();
    const run = await RunFolder.create(store);
    await run.writeConfig(config);
    expect(await (await RunFolder.open(store)).readConfig()).toEqual(config);
    await expect(run.writeConfig({ ...config, schemaVersion: 3 as 2 })).rejects.toThrow(ValueError);
    expect(await (await RunFolder.open(store)).readConfig()).toEqual(config);
  });

  test('refuses an existing run unless asked, and then removes only what a run leaves', async () => {
    const left = [...Object.values(runFile), 'checkpoints/previous.safetensors'].map(
      (name) => [name, bytes('x')] as const,
    );
    const store = new MemoryStore([...left, ['notes.txt', bytes('mine')], ['models/a', bytes('mine')]]);
    await expect(RunFolder.create(store)).rejects.toThrow(/holds a run already/);
    expect(await store.list()).toContain(runFile.metrics);
    await RunFolder.create(store, { overwrite: true });
    expect(await store.list()).toEqual(['config.json', 'models/', 'notes.txt']);
  });

  test('refuses folders that are not a run, even when asked to overwrite', async () => {
    const thesis = new MemoryStore([['thesis.tex', bytes('x')]]);
    await expect(RunFolder.create(thesis, { overwrite: true })).rejects.toThrow(/is no run/);
    await expect(RunFolder.open(thesis)).rejects.toThrow(/has no config\.json/);
    await expect(RunFolder.open(new MemoryStore())).rejects.toThrow(/does not exist.*Train one into it \(train\(data/);
  });

  test('names the file and the entry that is wrong', async () => {
    const text = JSON.stringify({ ...config, objective: {} });
    const run = await RunFolder.open(new MemoryStore([['config.json', bytes(text)]], 'runs/one'));
    await expect(run.readConfig()).rejects.toThrow(
      /^runs\/one\/config\.json: \$\.objective\.name: expected one of 'elbo', .*, or a part of your own.*, found nothing\.$/,
    );
    const broken = await RunFolder.open(new MemoryStore([['config.json', bytes('{')]], 'runs/one'));
    await expect(broken.readConfig()).rejects.toThrow(/^runs\/one\/config\.json: not JSON/);
  });

  test('reads tensors back, and errors name their file', async () => {
    const store = new MemoryStore([['config.json', bytes('{}')]], 'runs/one');
    const run = await RunFolder.open(store);
    const encoded = encodeSafetensors({ w: NdArray.from([1, 2], 'float32') }, { metadata: { epoch: '3' } });
    await store.replace(runFile.model, encoded);
    const { tensors, metadata } = await run.readTensors(runFile.model);
    expect(tensors.get('w')!.toNested()).toEqual([1, 2]);
    expect(metadata).toEqual({ epoch: '3' });
    await store.replace(runFile.model, encoded.subarray(0, 20));
    await expect(run.readTensors(runFile.model)).rejects.toThrow(/^runs\/one\/model\.safetensors: .*truncated/);
    await expect(run.readTensors('none')).rejects.toThrow(new DataError('runs/one/none: there is no such file.'));
  });
});

describe('the log of a run', () => {
  test('append, tear, repair, append', async () => {
    const store = new MemoryStore();
    const run = await RunFolder.create(store);
    expect(await run.readMetrics()).toEqual({ records: [] });
    expect(await run.repairMetrics()).toBeUndefined();
    await run.appendMetrics({ step: 1 });
    await run.appendMetrics({ step: 2 });
    await store.append(runFile.metrics, '{"step":3');
    expect((await run.readMetrics()).torn).toEqual({ line: 3, text: '{"step":3' });
    expect(await run.repairMetrics()).toEqual({ line: 3, text: '{"step":3' });
    await run.appendMetrics({ step: 3 });
    expect(await run.readMetrics()).toEqual({ records: [{ step: 1 }, { step: 2 }, { step: 3 }] });
  });

  test('repair ends a whole last line and drops the records it is told to', async () => {
    const lines = new MemoryStore([
      ['config.json', bytes('{}')],
      [runFile.metrics, bytes('{"step":1}\n{"step":2}\n{"step":3}')],
    ]);
    const opened = await RunFolder.open(lines);
    expect(await opened.repairMetrics(({ step }) => (step as number) <= 2)).toBeUndefined();
    expect(new TextDecoder().decode(await lines.read(runFile.metrics))).toBe('{"step":1}\n{"step":2}\n');
  });
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
