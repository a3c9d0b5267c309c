// An exported model of a table without this library: rows become its inputs by encode.py and encode.mjs, which are written beside it, and
// ONNX Runtime scores them. Both are held to what the library makes of the same rows, to the last bit of float32.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableOf, train } from '../src/index.ts';
import type { Cell, Run } from '../src/index.ts';
import { NdArray } from '../src/core/index.ts';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const python = '/usr/bin/python3';
const probe = spawnSync(python, ['-c', 'import numpy; print(numpy.__version__)'], { encoding: 'utf8' });
const hasNumpy = probe.status === 0;
const hasRuntime = hasNumpy && spawnSync(python, ['-c', 'import onnxruntime'], { encoding: 'utf8' }).status === 0;

type Row = Readonly<Record<string, Cell>>;
interface Encoded {
  readonly data: readonly number[];
  readonly shape: readonly number[];
}

/** Numbers in [0, 1) that repeat. */
const draw = (k: number, step: number): number => (k * step) % 1;

/** A column of every kind, with gaps. */
const trainingRows: readonly Row[] = Array.from({ length: 400 }, (_, k): Row => {
  const day = new Date(Date.UTC(2015, 0, 1 + Math.floor(2000 * draw(k, 0.618034))));
  const minute = new Date(Date.UTC(2020, 0, 1, 0, Math.floor(500_000 * draw(k, 0.754878))));
  return {
    key: `row-${k}-x`,
    age: Math.round(20 + 50 * draw(k, 0.414214)),
    height: k % 9 === 4 ? null : 1.5 + 0.5 * draw(k, 0.732051),
    // Of a long tail: by quantiles.
    income: Math.exp(12 * draw(k, 0.236068)),
    born: day.toISOString().slice(0, 10).split('-').reverse().join('.'),
    seen: k % 11 === 3 ? null : minute.toISOString().slice(0, 16),
    member: draw(k, 0.123457) < 0.4 ? 'yes' : 'no',
    colour: draw(k, 0.561553) < 0.01 ? `rare ${k % 5}` : ['red', 'green', 'blue'][k % 3]!,
    grade: 1 + Math.floor(5 * draw(k, 0.302776)),
    flag: draw(k, 0.2891) < 0.5,
    region: ['north', 'south'][Math.floor(2 * draw(k, 0.8912))]!,
    always: 'same',
  };
});

/** What JSON has of such rows, with what training did not. */
const newRows: readonly Row[] = [
  ...trainingRows.slice(0, 60).map((row) => ({ ...row, born: String(row.born).split('.').reverse().join('-') })),
  ...([
    { age: 1e9, height: null, income: 0.001, born: '1890-12-31', seen: null, member: 'no', colour: 'mauve', grade: 5, flag: true },
    { age: -3.25, height: 1e-7, income: 1e12, born: '2024-02-29', seen: '2024-02-29T13:45:10.5+02:00', colour: 'rare 1', grade: 9, flag: false, always: 'other' },
    { age: '41', height: '1.75', income: 5e5, born: '2019-06-30', seen: '2020-01-01 10:20', colour: ' red ', grade: '2', flag: 'true' },
    { age: 33, always: 'another', height: 1.8, income: 20, born: '2019-06-30', seen: '2020-01-01T10:20Z', member: 'yes', colour: 'blue', grade: 0, flag: true },
  ] as Row[]).map((row) => ({ ...trainingRows[7], ...row })),
]; // prettier-ignore

const columnsOf = (rows: readonly Row[]) =>
  tableOf(Object.keys(rows[0] ?? {}).map((name) => ({ name, values: rows.map((row) => row[name] ?? null) })));

const schema = { grade: { kind: 'ordinal', levels: [1, 2, 3, 4, 5] }, age: 'numeric' } as const;

