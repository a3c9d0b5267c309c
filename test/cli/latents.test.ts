import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { load, readArray, readTable } from '../../src/index.ts';
import type { Run } from '../../src/index.ts';
import { newFolder, rootsigma, tiny } from './harness.ts';

const folder = newFolder();
const path = join(folder, 'run');
const file = (name: string): string => join(folder, name);
let run: Run;

beforeAll(async () => {
  for (const [out, posterior] of [
    [path, 'full'],
    [file('other'), 'diagonal'],
  ] as const) {
    // prettier-ignore
    const argv = ['train', 'digits', ...tiny, '--epochs', '1', '--posterior', posterior, '--out', out, '--quiet'];
    expect((await rootsigma(argv)).code).toBe(0);
  }
  run = await load(path);
});

afterAll(() => run.dispose());

describe('encode and decode', () => {
  it('are the API’s, and undo each other as far as the model does', async () => {
    const { code, records } = await rootsigma(['encode', path, '-o', file('z.npy'), '--json']);
    expect([code, records]).toEqual([
      0,
      [{ file: file('z.npy'), count: 60, shape: [60, 3], what: 'mean', split: 'test' }],
    ]);
    const x = await run.examples();
    const { mean, stddev, covariance } = await run.encode(x);
    expect(await readArray(file('z.npy'))).toEqual(mean);
    await rootsigma(['encode', path, '-o', file('stddev.npy'), '--what', 'stddev']);
    expect(await readArray(file('stddev.npy'))).toEqual(stddev);
    await rootsigma(['encode', path, '-o', file('sigma.npy'), '--what', 'covariance', '--limit', '2']);
    expect(await readArray(file('sigma.npy'))).toEqual(
      expect.objectContaining({ shape: [2, 3, 3], data: covariance.data.slice(0, 18) }),
    );
    expect((await rootsigma(['decode', path, '--data', file('z.npy'), '-o', file('x.npy')])).code).toBe(0);
    expect(await readArray(file('x.npy'))).toEqual(await run.reconstruct(x));
  });

  it('keep codes as Parquet, to the bit, under names', async () => {
    const { mean } = await run.encode(await run.examples());
    expect((await rootsigma(['encode', path, '-o', file('z.parquet')])).code).toBe(0);
    expect((await readTable(file('z.parquet'))).columns.map(({ name }) => name)).toEqual(['z1', 'z2', 'z3']);
    const codes = await readArray(file('z.parquet'));
    expect([codes.shape, [...codes.data]]).toEqual([mean.shape, [...mean.data]]);
    expect((await rootsigma(['decode', path, '--data', file('z.parquet'), '-o', file('x2.npy')])).code).toBe(0);
    expect(await readArray(file('x2.npy'))).toEqual(await run.decode(mean));
    await rootsigma(['encode', path, '-o', file('s.parquet'), '--what', 'covariance', '--limit', '2']);
    const names = (await readTable(file('s.parquet'))).columns.map(({ name }) => name);
    expect([names.length, names[1], names[8]]).toEqual([9, 'covariance1_2', 'covariance3_3']);
  });

  it('writes draws of z, of a seed', async () => {
    const { draws } = await run.encode(await run.examples(), { draws: 4, seed: 9 });
    const argv = ['encode', path, '-o', file('draws.npy'), '--draws', '4', '--seed', '9', '--json'];
    const { code, records, stderr } = await rootsigma(argv);
    expect([code, records]).toEqual([
      0,
      [{ file: file('draws.npy'), count: 60, shape: [60, 4, 3], what: 'draws', split: 'test' }],
    ]);
    expect(stderr).toContain('4 draws of q(z|x) of 60 examples');
    expect(await readArray(file('draws.npy'))).toEqual(draws);
    await rootsigma(['encode', path, '-o', file('draws.parquet'), '--draws', '4', '--limit', '2']);
    const names = (await readTable(file('draws.parquet'))).columns.map(({ name }) => name);
    expect([names.length, names[0], names[4], names[11]]).toEqual([12, 'draw1_z1', 'draw2_z2', 'draw4_z3']);
    await rootsigma(['encode', path, '-o', file('one.npy'), '--draws', '1']);
    expect((await readArray(file('one.npy'))).shape).toEqual([60, 3]);
    for (const wrong of [
      ['--draws', '2', '--what', 'stddev'],
      ['--seed', '2'],
      ['--draws', '0'],
    ]) {
      expect((await rootsigma(['encode', path, '-o', file('no.npy'), ...wrong])).code).toBe(2);
    }
  });

  it('takes the training split, and codes from stdin', async () => {
    await rootsigma(['encode', path, '-o', file('train.csv'), '--split', 'train']);
    expect((await readArray(file('train.csv'))).shape).toEqual([300, 3]);
    const { code } = await rootsigma(['decode', path, '--data', '-', '-o', file('one.png')], { stdin: '0,0,0' });
    expect(code).toBe(0);
    const { code: wrong, stderr } = await rootsigma(['decode', path, '--data', '-', '-o', file('two.png')], {
      stdin: '0,0',
    });
    expect([wrong, stderr]).toEqual([2, expect.stringMatching(/z must be \[batch, 3\], got \[1, 2\]/)]);
  });
});

