import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeNpy, encodeNpz } from '../io/index.ts';
import { createEngine } from '../engine/index.ts';
import { DataError, NdArray, Run, ValueError, datasetOf, readTable, tableOf, train, writeTable } from '../index.ts';
import type { Table, TrainOptions } from '../index.ts';
import { key, normal, uniform } from '../random/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'rootsigma-impute-'));
const small: TrainOptions = { latent: 2, hidden: [24], learningRate: 0.01, seed: 1, threads: 1 };
const column = (table: Table, name: string) => table.columns.find((each) => each.name === name)?.values ?? [];
const quiet = { onNotice: () => undefined };

/** Rows of a file with semicolons and decimal commas; `b` follows `a`, the group says its sign, `a` and the group are missing at times. */
function file(count: number): string {
  const [a, noise, gaps] = [normal(key(1), [count]).data, normal(key(2), [count]).data, uniform(key(3), [count]).data];
  const number = (value: number): string => value.toFixed(2).replace('.', ',');
  const lines = Array.from({ length: count }, (_, k) => {
    const [x, y] = [a[k]!, 3 * a[k]! + 0.3 * noise[k]!];
    const label = x > 0 ? 'high' : 'low';
    const gap = gaps[k]!;
    return [
      `r${k}`,
      gap < 0.1 ? 'NA' : number(x),
      number(y),
      gap > 0.9 ? '' : x > 0 ? 'plus; up' : 'minus',
      'EUR',
      label,
    ];
  });
  const quote = (field: string): string => (field.includes(';') ? `"${field}"` : field);
  return ['id;a;b;group;unit;label', ...lines.map((line) => line.map(quote).join(';'))].join('\n');
}

const path = join(folder, 'people.csv');
writeFileSync(path, file(600));
const said: string[] = [];
const run = await train(path, { ...small, epochs: 60, onNotice: (line) => said.push(line) });

const gappy = [
  'id;a;b;group;note;unit;label',
  'q0;NA;4,50;plus; up;kept as it is;EUR;high'.replace('plus; up', '"plus; up"'),
  'q1;-1,50;;;;;',
  'q2; 0,70 ;2,10;"plus; up";=1+1;EUR;high',
  'q3;odd;-3,00;;x;EUR;low',
  ';-0,20;-0,60;minus;y;EUR;?',
].join('\n');

