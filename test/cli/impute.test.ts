import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { examplesOf, makeDigits, readArray } from '../../src/index.ts';
import { encodeNpy } from '../../src/io/index.ts';
import { newFolder, rootsigma } from './harness.ts';

const folder = newFolder();
const at = (name: string): string => join(folder, name);
const lines = (name: string): string[] => readFileSync(at(name), 'utf8').trimEnd().split('\n');

beforeAll(async () => {
  const rows = Array.from({ length: 120 }, (_, k) => `${k},${(k % 12) + 0.5},${['red', 'blue'][k % 2]!}`);
  writeFileSync(at('rows.csv'), ['id,size,colour', ...rows].join('\n'));
  writeFileSync(at('gaps.csv'), ['id,size,colour', '7,,red', '8,2.50,', '9,3.5,blue'].join('\n'));
  const table = ['train', at('rows.csv'), '--out', at('table'), '--epochs', '2', '--latent', '2', '--hidden', '8'];
  const digits = ['train', 'digits', '--count', '60', '--test-count', '10', '--out', at('digits'), '--epochs', '1', '--latent', '2', '--hidden', '8']; // prettier-ignore
  for (const argv of [table, digits]) expect((await rootsigma([...argv, '--quiet'])).code).toBe(0);
});

describe('impute', () => {
  const impute = (...argv: string[]) =>
    rootsigma(['impute', at('table'), '--data', at('gaps.csv'), '--sweeps', '3', ...argv]);

  it('fills a table, and leaves all else as it was', async () => {
    const { code, records } = await impute('-o', at('filled.csv'), '--json');
    expect(code).toBe(0);
    expect(records).toEqual([expect.objectContaining({ file: at('filled.csv'), examples: 3, filled: 2, draws: 1, show: 'draw', left: [] })]); // prettier-ignore
    const [header, first, second, third] = lines('filled.csv');
    expect([header, third]).toEqual(['id,size,colour', '9,3.5,blue']);
    expect(first).toMatch(/^7,\d+(\.\d)?,red$/);
    expect(second).toMatch(/^8,2\.50,(red|blue)$/);
  });

  it('numbers several draws, and writes what they come to', async () => {
    expect((await impute('-o', at('many.csv'), '--draws', '4', '--cells', at('cells.csv'))).code).toBe(0);
    expect(lines('many.csv')[0]).toBe('draw,id,size,colour');
    expect(lines('many.csv').slice(1).map((line) => line.split(',').slice(0, 2).join())).toEqual([1, 2, 3, 4].flatMap((draw) => [7, 8, 9].map((id) => `${draw},${id}`))); // prettier-ignore
    const [header, size, colour, ...more] = lines('cells.csv');
    expect([header, more]).toEqual(['row,column,value,stddev,share', []]);
    const drawn = lines('many.csv').filter((line) => line.split(',')[1] === '7').map((line) => Number(line.split(',')[2])); // prettier-ignore
    const mean = drawn.reduce((sum, value) => sum + value, 0) / 4;
    const [row, column, value, stddev] = size!.split(',');
    expect([row, column]).toEqual(['0', 'size']);
    expect(Number(value)).toBeCloseTo(mean, 9);
    expect(Number(stddev)).toBeCloseTo(Math.sqrt(drawn.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 3), 9);
    expect(colour).toMatch(/^1,colour,(red|blue),,(0\.5|0\.75|1)$/);
    const { stdout } = await impute('-o', at('mean.csv'), '--show', 'mean');
    expect(stdout).toMatch(
      /2 missing values of 3 rows filled, each by the mean of 20 draws\nchains took \d+ % and \d+ %/,
    );
    expect(lines('mean.csv')).toHaveLength(4);
  });

  it('fills images, as an array or a picture', async () => {
    const x = examplesOf(makeDigits({ count: 3, seed: 4 }));
    for (let i = 0; i < 2 * 784; i++) if (i % 784 < 392) x.data[i] = NaN;
    writeFileSync(at('halves.npy'), encodeNpy(x));
    const about = ['impute', at('digits'), '--data', at('halves.npy'), '--draws', '2', '--sweeps', '2'];
    expect((await rootsigma([...about, '-o', at('filled.npy')])).code).toBe(0);
    const filled = await readArray(at('filled.npy'));
    expect(filled.shape).toEqual([2, 3, 28, 28]);
    for (let i = 0; i < x.size; i++) {
      const [first, second] = [filled.data[i]!, filled.data[x.size + i]!];
      if (Number.isNaN(x.data[i]!)) expect([0, 1]).toContain(first);
      else expect([first, second]).toEqual([x.data[i], x.data[i]]);
    }
    expect((await rootsigma([...about, '-o', at('filled.png')])).code).toBe(0);
    expect(readFileSync(at('filled.png')).subarray(1, 4).toString()).toBe('PNG');
  });

  it.each([
    ['table', ['--data', 'gaps.csv', '-o', 'x.npy'], /a table goes to a \.csv/],
    ['table', ['--data', 'halves.npy', '-o', 'x.csv'], /the run is of a table; give one/],
    ['table', ['--data', 'gaps.csv', '-o', 'x.csv', '--cells', 'x.npy'], /--cells .*it is a table/],
    ['table', ['-o', 'x.csv'], /required option '--data <file>'/],
    ['digits', ['--data', 'gaps.csv', '-o', 'x.npy'], /give an \.npy or \.npz file/],
    ['digits', ['--data', 'halves.npy', '-o', 'x.csv'], /filled examples go to \.npy/],
    ['digits', ['--data', 'halves.npy', '-o', 'x.npy', '--cells', 'x.csv'], /--cells is for tables/],
  ])('of %s refuses %j', async (run, argv, message) => {
    const { code, stderr } = await rootsigma([
      'impute',
      at(run),
      ...argv.map((word) => (word.includes('.') ? at(word) : word)),
    ]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
