import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportOnnx, makeDigits, train } from '../src/index.ts';
import type { TrainOptions } from '../src/index.ts';
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
    const paths = Object.entries(models).map(([name, bytes]) => {
      const path = join(folder, `${name}.onnx`);
      writeFileSync(path, bytes);
      return path;
    });
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
