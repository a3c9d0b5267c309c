import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { newFolder, rootsigma } from './harness.ts';

interface RootRecord {
  readonly root: readonly (readonly number[])[];
  readonly eigenvalues: readonly number[];
  readonly rank: number;
  readonly conditionNumber: number | null;
  readonly residual: number;
  readonly rootImaginary?: readonly (readonly number[])[];
  readonly eigenvaluesImaginary?: readonly number[];
  readonly movedBy?: number;
}

async function root(matrix: string, ...flags: readonly string[]): Promise<RootRecord> {
  const { code, stderr, records } = await rootsigma(['sqrt', '-', '--json', ...flags], { stdin: matrix });
  expect(code, stderr).toBe(0);
  return records[0] as unknown as RootRecord;
}

/** Few enough roundings for any 2 × 2 or 3 × 3 result here. */
const tolerance = 16 * 2 ** -52;

function expectClose(found: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  for (const [row, values] of expected.entries()) {
    for (const [column, value] of values.entries()) {
      expect(Math.abs((found[row]?.[column] ?? NaN) - value)).toBeLessThanOrEqual(
        tolerance * Math.max(1, Math.abs(value)),
      );
    }
  }
}

describe('sqrt', () => {
  const [p, q] = [(Math.sqrt(3) + 1) / 2, (Math.sqrt(3) - 1) / 2];

  it.each([
    ['CSV', '2,1\n1,2\n'],
    ['blanks', '2 1\n1 2'],
    ['JSON', '[[2, 1], [1, 2]]'],
  ])('of [[2, 1], [1, 2]] as %s: the symmetric root and every fact', async (_, text) => {
    const { root: s, ...facts } = await root(text);
    expectClose(s, [[p, q], [q, p]]); // prettier-ignore
    expect(facts).toEqual({ eigenvalues: [1, 3], rank: 2, conditionNumber: 3, residual: expect.any(Number) as number });
    expect(facts.residual).toBeLessThan(tolerance);
  });

  it('of one number', async () => {
    expect((await root('16')).root).toEqual([[4]]);
  });

  it('as Cholesky factor and as eigen factor', async () => {
    expectClose((await root('4,2\n2,10', '--root', 'cholesky')).root, [[2, 0], [1, 3]]); // prettier-ignore
    const { root: factor } = await root('2,1\n1,2', '--root', 'eigen');
    // Columns up to sign: √1 (1, −1)/√2 and √3 (1, 1)/√2.
    expectClose(factor.map((row) => row.map(Math.abs)), [[Math.SQRT1_2, Math.sqrt(1.5)], [Math.SQRT1_2, Math.sqrt(1.5)]]); // prettier-ignore
  });

  it('of a singular covariance: rank, and no condition number', async () => {
    const facts = await root('1,1\n1,1');
    expectClose(facts.root, [[Math.SQRT1_2, Math.SQRT1_2], [Math.SQRT1_2, Math.SQRT1_2]]); // prettier-ignore
    expect(facts).toMatchObject({ rank: 1, conditionNumber: null, eigenvalues: [0, 2] });
  });

  it('of matrices that are no covariance: real, complex, with complex eigenvalues', async () => {
    expectClose((await root('1,2\n0,4', '--root', 'general')).root, [[1, 2 / 3], [0, 2]]); // prettier-ignore
    const complex = await root('1,3\n3,1', '--root', 'general');
    expectClose(complex.root, [[1, 1], [1, 1]]); // prettier-ignore
    expectClose(complex.rootImaginary ?? [], [[Math.SQRT1_2, -Math.SQRT1_2], [-Math.SQRT1_2, Math.SQRT1_2]]); // prettier-ignore
    expect(complex.eigenvalues).toEqual([expect.closeTo(-2, 14), expect.closeTo(4, 14)]);
    const file = join(newFolder(), 'x.csv');
    await root('1,3\n3,1', '--root', 'general', '-o', file);
    const read = (path: string): number[][] =>
      readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .slice(-2)
        .map((line) => line.split(',').map(Number));
    expectClose(read(file), complex.root);
    expectClose(read(file.replace('.csv', '.imaginary.csv')), complex.rootImaginary ?? []);
    const rotation = await root('0,-1\n1,0', '--root', 'general');
    expectClose(rotation.root, [[Math.SQRT1_2, -Math.SQRT1_2], [Math.SQRT1_2, Math.SQRT1_2]]); // prettier-ignore
    expect(rotation.eigenvaluesImaginary).toEqual([-1, 1]);
    expect(rotation).toMatchObject({ rank: 2, conditionNumber: expect.closeTo(1, 14) as number });
    // Singular values of [[0, 4], [1, 0]] are 4 and 1; its eigenvalues ± 2 would say 1.
    expect((await root('0,4\n1,0', '--root', 'general')).conditionNumber).toBeCloseTo(4, 12);
    expect((await root('1,2\n2,4', '--root', 'general')).rank).toBe(1);
  });

  it('of the nearest covariance', async () => {
    const facts = await root('1,3\n3,1', '--nearest');
    expectClose(facts.root, [[1, 1], [1, 1]]); // prettier-ignore
    expect(facts.movedBy).toBeCloseTo(2 / Math.sqrt(20), 12);
  });

  it('for people, aligned, at the digits asked for', async () => {
    const { stdout } = await rootsigma(['sqrt', '-', '--digits', '3'], { stdin: '2,1\n1,2' });
    expect(stdout).toContain('   1.37  0.366\n  0.366   1.37\n');
    expect(stdout).toMatch(/eigenvalues +1 {2}3\nrank +2 of 2\ncondition number +3\n/);
  });

  it('writes NPY that it reads back, and CSV', async () => {
    const folder = newFolder();
    const [npy, csv] = [join(folder, 'root.npy'), join(folder, 'root.csv')];
    expect((await rootsigma(['sqrt', '-', '-o', csv], { stdin: '4,0\n0,9' })).code).toBe(0);
    expect(readFileSync(csv, 'utf8')).toBe('2,0\n0,3\n');
    await rootsigma(['sqrt', '-', '-o', npy], { stdin: '16,0\n0,81' });
    const { records } = await rootsigma(['sqrt', npy, '--json']);
    expect(records[0]).toMatchObject({ root: [[2, 0], [0, 3]] }); // prettier-ignore
  });

  it.each<[string, string, readonly string[], RegExp]>([
    ['indefinite', '1,3\n3,1', [], /smallest eigenvalue is -2,[^]*nearestPsd[^]*--nearest[^]*--root general/],
    ['asymmetric', '1,2\n1,1', [], /not symmetric: entry \(1, 0\) is 1[^]*--root general/],
    ['singular, for Cholesky', '1,1\n1,1', ['--root', 'cholesky'], /pivot 1 is 0[^]*--root symmetric/],
    ['not square', '1,2,3\n4,5,6', [], /must be square, got shape \[2, 3\]/],
    ['not finite', '1,nan\nnan,1', [], /stdin: entry 1 of \[2, 2\] is NaN/],
    ['without a root', '0,1\n0,0', ['--root', 'general'], /no square root/],
    ['ragged', '1,2\n3', [], /line 2: expected 2 numbers/],
    ['no numbers', 'a,b\n1,2', [], /line 1, column 1: expected a number, found "a"/],
    ['broken JSON', '[[1, 2]', [], /JSON must hold a matrix/],
    ['nothing', '', [], /holds no numbers/],
    ['a batch', '[[[1]]]', [], /expected one matrix \[n, n\], got shape \[1, 1, 1\]/],
  ])('refuses a matrix that is %s', async (_, stdin, flags, message) => {
    const { code, stdout, stderr } = await rootsigma(['sqrt', '-', ...flags], { stdin });
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, '']);
  });
});