describe('a table with empty cells', () => {
  it('is filled where the model knows the column; all else is what it was, to the letter', async () => {
    const [from, to] = [join(folder, 'gaps.csv'), join(folder, 'filled.csv')];
    writeFileSync(from, gappy);
    said.length = 0;
    const { draws, mean, cells, left, filled } = await run.imputeTable(from, { draws: 200, seed: 3 });
    expect(draws).toHaveLength(200);
    const given = await readTable(from);
    const columns = ['id', 'a', 'b', 'group', 'note', 'unit', 'label'];
    // Which cells were empty and can be filled.
    const gaps = new Set(['a 0', 'b 1', 'group 1', 'unit 1', 'label 1', 'group 3', 'label 4']);
    for (const table of [...draws, mean]) {
      expect(table.columns.map(({ name }) => name)).toEqual(columns);
      for (const name of columns) {
        for (let row = 0; row < 5; row++) {
          const cell = column(table, name)[row];
          if (gaps.has(`${name} ${row}`)) expect(cell).not.toBe(column(given, name)[row]);
          else expect(cell).toBe(column(given, name)[row]);
        }
      }
    }
    expect([filled, cells.length]).toEqual([gaps.size, gaps.size]);
    expect(left.map(({ column: name, count }) => [name, count])).toEqual([['id', 1], ['note', 1]]); // prettier-ignore
    expect(said.join('\n')).toMatch(/'a' holds something else than its kind.*'odd'[^]*'id': 1 empty cell stays so: it is of kind 'id'[^]*'note': 1 .*does not know/); // prettier-ignore

    // b = 3 a + noise: what is drawn follows what is there, with a spread.
    const at = (row: number, name: string) => cells.find((cell) => cell.row === row && cell.column === name);
    expect(at(0, 'a')?.value).toBeGreaterThan(0.7);
    expect(at(1, 'b')?.value).toBeLessThan(-2);
    expect(at(1, 'b')?.stddev).toBeGreaterThan(0.05);
    expect(at(1, 'group')).toMatchObject({ value: 'minus' });
    expect(at(1, 'group')?.share).toBeGreaterThan(0.7);
    expect(at(1, 'unit')).toEqual({ row: 1, column: 'unit', value: 'EUR', share: 1 });
    expect(at(1, 'label')).toMatchObject({ value: 'low' });
    // A cell that holds something is none: its value is not drawn, nor taken.
    expect(at(3, 'a')).toBeUndefined();
    expect(at(3, 'group')).toMatchObject({ value: 'minus' });
    // Numbers are written as the column's others are.
    expect(new Set(draws.map((table) => column(table, 'b')[1]))).not.toHaveLength(1);
    for (const table of draws) expect(column(table, 'b')[1]).toMatch(/^-?\d+(,\d{1,2})?$/);

    await writeTable(to, mean, { formulas: 'keep' });
    // Blanks around a field are none of it.
    const text = readFileSync(to, 'utf8').split('\n');
    expect(text[0]).toBe('id;a;b;group;note;unit;label');
    expect(text[3]).toBe('q2;0,70;2,10;"plus; up";=1+1;EUR;high');
  });

  it('says the same for the same seed, and something else for another', async () => {
    const table = await readTable(join(folder, 'people.csv'));
    const options = { draws: 1, sweeps: 3 };
    const [first, again] = [await run.imputeTable(table, options), await run.imputeTable(table, options)];
    expect(again).toEqual(first);
    const other = await run.imputeTable(table, { ...options, seed: 1 });
    expect(column(other.draws[0]!, 'a')).not.toEqual(column(first.draws[0]!, 'a'));
  });

  it('is done with nothing to fill, with a column of nothing, and says which columns it needs', async () => {
    const whole = tableOf({ id: ['x'], a: ['0,5'], b: ['1,4'], group: ['minus'], unit: ['EUR'] });
    const { draws, cells, accepted } = await run.imputeTable(whole);
    expect([draws[0], cells, accepted]).toEqual([expect.objectContaining({ rowCount: 1 }), [], {}]);
    const none = tableOf({ id: ['x', 'y'], a: ['', ''], b: ['', ''], group: ['', ''], unit: ['', ''] });
    const { mean } = await run.imputeTable(none, { sweeps: 5 });
    for (const name of ['a', 'b', 'group', 'unit']) expect(column(mean, name).every((cell) => cell !== '')).toBe(true);
    await expect(run.imputeTable(tableOf({ a: ['1'] }))).rejects.toThrow(/needs the columns 'b', 'group'; there are 'a'\. Add them as columns of empty cells where nothing is known of them\./); // prettier-ignore
    await expect(run.imputeTable('no.txt')).rejects.toThrow(DataError);
    await expect(run.imputeTable(whole, { draws: 0 })).rejects.toThrow(ValueError);
    await expect(run.impute([[1]])).rejects.toThrow(/imputeTable/);
  });

  it('gives dates in their form, the middle one of the draws as the value', async () => {
    const day = (k: number): string => `${String(1 + (k % 28)).padStart(2, '0')}.0${1 + (k % 9)}.2021`;
    const dates = tableOf({ day: Array.from({ length: 200 }, (_, k) => day(k)), even: Array.from({ length: 200 }, (_, k) => (k % 2 ? 'no' : 'yes')) }); // prettier-ignore
    const own = await train(dates, { ...small, epochs: 1, ...quiet });
    const { draws, cells } = await own.imputeTable(tableOf({ day: ['', '03.04.2021'], even: ['yes', 'no'] }), { draws: 5, sweeps: 2 }); // prettier-ignore
    const time = (text: unknown): number => Date.parse(String(text).split('.').reverse().join('-'));
    const drawn = draws.map((table) => column(table, 'day')[0]).sort((a, b) => time(a) - time(b));
    for (const text of drawn) expect(text).toMatch(/^\d\d\.\d\d\.2021$/);
    expect(cells).toEqual([{ row: 0, column: 'day', value: drawn[2] }]);
    for (const table of draws) expect(column(table, 'day')[1]).toBe('03.04.2021');
  });

  it('comes from a picked file too', async () => {
    const { filled } = await run.imputeTable(new File([gappy], 'gaps.csv'), { sweeps: 2 });
    expect(filled).toBe(7);
  });
});