describe('interpolate and traverse', () => {
  it('begin and end at reconstructions', async () => {
    const argv = ['interpolate', path, '-o', file('paths.npy'), '--pairs', '2', '--steps', '3', '--seed', '5'];
    expect((await rootsigma(argv)).code).toBe(0);
    const paths = await readArray(file('paths.npy'));
    expect(paths.shape).toEqual([2, 3, 28, 28]);
    const chosen = await run.reconstruct(await run.examples({ limit: 4, seed: 5 }));
    const first = paths.data.slice(0, 784);
    const last = paths.data.slice(2 * 784, 3 * 784);
    expect(first).toEqual(chosen.data.slice(0, 784));
    for (const [at, value] of last.entries())
      expect(Math.abs(value - (chosen.data[2 * 784 + at] ?? NaN))).toBeLessThan(1e-5);
  });

  it('traverse dimensions as evaluate numbers them, and write pictures a path a row', async () => {
    const argv = ['traverse', path, '-o', file('traverse.json'), '--dimensions', '3,1', '--steps', '5', '--range', '2'];
    const { records } = await rootsigma([...argv, '--json']);
    expect(records).toEqual([{ file: file('traverse.json'), shape: [2, 5, 28, 28] }]);
    const paths = await readArray(file('traverse.json'));
    const { data } = await run.decode([[0, 0, -2], [2, 0, 0]]); // prettier-ignore
    expect(paths.data.slice(0, 784)).toEqual(Float64Array.from(data.subarray(0, 784)));
    expect(paths.data.slice(9 * 784)).toEqual(Float64Array.from(data.subarray(784)));
    expect((await rootsigma(['traverse', path, '-o', file('t.png'), '--example', '2', '--steps', '5'])).code).toBe(0);
    const picture = readFileSync(file('t.png'));
    // Five cells of 3 × 28 pixels and a gap beside the texts, three below the headings.
    expect(picture.readUInt32BE(16)).toBeGreaterThan(5 * 88 + 100);
    expect(picture.readUInt32BE(20)).toBe(3 * 88 + 80);
  });

  it.each<[readonly string[], RegExp]>([
    [['traverse', path, '-o', 'x.png', '--dimensions', '4'], /no dimension 4; the model has 3/],
    [['traverse', path, '-o', 'x.png', '--example', '61'], /no test example 61, only 60/],
    [['traverse', path, '-o', 'x.png', '--steps', '1'], /at least 2/],
    [['encode', path, '-o', 'x.png'], /codes are no pictures/],
  ])('refuse %j', async (argv, message) => {
    const { code, stderr } = await rootsigma(argv);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('parts that do not go together', () => {
  const train = (...flags: readonly string[]) =>
    rootsigma(['train', 'digits', ...tiny, '--epochs', '1', '--out', file('none'), ...flags]);

  it.each<[readonly string[], RegExp]>([
    [
      ['--prior', 'vamp', '--posterior', 'planar'],
      /prior 'vamp' needs of the posterior .*Choose a posterior that has: /,
    ],
    [
      ['--objective', 'beta-tc', '--posterior', 'planar'],
      /objective 'beta-tc' needs of the posterior .*Choose a posterior/,
    ],
  ])('are bad usage: %j', async (flags, message) => {
    const { code, stderr } = await train(...flags);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it('and neither does Σ^½ of a posterior that has no Σ: it is said what to leave out', async () => {
    const options = ['--posterior', 'planar', '--flows', '1', '--out', file('planar'), '--quiet'];
    expect((await rootsigma(['train', 'digits', ...tiny, '--epochs', '1', ...options])).code).toBe(0);
    const flags = ['-o', file('exported-planar'), '--root', 'symmetric'];
    const { code, stderr } = await rootsigma(['export', file('planar'), ...flags]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/needs of the posterior a covariance root.*Leave root out/),
    ]);
    const { code: reconstructed, stderr: said } = await rootsigma(['reconstruct', file('planar'), '-o', file('p.png')]);
    expect([reconstructed, said]).toEqual([0, expect.not.stringContaining('moments')]);
  });

  it('a part that only code can give is said to be one, wherever its run is opened', async () => {
    const config = readFileSync(join(file('planar'), 'config.json'), 'utf8');
    writeFileSync(join(file('planar'), 'config.json'), config.replace('"planar"', '"mine"'));
    for (const argv of [
      ['evaluate', file('planar')],
      ['train', 'digits', '--from', file('planar'), '--out', file('none')],
      ['train', '--resume', '--out', file('planar')],
      ['train', 'digits', '--config', join(file('planar'), 'config.json'), '--out', file('none')],
    ]) {
      const { code, stderr } = await rootsigma(argv);
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(
          /model\.posterior\.name: .*the command line cannot: load\(path, \{ parts: \[yours\] \}\)/,
        ),
      ]);
    }
  });
});

describe('export and compare', () => {
  it('exports what the run has, into a folder of its own', async () => {
    const { code, records } = await rootsigma(['export', path, '-o', file('exported'), '--json']);
    const names = [
      'encoder.onnx',
      'decoder.onnx',
      'prior.onnx',
      'score.onnx',
      'config.json',
      'model.safetensors',
      'README.md',
    ];
    expect([code, records]).toEqual([0, [{ files: names.map((name) => join(file('exported'), name)) }]]);
    for (const name of names.slice(0, 3)) {
      expect(readFileSync(join(file('exported'), name)).equals(readFileSync(join(path, 'model', name)))).toBe(true);
    }
    writeFileSync(join(file('exported'), 'mine.txt'), '');
    const again = await rootsigma(['export', path, '-o', file('exported')]);
    expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/is not empty/)]);
    const text = (): string => readFileSync(join(file('exported'), 'README.md'), 'utf8');
    expect(text()).not.toContain('symmetric_root');
    const flags = ['--overwrite', '--root', 'symmetric'];
    expect((await rootsigma(['export', path, '-o', file('exported'), ...flags])).code).toBe(0);
    expect(text()).toContain('| `symmetric_root` | [batch, 3, 3] |');
    const encoder = readFileSync(join(file('exported'), 'encoder.onnx'), 'latin1');
    for (const name of ['covariance', 'symmetric_root', 'symmetric_root_residual']) expect(encoder).toContain(name);
  });

  it('compares runs by what evaluate says of each', async () => {
    const flags = ['--draws', '3', '--limit', '10', '--json'];
    const { code, records, stderr } = await rootsigma(['compare', path, file('other'), ...flags]);
    expect(code, stderr).toBe(0);
    const [full] = (await rootsigma(['evaluate', path, ...flags])).records;
    expect(records).toEqual([{ run: path, ...full }, expect.objectContaining({ run: file('other'), examples: 10 })]);
    expect(stderr).toMatch(/run +full, symmetric +standard-normal +-/);
    expect(stderr).toMatch(/other +diagonal +standard-normal +-/);
  });
});