describe('gaussian', () => {
  it('info has the closed forms', async () => {
    const { records } = await rootsigma(['gaussian', 'info', '-', '--mean', '1,-2', '--json'], {
      stdin: '[[2, 1], [1, 2]]',
    });
    expect(records[0]).toMatchObject({
      dimension: 2,
      rank: 2,
      mean: [1, -2],
      entropy: expect.closeTo(1 + Math.log(2 * Math.PI) + 0.5 * Math.log(3), 12) as number,
      logDeterminant: expect.closeTo(Math.log(3), 12) as number,
      correlation: [[1, expect.closeTo(0.5, 14)], [expect.closeTo(0.5, 14), 1]], // prettier-ignore
      // χ² of 2 degrees at 0.95 is −2 log 0.05.
      ellipsoid: { radii: [expect.closeTo(Math.sqrt(-6 * Math.log(0.05)), 10), expect.closeTo(Math.sqrt(-2 * Math.log(0.05)), 10)] }, // prettier-ignore
    });
  });

  it('info of a singular Σ says so; a coordinate without variance has no correlation', async () => {
    const { stdout } = await rootsigma(['gaussian', 'info', '-'], { stdin: '4,0\n0,0' });
    expect(stdout).toMatch(/rank +1, less than the dimension\n[^]*nats on the support: Σ is singular/);
    expect(stdout).toMatch(/\n +1 +·\n +· +·\n/);
  });

  it('sample draws the moments, keyed by the seed, to stdout or a file', async () => {
    const draw = (...flags: readonly string[]): ReturnType<typeof rootsigma> =>
      rootsigma(['gaussian', 'sample', '-', '--mean', '3,0', ...flags], { stdin: '4,1\n1,1' });
    const { code, stdout } = await draw('--count', '20000');
    expect(code).toBe(0);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(',').map(Number) as [number, number]);
    expect(rows).toHaveLength(20000);
    const mean = (of: (row: [number, number]) => number): number =>
      rows.reduce((total, row) => total + of(row), 0) / rows.length;
    // 4.5 standard errors: of a mean σ/√N, of a covariance √((σ₁²σ₂² + c²)/N).
    const errors = 4.5 / Math.sqrt(rows.length);
    expect(Math.abs(mean(([x]) => x) - 3)).toBeLessThan(2 * errors);
    expect(Math.abs(mean(([x, y]) => (x - 3) * y) - 1)).toBeLessThan(Math.sqrt(5) * errors);
    expect(Math.abs(mean(([x]) => (x - 3) ** 2) - 4)).toBeLessThan(Math.sqrt(32) * errors);
    const few = (await draw('--count', '3')).stdout;
    expect(stdout.startsWith(few)).toBe(true);
    expect((await draw('--count', '3', '--seed', '1')).stdout).not.toBe(few);
    const file = join(newFolder(), 'draws.csv');
    expect((await draw('--count', '3', '-o', file, '--json')).records).toEqual([
      { file, count: 3, shape: [3, 2], seed: 0 },
    ]);
    expect(readFileSync(file, 'utf8')).toBe(few);
  });

  const badlyScaled = fileURLToPath(new URL('../fixtures/cases/sigma-badly-scaled.csv', import.meta.url));
  const float32 = fileURLToPath(new URL('../fixtures/cases/sigma-float32.npy', import.meta.url));

  it('takes coordinates in any units, and a matrix by the rounding of its own type', async () => {
    const { records } = await rootsigma(['gaussian', 'info', badlyScaled, '--json']);
    expect(records[0]).toMatchObject({
      rank: 2,
      stddev: [1, 1e-9],
      correlation: [[1, 0.5], [0.5, 1]],
      logDeterminant: expect.closeTo(-41.7342, 4) as number,
    }); // prettier-ignore
    const [root] = (await rootsigma(['sqrt', badlyScaled, '--json'])).records as unknown as RootRecord[];
    expect(root).toMatchObject({ rank: 2, eigenvalues: [expect.closeTo(7.5e-19, 25), 1] });
    expect(root?.root[1]?.[1]).toBeCloseTo(8.660254e-10, 15);
    for (const command of [['gaussian', 'info'], ['sqrt']]) {
      const { code, stderr, records: facts } = await rootsigma([...command, float32, '--json']);
      expect([code, facts[0]?.rank, stderr.includes('counts as 0')]).toEqual([0, 11, false]);
    }
    for (const kind of ['eigen', 'symmetric']) {
      const draws = await rootsigma(['gaussian', 'sample', float32, '--count', '2', '--root', kind]);
      expect([draws.code, draws.stdout.trim().split('\n').length]).toEqual([0, 2]);
    }
  });

  it('says what it takes otherwise than given: nearest, tolerance, a variance that is rounding', async () => {
    const info = (stdin: string, ...flags: readonly string[]) =>
      rootsigma(['gaussian', 'info', '-', '--json', ...flags], { stdin });
    const nearest = await info('1,3\n3,1', '--nearest');
    expect(nearest.stderr).toMatch(/nearest positive semidefinite matrix, at 0.447 ‖Σ‖/);
    expect(nearest.records[0]).toMatchObject({ rank: 1, stddev: [expect.closeTo(Math.SQRT2, 14), expect.closeTo(Math.SQRT2, 14)] }); // prettier-ignore
    const rough = '1,0\n0,-1e-8';
    expect(await info(rough)).toMatchObject({ code: 2, stderr: expect.stringMatching(/--nearest[^]*--tolerance/) as string });
    expect((await info(rough, '--tolerance', '1e-7')).records[0]).toMatchObject({ rank: 1, stddev: [1, 0] });
    expect((await rootsigma(['sqrt', '-', '--json', '--tolerance', '1e-7'], { stdin: rough })).records[0]).toMatchObject({ root: [[1, 0], [0, 0]], rank: 1 }); // prettier-ignore
    expect((await rootsigma(['sqrt', '-', '--root', 'general', '--tolerance', '1e-7'], { stdin: rough })).code).toBe(2);
    expect((await info('1,0\n0,-1e-17')).stderr).toMatch(/variance of coordinate 1 \(-1e-17\) counts as 0/);
    expect((await info(rough, '--tolerance', '2')).stderr).toMatch(/tolerance must be a number/);
  }); // prettier-ignore

  it('draws with the root asked for, from the same noise', async () => {
    const draw = async (stdin: string, root?: string): Promise<number[][]> =>
      (await rootsigma(['gaussian', 'sample', '-', '--count', '400', '--json', ...(root ? ['--root', root] : [])], { stdin }))
        .records[0]?.samples as number[][];
    const noise = await draw('1,0\n0,1', 'symmetric');
    const [p, q] = [(Math.sqrt(3) + 1) / 2, (Math.sqrt(3) - 1) / 2];
    const through = (factor: number[][]): number[][] =>
      noise.map((e) => factor.map((row) => row.reduce((sum, x, k) => sum + x * (e[k] ?? NaN), 0)));
    expectClose(await draw('2,1\n1,2', 'symmetric'), through([[p, q], [q, p]]));
    expectClose(await draw('4,2\n2,10', 'cholesky'), through([[2, 0], [1, 3]]));
    expect(await draw('4,2\n2,10')).toEqual(await draw('4,2\n2,10', 'eigen'));
    const singular = await rootsigma(['gaussian', 'sample', '-', '--root', 'cholesky'], { stdin: '1,1\n1,1' });
    expect(singular).toMatchObject({ code: 2, stderr: expect.stringMatching(/--root eigen or symmetric/) as string });
  }); // prettier-ignore

  it('refuses what is no covariance, and a mean that does not fit', async () => {
    const mean = join(newFolder(), 'mean.json');
    writeFileSync(mean, '[1, 2, 3]');
    for (const [argv, stdin, message] of [
      [['info', '-'], '1,3\n3,1', /smallest eigenvalue is -2/],
      [['sample', '-', '--mean', mean], '1,0\n0,1', /covariance is \[2, 2\], the mean has 3 entries/],
      [['info', '-', '--probability', '1'], '1,0\n0,1', /probability/],
    ] as const) {
      const { code, stderr } = await rootsigma(['gaussian', ...argv], { stdin });
      expect(stderr).toMatch(message);
      expect(code).toBe(2);
    }
  });
});