describe('an array with NaN', () => {
  // Three numbers in units of their own: the second is twice the first, the third minus it.
  const count = 500;
  const [a, b] = [normal(key(5), [count]).data, normal(key(6), [count, 2]).data];
  const numbers = Array.from(a, (value, k) => [
    100 + 5 * value,
    10 * value + b[2 * k]!,
    -5 * value + 0.5 * b[2 * k + 1]!,
  ]);

  it('is filled in its own units, what there was unchanged', async () => {
    const own = await train(new NdArray(Float64Array.from(numbers.flat()), [count, 3]), {
      ...small,
      epochs: 60,
      ...quiet,
    });
    const x = [[107.5, NaN, NaN], [NaN, -20.1, NaN], [99.123456789, 1, 2]]; // prettier-ignore
    const { given, draws, mean, filled } = await own.impute(x, { draws: 50 });
    expect([given.shape, draws.shape, mean.shape, filled]).toEqual([[3, 3], [50, 3, 3], [3, 3], 3 + 1]); // prettier-ignore
    for (let draw = 0; draw < 50; draw++) {
      const values = draws.data.subarray(9 * draw, 9 * draw + 9);
      expect([values[0], values[4], [...values.subarray(6)]]).toEqual([107.5, -20.1, [99.123456789, 1, 2]]);
    }
    // 107.5 is 1.5 standard deviations up, so the others are near 15 and −7.5; −20.1 is 2 down.
    expect(Math.abs(mean.data[1]! - 15)).toBeLessThan(4);
    expect(Math.abs(mean.data[2]! + 7.5)).toBeLessThan(3);
    expect(Math.abs(mean.data[3]! - 90)).toBeLessThan(4);
    const path = join(folder, 'x.npy');
    writeFileSync(path, encodeNpy(NdArray.from(x, 'float64')));
    expect((await own.impute(path, { draws: 50 })).draws).toEqual(draws);
    expect((await own.impute(new File([encodeNpy(NdArray.from(x, 'float64'))], 'x.npy'), { draws: 50 })).draws).toEqual(
      draws,
    );
    await expect(own.impute([[1, Infinity, 2]])).rejects.toThrow(/Infinity; a missing value is NaN/);
    await expect(own.impute([[1, 2]])).rejects.toThrow(/x must be \[batch, 3\]/);
    await expect(own.impute('x.csv')).rejects.toThrow(/NaN where a value is missing/);
    await expect(own.imputeTable(tableOf({ a: [1] }))).rejects.toThrow(/which is no table/);
  });
});