describe.each([
  { name: 'a table', condition: undefined },
  { name: 'a table of which columns are given', condition: ['region', 'born'] },
])('$name, exported', ({ condition }) => {
  const folder = mkdtempSync(join(tmpdir(), 'rootsigma-rows-'));
  let run: Run;
  let expected: { readonly x: NdArray<'float32'>; readonly condition?: NdArray<'float32'> };
  let found: Readonly<Record<string, Encoded>>;
  let surprise: readonly number[];

  beforeAll(async () => {
    run = await train(columnsOf(trainingRows), {
      ...{ latent: 2, hidden: [8], epochs: 2, batchSize: 50, seed: 1, threads: 1, onNotice: 'silent' },
      ...(condition && { condition }),
      dataOptions: { schema },
    });
    await run.exportTo(folder);
    const encoder = (await run.testData(columnsOf(newRows))).dataset.table!;
    const matrix = encoder.encodeMatrix(columnsOf(newRows));
    const size = matrix.shape[1]!;
    const part = (from: number, to: number): NdArray<'float32'> =>
      new NdArray(
        Float32Array.from({ length: newRows.length * (to - from) }, (_, k) => {
          const [row, at] = [Math.floor(k / (to - from)), k % (to - from)];
          return matrix.data[row * size + from + at]!;
        }),
        [newRows.length, to - from],
      );
    const width = size - encoder.conditionWidth;
    expected = { x: part(0, width), ...(condition && { condition: part(width, size) }) };
    const { Encoder } = (await import(pathToFileURL(join(folder, 'encode.mjs')).href)) as {
      Encoder: new (config: unknown) => { encode: (rows: unknown) => Record<string, { data: Float32Array; shape: number[] }>; notes: string[]; surprise: Float64Array };
    }; // prettier-ignore
    const config: unknown = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    const own = new Encoder(config);
    found = Object.fromEntries(
      Object.entries(own.encode(JSON.parse(JSON.stringify(newRows)))).map(([name, { data, shape }]) => [name, { data: Array.from(data), shape }]),
    ); // prettier-ignore
    surprise = Array.from(own.surprise);
    expect(own.notes.join('\n')).toMatch(/row 63: 'grade' is 0, which is none of its levels: the nearest is taken/);
    expect(() => own.encode([{ age: 3 }])).toThrow(
      "row 0: the column 'height' is missing; null says that it has no value.",
    );
  });
  afterAll(async () => {
    await run.dispose();
    rmSync(folder, { recursive: true });
  });

  const expectSame = (encoded: Readonly<Record<string, Encoded>>): void => {
    expect(Object.keys(encoded)).toEqual(Object.keys(expected));
    for (const [name, { data, shape }] of Object.entries(encoded)) {
      const right = expected[name as 'x'];
      expect(shape).toEqual(right.shape);
      expect(data).toEqual(Array.from(right.data));
    }
  };

  it('has every kind of column', () => {
    const kinds = run.config.data.table!.columns.map(({ kind, name }) => `${name} ${kind}`);
    expect(kinds).toEqual([
      ...['key id', 'age numeric', 'height numeric', 'income numeric', 'born datetime', 'seen datetime', 'member boolean'],
      ...['colour categorical', 'grade ordinal', 'flag boolean', 'region categorical', 'always constant'],
    ]); // prettier-ignore
    const transforms = run.config.data.table!.columns.map((column) =>
      'transform' in column ? column.transform.name : '',
    );
    expect(transforms).toContain('quantile');
    expect(transforms).toContain('standard');
  });

  it('has its rows encoded by encode.mjs as the library does, to the bit', () => {
    expectSame(found);
  });

  it.skipIf(!hasNumpy)(`and by encode.py${hasNumpy ? '' : ' (no python3-numpy)'}`, () => {
    writeFileSync(join(folder, 'rows.json'), JSON.stringify(newRows));
    const script = `
import json
from encode import Encoder
encoder = Encoder("config.json")
inputs = encoder.encode(json.load(open("rows.json")))
surprise = [float(nats) for nats in encoder.surprise]
try:
    encoder.encode([{"age": 3}])
except KeyError as error:
    message = str(error)
own = {name: {"data": [float(v) for v in a.ravel()], "shape": list(a.shape)} for name, a in inputs.items()}
print(json.dumps({"encoded": own, "message": message, "surprise": surprise}))
`;
    const { status, stdout, stderr } = spawnSync(python, ['-c', script], { cwd: folder, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    const {
      encoded,
      message,
      surprise: nats,
    } = JSON.parse(stdout) as { encoded: Record<string, Encoded>; message: string; surprise: number[] };
    expect(nats).toEqual(surprise);
    expectSame(encoded);
    expect(message).toContain("row 0: the column 'height' is missing");
  });

  const runsBlock = (block: number): void => {
    writeFileSync(join(folder, 'rows.json'), JSON.stringify(newRows));
    const document = readFileSync(join(import.meta.dirname, '../docs/other-tools.md'), 'utf8');
    const [, source = ''] = [...document.matchAll(/^```python\n(.*?)^```/gms)][block] ?? [];
    expect(source).toContain('Encoder("config.json")');
    const { status, stderr } = spawnSync(python, ['-c', source], { cwd: folder, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  };
  it.skipIf(!hasNumpy)('runs what docs/other-tools.md says in Python', () => {
    runsBlock(0);
  });
  it.skipIf(!hasRuntime)('and with onnxruntime', () => {
    runsBlock(1);
  });

  it('is scored by score.onnx as the library scores it (1e-5)', async () => {
    const session = await InferenceSession.create(join(folder, 'score.onnx'));
    const noise = 2;
    const inputs = Object.entries(found).map(([name, { data, shape }]) => [name, new Tensor('float32', Float32Array.from(data), shape)] as const); // prettier-ignore
    const epsilon = new Tensor('float32', new Float32Array(newRows.length * noise), [newRows.length, noise]);
    const values = await session.run({ ...Object.fromEntries(inputs), epsilon });
    const logLikelihood = Array.from(values.log_likelihood!.data as Float32Array);
    const scores = await run.score(columnsOf(newRows), { method: 'reconstruction' });
    logLikelihood.forEach((value, row) => {
      const right = scores.data[row]!;
      expect(Math.abs(surprise[row]! - value - right), `row ${row}: ${-value}, ${right}`).toBeLessThan(
        1e-5 * Math.max(1, Math.abs(right)),
      );
    });
    const [elbo, kl] = [values.elbo!.data, values.kl!.data] as [Float32Array, Float32Array];
    expect(Array.from(elbo)).toEqual(logLikelihood.map((value, row) => Math.fround(value - kl[row]!)));
  });

  it.skipIf(!hasRuntime)(`and by Python's onnxruntime${hasRuntime ? '' : ' (which is not there)'}`, async () => {
    writeFileSync(join(folder, 'rows.json'), JSON.stringify(newRows));
    const script = `
import json
import numpy as np
import onnxruntime
from encode import Encoder
inputs = Encoder("config.json").encode(json.load(open("rows.json")))
session = onnxruntime.InferenceSession("score.onnx")
epsilon = np.zeros((len(inputs["x"]), 2), np.float32)
print(json.dumps([float(v) for v in session.run(["log_likelihood"], {**inputs, "epsilon": epsilon})[0]]))
`;
    const { status, stdout, stderr } = spawnSync(python, ['-c', script], { cwd: folder, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    const scores = await run.score(columnsOf(newRows), { method: 'reconstruction' });
    (JSON.parse(stdout) as number[]).forEach((value, row) => {
      const right = scores.data[row]!;
      expect(Math.abs(surprise[row]! - value - right)).toBeLessThan(1e-5 * Math.max(1, Math.abs(right)));
    });
  });
});
