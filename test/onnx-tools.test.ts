import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportOnnx, makeDigits, presets, tableOf, train } from '../src/index.ts';
import type { Run, TrainOptions } from '../src/index.ts';
import { onnxVersions, toOnnx } from '../src/engine/onnx/index.ts';
import { grad, input, max, min, gather, pad, slice, sum } from '../src/graph/index.ts';

// The reference tools of ONNX, in the version of Debian 12 (onnx 1.12: opset 17), must accept what is exported.

const python = '/usr/bin/python3';
const probe = spawnSync(python, ['-c', 'import onnx; print(onnx.__version__)'], { encoding: 'utf8' });
const isThere = probe.status === 0;

const script = `
import sys, onnx
for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    onnx.shape_inference.infer_shapes(model, strict_mode=True)
    print(model.ir_version, *(f"{o.domain or 'ai.onnx'} {o.version}" for o in model.opset_import))
`;

describe.skipIf(!isThere)(`onnx.checker${isThere ? ` ${probe.stdout.trim()}` : ' (no python3-onnx)'}`, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rootsigma-onnx-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const check = (models: Readonly<Record<string, Uint8Array>>): void => {
    checkFiles(
      Object.entries(models).map(([name, bytes]) => {
        const path = join(folder, `${name}.onnx`);
        writeFileSync(path, bytes);
        return path;
      }),
    );
  };
  const checkFiles = (paths: readonly string[]): void => {
    const { status, stdout, stderr } = spawnSync(python, ['-c', script, ...paths], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    const declared = `${onnxVersions.ir} ai.onnx ${onnxVersions.opset}`;
    expect(stdout.trim().split('\n')).toEqual(paths.map(() => declared));
  };

  it('takes exported models of every kind of network and posterior', async () => {
    const data = makeDigits({ seed: 0, count: 60 });
    const options: TrainOptions = { latent: 3, epochs: 1, batchSize: 30, seed: 1, threads: 1, validation: 0 };
    const kinds: Record<string, TrainOptions> = {
      dense: { hidden: [8] },
      full: { hidden: [8], posterior: 'full' },
      conv: { network: 'conv' },
    };
    for (const [name, kind] of Object.entries(kinds)) {
      const run = await train(data, { ...options, ...kind });
      const { encoder, decoder } = exportOnnx(run.model, run.parameters, { root: 'symmetric' });
      check({ [`${name}-encoder`]: encoder, [`${name}-decoder`]: decoder });
    }
  });

  it('takes every file that the export of every preset and of a table writes', async () => {
    const data = makeDigits({ seed: 0, count: 40 });
    const options: TrainOptions = { latent: 4, epochs: 2, batchSize: 20, seed: 1, threads: 1, validation: 0, onNotice: 'silent' }; // prettier-ignore
    const rows = tableOf([
      { name: 'age', values: Array.from({ length: 40 }, (_, k) => (k % 7 === 2 ? null : 20 + ((k * 37) % 50))) },
      { name: 'colour', values: Array.from({ length: 40 }, (_, k) => ['red', 'green', 'blue'][k % 3]!) },
    ]);
    const files: string[] = [];
    const exported = async (name: string, training: PromiseLike<Run>): Promise<void> => {
      const run = await training;
      const out = join(folder, name);
      await run.exportTo(out);
      files.push(...readdirSync(out).filter((file) => file.endsWith('.onnx')).map((file) => `${name}/${file}`)); // prettier-ignore
      await run.dispose();
    };
    for (const { name } of presets) await exported(name, train(data, { ...options, preset: name, hidden: [8] }));
    await exported('table', train(rows, { ...options, hidden: [8] }));
    checkFiles(files.map((file) => join(folder, file)));
    const without = (file: string) => [...presets.map(({ name }) => name), 'table'].filter((name) => !files.includes(`${name}/${file}`)); // prettier-ignore
    expect([without('encoder.onnx'), without('decoder.onnx'), without('score.onnx')]).toEqual([[], [], []]);
  });

  it('takes the ops whose form changed between opsets: maxima, minima, scattered sums', () => {
    const x = input('x', ['batch', 4]);
    const i = input('i', [2], 'int32');
    const picked = sum(gather(x, i, 1));
    const [scattered] = grad(picked, [x]);
    const outputs = {
      max: max(x, 1),
      min: min(x, 0),
      scattered: scattered!,
      padded: pad(slice(x, { 1: [1, 3] }), [0, 1], [0, 2]),
    };
    check({ ops: toOnnx({ name: 'ops', outputs, inputs: ['i', 'x'] }) });
  });
});