describe('a table of which columns are given', () => {
  const count = 500;
  const [a, b, noise] = [uniform(key(7), [count]).data, uniform(key(8), [count]).data, normal(key(9), [count]).data];
  const colour = Array.from(a, (u) => (u < 0.5 ? 'red' : 'blue'));
  const size = Array.from(b, (u) => 1 + Math.round(80 * u) / 10);
  // 10 size, 50 more for blue; whether it is ripe is not known of all.
  const weight = size.map((s, k) => Number((10 * s + (colour[k] === 'blue' ? 50 : 0) + noise[k]!).toFixed(2)));
  const ripe = Array.from(noise, (u, k) => (k % 11 === 0 ? null : u > 0 ? 'yes' : 'no'));
  const things = tableOf({ weight, colour, size, ripe });

  it('is filled given them; what is given stays, and is asked for by name where it is not there', async () => {
    const notices: string[] = [];
    const own = await train(things, { ...small, epochs: 60, condition: ['colour', 'ripe'], ...quiet });
    const gaps = tableOf({
      colour: ['red', 'blue', 'blue', 'red', null],
      size: [4, 4, null, 4, 4],
      weight: [null, null, 95, null, 40],
      ripe: ['yes', 'yes', 'no', null, 'no'],
    });
    const { config, model, parameters, conditions, standardization } = own;
    const engine = await createEngine();
    const heard = new Run({
      config,
      model,
      parameters,
      conditions,
      standardization,
      engine,
      onNotice: (line) => notices.push(line),
    });
    const of = await heard.imputeTable(gaps, { draws: 60 }); // prettier-ignore
    const mean = (name: string): readonly unknown[] => column(of.mean, name);
    expect(of.filled).toBe(4);
    expect([mean('colour'), mean('ripe')]).toEqual([['red', 'blue', 'blue', 'red', null], ['yes', 'yes', 'no', null, 'no']]); // prettier-ignore
    for (const table of of.draws) expect([column(table, 'colour'), column(table, 'ripe')]).toEqual([mean('colour'), mean('ripe')]); // prettier-ignore
    // The same size weighs 50 more where it is blue; 95 in blue is a size of 4.5.
    expect(Number(mean('weight')[0])).toBeGreaterThan(25);
    expect(Number(mean('weight')[0])).toBeLessThan(55);
    expect(Number(mean('weight')[1]) - Number(mean('weight')[0])).toBeGreaterThan(30);
    expect(Math.abs(Number(mean('size')[2]) - 4.5)).toBeLessThan(1.5);
    expect(of.left).toEqual([{ column: 'colour', count: 1, why: 'it is given to the model, and not modelled' }, { column: 'ripe', count: 1, why: 'it is given to the model, and not modelled' }]); // prettier-ignore
    expect(notices.join('\n')).toMatch(/'colour': 1 empty cell stays so: it is given to the model/);
    const without = tableOf({ colour: ['red', null, ''], size: [null, 3, null], weight: [30, null, 20], ripe: ['no', 'no', 'no'] }); // prettier-ignore
    await expect(own.imputeTable(without)).rejects.toThrow(
      /row 1, counted from 0, has gaps to fill and no 'colour' \(nor have 1 other row with gaps\), which the model is given.*leave the row out/,
    );
    await expect(own.imputeTable(gaps, { given: { colour: 'red' } })).rejects.toThrow(/among their columns: leave given out/); // prettier-ignore
    await expect(run.imputeTable(things, { given: 'a=1' })).rejects.toThrow(/the model has no condition/);
    await Promise.all([own, heard].map((each) => each.dispose()));
  });
});

describe('examples given their class', () => {
  // Class 1 is 20 higher, whatever the other number says.
  const count = 400;
  const [a, b] = [normal(key(11), [count]).data, normal(key(12), [count]).data];
  const labels = Uint32Array.from({ length: count }, (_, k) => k % 2);
  const values = Float32Array.from({ length: 2 * count }, (_, at) => {
    const k = Math.floor(at / 2);
    return at % 2 === 0 ? a[k]! : a[k]! + 0.2 * b[k]! + 20 * labels[k]!;
  });
  const data = datasetOf({ name: 'pairs', kind: 'array', sampleShape: [2], support: 'real', values, labels });

  it('are filled given what lies beside them in the file, or is said', async () => {
    const own = await train(data, { ...small, epochs: 60, condition: 'label', prior: 'conditional-normal', ...quiet });
    const x = NdArray.from([[0.5, NaN], [0.5, NaN]], 'float64'); // prettier-ignore
    const path = join(folder, 'labelled.npz');
    writeFileSync(path, encodeNpz({ x, y: NdArray.from([0, 1], 'int32') }));
    const filled = await own.impute(path, { draws: 40 });
    expect(Math.abs(filled.mean.data[1]! - 0.5)).toBeLessThan(4);
    expect(Math.abs(filled.mean.data[3]! - 20.5)).toBeLessThan(4);
    // What is given is over what lies there, for each or for all.
    const said = await own.impute(x, { draws: 40, given: { label: ['0', '1'] } });
    expect(said.draws).toEqual(filled.draws);
    const other = await own.impute(path, { draws: 40, given: 'label=1' });
    expect(Math.abs(other.mean.data[1]! - 20.5)).toBeLessThan(4);
    await expect(own.impute(x)).rejects.toThrow(/given label \(0 or 1\): say which with 'given'/);
    await expect(own.impute(x, { given: 'label=7' })).rejects.toThrow(/'label' is 0 or 1 in training; got "7"/);
    await expect(own.impute(x, { given: 'colour=7' })).rejects.toThrow(/no condition 'colour'; it has label/);
    await expect(own.impute(x, { given: { label: ['0', '1', '1'] } })).rejects.toThrow(/2 examples need one 'label'/);
    await own.dispose();
  });
});
