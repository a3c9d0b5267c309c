import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError, NdArray, ShapeError, ValueError } from '../../core/index.ts';
import { formatTableCsv, parseRunConfig, parseTableCsv, tableOf } from '../../io/index.ts';
import type { Cell, DataConfig, Table } from '../../io/index.ts';
import { key, normal } from '../../random/index.ts';
import { testDataset } from '../../testing/dataset.ts';
import { MarginalMatcher, TableEncoder, examplesOf, inferSchema, otherCategory, tableSplits } from '../index.ts';
import type { SchemaOverrides } from '../index.ts';
import { dateOf, datePatternOf, formatDate } from './dates.ts';
import { normalQuantile } from './normal-quantile.ts';
import { applyTransform, fitQuantile, fitStandard, fitTransform, undoTransform } from './transforms.ts';

const repeat = (count: number, ...cells: Cell[]): Cell[] =>
  Array.from({ length: count }, (_, i) => cells[i % cells.length]!);
const kindsOf = (table: Table, overrides?: SchemaOverrides): Record<string, string> =>
  Object.fromEntries(inferSchema(table, overrides).map(({ name, kind }) => [name, kind]));
const encoderOf = (table: Table, overrides?: SchemaOverrides): TableEncoder =>
  TableEncoder.fit(table, inferSchema(table, overrides));
const columnOf = (table: Table, name: string): readonly Cell[] =>
  table.columns.find((column) => column.name === name)!.values;

/** 200 rows of everything, as a CSV file gives them. */
const people = parseTableCsv(
  [
    'id,age,income,score,city,smoker,born,zip,note,rooms,country,empty,target',
    ...Array.from({ length: 200 }, (_, i) =>
      [
        `p${i}`,
        20 + ((i * 37) % 50) + (i % 3 === 0 ? 0 : 0.5),
        i % 10 === 0 ? 'NA' : (1000 + i * 13.25).toFixed(2),
        Math.sin(i).toFixed(4),
        ['Bern', 'Oslo', 'Rome', ''][(i * 7) % 4],
        i % 5 === 0 ? 'yes' : 'no',
        `19${70 + (i % 30)}-0${1 + (i % 9)}-11`,
        `0${4000 + (i % 40)}`,
        `"text ${Math.floor(0.75 * i)}, and more"`,
        1 + (i % 6),
        'CH',
        '',
        i % 20 === 0 ? 'bad' : 'good',
      ].join(','),
    ),
  ].join('\n'),
);

describe('what columns seem to be', () => {
  test('every kind, from a CSV file', () => {
    expect(kindsOf(people)).toEqual({
      id: 'id',
      age: 'numeric',
      income: 'numeric',
      score: 'numeric',
      city: 'categorical',
      smoker: 'boolean',
      born: 'datetime',
      zip: 'categorical',
      note: 'ignored',
      rooms: 'ordinal',
      country: 'constant',
      empty: 'ignored',
      target: 'label',
    });
  });

  test('typed cells, as Parquet gives them', () => {
    const table = tableOf({
      flag: repeat(90, true, false, null),
      number: repeat(90, ...Array.from({ length: 30 }, (_, i) => i / 7)),
      zeroOne: repeat(90, 0, 1),
      text: repeat(90, 'a', 'b', 'c'),
      time: repeat(90, '2024-05-01T10:20:30.000Z', '2024-05-02T00:00:00Z'),
      split: repeat(90, 'train', 'test', 'val'),
    });
    expect(kindsOf(table)).toEqual({
      flag: 'boolean',
      number: 'numeric',
      zeroOne: 'boolean',
      text: 'categorical',
      time: 'datetime',
      split: 'split',
    });
  });

  test('identifiers: unique and named so, counting rows, or long unique texts; else numbers are numbers', () => {
    const numbers = Array.from({ length: 100 }, (_, i) => (i * 7919) % 10007);
    const table = tableOf({
      user_id: numbers,
      amount: numbers,
      position: Array.from({ length: 100 }, (_, i) => i + 5),
      hash: numbers.map((n) => `x${n}`),
    });
    expect(kindsOf(table)).toEqual({ user_id: 'id', amount: 'numeric', position: 'id', hash: 'id' });
  });

  test('whole numbers are levels only when few and common', () => {
    expect(kindsOf(tableOf({ n: repeat(59, 1, 2, 3) })).n).toBe('numeric');
    expect(kindsOf(tableOf({ n: repeat(60, 1, 2, 3) })).n).toBe('ordinal');
    expect(kindsOf(tableOf({ n: repeat(900, ...Array.from({ length: 11 }, (_, i) => i * 2)) })).n).toBe('numeric');
  });

  test('overrides win, and are checked', () => {
    expect(kindsOf(people, { zip: 'ignored', rooms: { kind: 'numeric' }, target: 'categorical' })).toMatchObject({
      zip: 'ignored',
      rooms: 'numeric',
      target: 'categorical',
    });
    expect(() => inferSchema(people, { salary: 'numeric' })).toThrow(/there is no column 'salary'; there are id, age/);
    expect(() => inferSchema(people, { age: 'number' as 'numeric' })).toThrow(
      /'number' is no kind of column \('age'\)/,
    );
    expect(() => inferSchema(people, { age: { transform: 'log' as 'standard' } })).toThrow(ValueError);
    expect(() => encoderOf(people, { city: 'numeric' })).toThrow(
      /column 'city' is numeric, but holds "Bern": expected a number/,
    );
    expect(() => encoderOf(people, { city: 'boolean' })).toThrow(/is boolean, but holds 3 values/);
    expect(() => encoderOf(people, { city: 'ordinal' })).toThrow(/give its 'levels'/);
    expect(() => encoderOf(people, { empty: 'numeric' })).toThrow(/holds no value, so it cannot be numeric/);
    expect(() => encoderOf(people, { city: { kind: 'ordinal', levels: ['Bern', 'Oslo'] } })).toThrow(/holds "Rome"/);
    expect(() => encoderOf(tableOf({ id: ['a', 'b', 'c'] }))).toThrow(/no column is left to model: id \(id\)/);
  });
});

describe('the encoder', () => {
  const encoder = encoderOf(people);

  test('lays the columns out one after another', () => {
    expect(
      encoder.blocks.map(({ column, kind, width, missing }) => [column, kind, width, missing !== undefined]),
    ).toEqual([
      ['age', 'numeric', 1, false],
      ['income', 'numeric', 1, true],
      ['score', 'numeric', 1, false],
      ['city', 'categorical', 4, true],
      ['smoker', 'boolean', 1, false],
      ['born', 'numeric', 1, false],
      ['zip', 'categorical', 41, false],
      ['rooms', 'ordinal', 6, false],
    ]);
    let offset = 0;
    for (const block of encoder.blocks) {
      expect(block.offset).toBe(offset);
      offset += block.width + (block.missing === undefined ? 0 : 1);
    }
    expect(encoder.width).toBe(offset);
  });

  test('standardises by the training rows when told to, and writes one-hot vectors and indicators', () => {
    const encoder = encoderOf(people, { age: { transform: 'standard' } });
    const matrix = encoder.encodeMatrix(people);
    expect(matrix.shape).toEqual([200, encoder.width]);
    const column = (at: number): number[] =>
      Array.from({ length: 200 }, (_, row) => matrix.data[row * encoder.width + at]!);
    const mean = (values: number[]): number => values.reduce((a, b) => a + b) / values.length;
    const age = column(0);
    // Float32 of about unit scale: 200 rounding errors of 2⁻²⁴.
    expect(Math.abs(mean(age))).toBeLessThan(1e-6);
    expect(mean(age.map((x) => x * x))).toBeCloseTo(1, 6);
    const income = encoder.blocks[1]!;
    expect(mean(column(income.missing!))).toBeCloseTo(0.1, 10);
    expect(column(income.offset)[0]).toBe(0);
    const city = encoder.blocks[3]!;
    expect(matrix.data.slice(city.offset, city.offset + 5)).toEqual(Float32Array.of(1, 0, 0, 0, 0));
    // Row 1 has city (7 · 1) mod 4 = 3: none.
    const second = encoder.width + city.offset;
    expect(matrix.data.slice(second, second + 5)).toEqual(Float32Array.of(0, 0, 0, 0, 1));
  });

  test('decoding gives the rows back, in their formats', () => {
    const back = encoder.decode(encoder.encodeMatrix(people));
    expect(back.columns.map(({ name }) => name)).toEqual([
      ...['age', 'income', 'score', 'city', 'smoker', 'born', 'zip', 'rooms', 'country'],
    ]);
    const text = (table: Table, name: string): string[] =>
      columnOf(table, name).map((cell) => (cell === null || cell === 'NA' ? '' : String(cell)));
    for (const name of ['city', 'smoker', 'born', 'zip', 'rooms', 'country']) {
      expect(text(back, name), name).toEqual(text(people, name));
    }
    for (const name of ['age', 'income', 'score']) {
      expect(text(back, name).map(Number), name).toEqual(text(people, name).map(Number));
    }
  });

  test('what a model makes up keeps types, decimals and ranges', () => {
    const noise = NdArray.zeros([50, encoder.width], 'float32');
    for (let i = 0; i < noise.data.length; i++) noise.data[i] = 3 * Math.sin(i * 12.9898) * Math.cos(i * 78.233);
    const made = encoder.decode(noise);
    const incomes = columnOf(made, 'income').filter((cell) => cell !== null) as number[];
    expect(incomes.length).toBeGreaterThan(10);
    for (const income of incomes) {
      expect(income).toBeGreaterThanOrEqual(1013.25);
      expect(income).toBeLessThanOrEqual(1000 + 199 * 13.25);
      expect(Number(income.toFixed(2))).toBe(income);
    }
    for (const date of columnOf(made, 'born')) expect(date).toMatch(/^19[789]\d-\d\d-\d\d$/);
    for (const city of columnOf(made, 'city')) expect(['Bern', 'Oslo', 'Rome', null]).toContain(city);
    for (const rooms of columnOf(made, 'rooms')) expect(['1', '2', '3', '4', '5', '6']).toContain(rooms);
    expect(parseTableCsv(formatTableCsv(made)).rowCount).toBe(50);
  });

  test('its state survives JSON, and is part of a configuration', () => {
    const state = JSON.parse(JSON.stringify(encoder.state)) as typeof encoder.state;
    expect(new TableEncoder(state).encodeMatrix(people)).toEqual(encoder.encodeMatrix(people));
    const config = (table: unknown): unknown => ({ schemaVersion: 1, data: { table } });
    const problems = (table: unknown): string => {
      try {
        parseRunConfig(config(table));
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    };
    expect(problems(state)).not.toMatch(/data\.table/);
    expect(problems({ columns: [{ kind: 'colour', name: 'x' }] })).toMatch(/\$\.data\.table\.columns\[0\]/);
    expect(problems({ columns: [] })).toMatch(/\$\.data\.table\.columns: expected at least one column/);
  });

  test('unseen categories, missing and odd values are encoded and counted', () => {
    const row = (changes: Record<string, Cell>): Table =>
      tableOf(
        people.columns.map(({ name, values }) => ({ name, values: [name in changes ? changes[name]! : values[2]!] })),
      );
    const block = (name: string) => encoder.blocks.find(({ column }) => column === name)!;
    const encode = (changes: Record<string, Cell>) => {
      const table = row(changes);
      return { values: [...encoder.encodeMatrix(table).data], surprises: encoder.encode(table).surprises };
    };
    const city = encode({ city: 'Lima' });
    const { offset, width } = block('city');
    expect(city.values.slice(offset, offset + width)).toEqual([0, 0, 0, 1]);
    expect(city.surprises).toEqual([{ column: 'city', what: 'unseen category', count: 1, example: 'Lima' }]);
    const age = encode({ age: null });
    expect(age.values[0]).toBe(0);
    expect(age.surprises).toMatchObject([{ column: 'age', what: 'missing value' }]);
    const income = encode({ income: null });
    expect([income.values[block('income').offset], income.values[block('income').missing!]]).toEqual([0, 1]);
    expect(income.surprises).toEqual([]);
    expect(encode({ income: 'lots' }).surprises).toMatchObject([{ what: 'not of the kind', example: 'lots' }]);
    // The nearest of the levels 1 to 6.
    const rooms = encode({ rooms: '9' });
    expect(rooms.values.slice(block('rooms').offset, block('rooms').offset + 6)).toEqual([0, 0, 0, 0, 0, 1]);
    expect(encode({ smoker: 'perhaps' }).surprises).toMatchObject([{ what: 'not of the kind' }]);
    expect(encode({ country: 'FR', note: null, id: null }).surprises).toEqual([]);
    const fewer = tableOf(people.columns.filter(({ name }) => name !== 'age' && name !== 'zip'));
    expect(() => encoder.encode(fewer)).toThrow(/the model needs the columns 'age', 'zip'; there are 'id', 'income'/);
    expect(() => encoder.encode(fewer)).toThrow(DataError);
  });

  test('rare categories are pooled', () => {
    const cells = Array.from({ length: 1000 }, (_, i) => (i < 800 ? `c${i % 64}` : `rare${i % 10}`));
    const pooling = encoderOf(tableOf({ c: cells, x: cells.map((_, i) => i / 3) }));
    const [block] = pooling.blocks;
    expect(block!.width).toBe(65);
    const decoded = pooling.decode(pooling.encodeMatrix(tableOf({ c: ['c3', 'unheard', 'rare1'], x: [1, 2, 3] })));
    // Ten rare ones of 20 rows each are commoner than the 64 of 12 or 13.
    expect(columnOf(decoded, 'c')).toContain(otherCategory);
    expect(columnOf(decoded, 'c')[2]).toBe('rare1');
  });

  test('decode refuses rows of another width', () => {
    expect(() => encoder.decode(NdArray.zeros([2, 3], 'float32'))).toThrow(ShapeError);
    expect(encoder.decode(NdArray.zeros([0, encoder.width], 'float32')).rowCount).toBe(0);
  });

  test('refuses a column wider than float64, and cuts what is far outside the training range', () => {
    const wide = tableOf([{ name: 'x', values: ['-1.7e308', '1.7e308', '0.5'] }]);
    expect(() => encoderOf(wide, { x: { kind: 'numeric' } })).toThrow(/'x' reaches from -1\.7e\+308 to 1\.7e\+308/);
    const narrow = tableOf([{ name: 'x', values: repeat(20, '0.25', '0.5', '0.75', '0.125') }]);
    for (const transform of ['standard', 'quantile'] as const) {
      const fitted = encoderOf(narrow, { x: { kind: 'numeric', transform } });
      const far = fitted.encodeMatrix(tableOf([{ name: 'x', values: ['1.7e308', '-1.7e308', '0.5'] }]));
      expect([...far.data.slice(0, 2)]).toEqual([1e6, -1e6]);
    }
  });

  test('any table of texts that can be fitted is encoded into finite numbers', () => {
    const cell = fc.oneof(
      fc.constantFrom(
        '',
        'NA',
        '1',
        '2.5',
        '-3e300',
        '-1.79e308',
        '1.79e308',
        '1e-300',
        'yes',
        'no',
        '2020-01-01',
        'a',
        'b',
        '00',
        '?',
      ),
      fc.string({ maxLength: 3 }),
      fc.double().map(String),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
    );
    const table = fc
      .integer({ min: 1, max: 3 })
      .chain((columns) =>
        fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 30 }),
      );
    fc.assert(
      fc.property(table, (rows) => {
        const made = tableOf(rows[0]!.map((_, c) => ({ name: `c${c}`, values: rows.map((row) => row[c]!) })));
        let fitted: TableEncoder;
        try {
          fitted = encoderOf(made);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
          return;
        }
        const matrix = fitted.encodeMatrix(made);
        expect(matrix.data.every(Number.isFinite)).toBe(true);
        expect(fitted.encodeMatrix(fitted.decode(matrix)).shape).toEqual(matrix.shape);
        new TableEncoder(JSON.parse(JSON.stringify(fitted.state)) as typeof fitted.state);
      }),
      { numRuns: 300 },
    );
  });
});

describe('transforms', () => {
  test('the normal quantile is the inverse of Φ', () => {
    // Φ(1.959963984540054) = 0.975 and Φ(−6.361340902404056) = 10⁻¹⁰ (scipy.stats.norm.ppf).
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14);
    expect(normalQuantile(1e-10)).toBeCloseTo(-6.361340902404056, 12);
    expect(normalQuantile(0.5)).toBe(0);
    for (const p of [0.01, 0.2, 0.45]) expect(normalQuantile(1 - p)).toBeCloseTo(-normalQuantile(p), 13);
  });

  test('standard: zero mean and unit variance, whatever the scale', () => {
    for (const scale of [1e-200, 1, 1e200]) {
      const fitted = fitStandard([1, 2, 3, 6].map((x) => x * scale));
      const z = [1, 2, 3, 6].map((x) => applyTransform(fitted, x * scale));
      expect(z.reduce((a, b) => a + b)).toBeCloseTo(0, 12);
      expect(z.reduce((a, b) => a + b * b, 0) / 4).toBeCloseTo(1, 12);
    }
    expect(fitStandard([5, 5])).toMatchObject({ mean: 5, stddev: 1 });
  });

  test('quantile: a skewed column becomes normal scores, and comes back', () => {
    const values = Array.from({ length: 2000 }, (_, i) => Math.exp(normalQuantile((i + 0.5) / 2000) * 2));
    const fitted = fitQuantile(values);
    const z = values.map((x) => applyTransform(fitted, x));
    for (const [i, score] of z.entries()) {
      // Linear between 129 quantiles: near to the score of its rank, but for the ends.
      if (i > 100 && i < 1900) expect(Math.abs(score - normalQuantile((i + 0.5) / 2000))).toBeLessThan(0.05);
      expect(undoTransform(fitted, score) / values[i]!).toBeCloseTo(1, 9);
    }
    for (let i = 1; i < z.length; i++) expect(z[i]!).toBeGreaterThan(z[i - 1]!);
    // Outliers stay outliers.
    expect(applyTransform(fitted, values.at(-1)! * 2)).toBeGreaterThan(z.at(-1)! + 0.5);
  });

  test('quantile: a repeated value is a step, and all its scores come back to it', () => {
    const values = [...repeat(60, 0), ...Array.from({ length: 40 }, (_, i) => i + 1)] as number[];
    const fitted = fitQuantile(values);
    expect(applyTransform(fitted, 0)).toBeCloseTo((normalQuantile(0.5 / 100) + normalQuantile(59.5 / 100)) / 2, 9);
    for (const z of [-2, -1, 0, 0.2]) expect(undoTransform(fitted, z)).toBe(0);
    expect(fitQuantile([3, 3, 3]).name).toBe('standard');
  });
});

describe('the transform that a column gets', () => {
  const normals = (n: number): number[] => [...normal(key(3), [n], { dtype: 'float64' }).data];

  test.each<[string, (z: number, i: number) => number]>([
    ['normal', (z) => 1e6 + 0.1 * z],
    ['skewed', (z) => Math.exp(0.7 * z)],
    ['with two modes', (z, i) => z + 5 * (i % 2)],
    ['zero in most rows', (z) => Math.max(0, z - 1)],
    ['of few values', (z) => Math.round(z)],
    ['with anomalies among them', (z, i) => (i % 20 === 0 ? z + 6 : z)],
    ['all the same', () => 3],
  ])('is standard for numbers that are %s', (_, f) => {
    expect(fitTransform(normals(500).map(f)).name).toBe('standard');
  });

  test.each<[string, (z: number, i: number) => number]>([
    ['a long tail', (z) => Math.exp(1.5 * z)],
    ['a long tail beside many zeros', (z, i) => (i % 3 === 0 ? Math.exp(2 * z) : 0)],
    ['far outliers', (z, i) => (i % 100 === 0 ? 1000 * z : z)],
  ])('is quantile for %s', (_, f) => {
    expect(fitTransform(normals(500).map(f)).name).toBe('quantile');
  });

  test('is recorded, and can be said', () => {
    const table = tableOf({ x: normals(300).map((z) => Math.exp(2 * z)) });
    const transforms = (overrides?: SchemaOverrides) =>
      encoderOf(table, overrides).state.columns.map((column) => 'transform' in column && column.transform.name);
    expect(transforms()).toEqual(['quantile']);
    expect(transforms({ x: { transform: 'standard' } })).toEqual(['standard']);
    expect(transforms({ x: 'numeric' })).toEqual(['quantile']);
  });

  test('keeps a long tail to its end', () => {
    const values = normals(5000).map((z) => Math.exp(2 * z));
    const fitted = fitQuantile(values);
    expect(fitted.name === 'quantile' && fitted.x.length).toBeLessThan(150);
    const sorted = values.toSorted((a, b) => a - b);
    for (const i of [0, 1, 3, 4996, 4998, 4999]) {
      expect(undoTransform(fitted, normalQuantile((i + 0.5) / 5000)) / sorted[i]!).toBeCloseTo(1, 9);
    }
  });
});

describe('dates', () => {
  test.each<[string, string[]]>([
    ['YYYY-MM-DD', ['2024-02-29', '1969-07-20']],
    ['YYYY-MM-DD HH:mm', ['2024-02-29 10:30', '2024-03-01 00:00']],
    ['YYYY-MM-DDTHH:mm:ssZ', ['2024-02-29T10:30:05Z', '2024-03-01T23:59:59Z']],
    ['YYYY-MM-DDTHH:mm:ss.SSSZ', ['2024-02-29T10:30:05.123Z']],
    ['DD.MM.YYYY', ['29.02.2024', '01.12.1969']],
    ['D.M.YYYY', ['29.2.2024', '1.12.1969']],
    ['DD-MM-YYYY', ['03-04-2024']],
    ['M/D/YYYY', ['2/29/2024', '12/1/1969']],
    ['MM/DD/YYYY', ['01/02/2024', '03/04/2024']],
    ['DD/MM/YYYY', ['01/02/2024', '29/02/2024']],
    ['YYYY/MM/DD', ['2024/02/29']],
  ])('as %s are found, read and written again', (pattern, cells) => {
    expect(datePatternOf(cells)).toBe(pattern);
    for (const cell of cells) expect(formatDate(dateOf(cell, pattern), pattern)).toBe(cell);
  });

  test.each([['30.02.2024'], ['1.2.03'], ['12/13/14'], ['2024-13-01'], ['1.2/2024'], ['v1.2.2024'], ['']])(
    'are not %s',
    (cell) => {
      expect(datePatternOf([cell])).toBeUndefined();
    },
  );

  test('of no consistent order are none, and are rounded to what is shown', () => {
    expect(datePatternOf(['31/12/2024', '12/31/2024'])).toBeUndefined();
    expect(datePatternOf(['31.12.2024', '2024-12-31'])).toBeUndefined();
    expect(formatDate(Date.UTC(2024, 0, 1, 10, 29, 59, 925), 'YYYY-MM-DD HH:mm')).toBe('2024-01-01 10:30');
    expect(dateOf('1.2.2024', 'DD.MM.YYYY')).toBe(Date.UTC(2024, 1, 1));
    expect(dateOf('0050/01/02', 'YYYY/MM/DD')).toBe(Date.parse('0050-01-02'));
  });

  test('are columns that come back as they were written', () => {
    const cells = Array.from({ length: 60 }, (_, i) => `${1 + (i % 28)}/${1 + (i % 12)}/${1950 + i}`);
    const table = tableOf({ born: cells, x: cells.map((_, i) => i / 7) });
    const encoder = encoderOf(table);
    expect(encoder.state.columns[0]).toMatchObject({ kind: 'datetime', format: 'D/M/YYYY', dateOnly: true });
    expect(columnOf(encoder.decode(encoder.encodeMatrix(table)), 'born')).toEqual(cells);
    const ambiguous = tableOf({ born: ['01/02/2024', '03/04/2024'] });
    const said = encoderOf(ambiguous, { born: { format: 'DD/MM/YYYY' } }).state.columns[0];
    expect(said).toMatchObject({ format: 'DD/MM/YYYY', min: Date.UTC(2024, 1, 1) });
    expect(() => encoderOf(ambiguous, { born: { format: 'MM/YY' } })).toThrow(/'MM\/YY' is no pattern of dates/);
    expect(() => encoderOf(table, { born: { kind: 'datetime', format: 'MM/DD/YYYY' } })).toThrow(
      /expected a date as MM/,
    );
  });
});

describe('drawn rows', () => {
  const z = normal(key(5), [2, 1000], { dtype: 'float64' }).data;
  const table = tableOf({
    income: Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 ? '' : Math.exp(7 + z[i]!).toFixed(2))),
    claims: Array.from({ length: 1000 }, (_, i) => Math.max(0, z[1000 + i]!).toFixed(2)),
    city: repeat(1000, 'a', 'b'),
  });
  const encoder = encoderOf(table);
  const at = (column: number): number => encoder.blocks[column]!.offset;
  const flag = encoder.blocks[0]!.missing!;
  /** Draws of a model that makes everything normal, and of wrong scale and place. */
  const draws = (seed: number): NdArray<'float32'> => {
    const rows = normal(key(seed), [4000, encoder.width]);
    for (let start = 0; start < rows.data.length; start += encoder.width) {
      rows.data[start + at(0)]! += 1;
      rows.data[start + at(1)]! *= 0.3;
      rows.data[start + flag] = +(rows.data[start + flag]! < -1.28);
    }
    return rows;
  };
  const numbersIn = (made: Table, name: string): Float64Array =>
    Float64Array.from(
      columnOf(made, name)
        .filter((cell) => cell !== null && cell !== '')
        .map(Number),
    ).sort();
  const ofColumn = (rows: NdArray, offset: number): number[] =>
    Array.from({ length: 4000 }, (_, row) => rows.data[row * encoder.width + offset]!);

  test('get the marginals of the training rows, in the order that they had', () => {
    const [drawn, matched] = [draws(8), draws(8)];
    new MarginalMatcher(encoder, draws(9)).apply(matched);
    matched.data.forEach((value, k) => {
      if (![at(0), at(1)].includes(k % encoder.width)) expect(value).toBe(drawn.data[k]);
    });
    const made = encoder.decode(matched);
    for (const name of ['income', 'claims']) {
      const [real, synthetic] = [numbersIn(table, name), numbersIn(made, name)];
      for (const share of [0.05, 0.25, 0.5, 0.6, 0.75, 0.95]) {
        const value = real[Math.round(share * (real.length - 1))]!;
        const [atMost, below] = [(v: number) => v <= value, (v: number) => v < value].map(
          (test) => synthetic.filter(test).length / synthetic.length,
        ) as [number, number];
        // Two samples of 4,000 (five errors of 0.008 · √2) and quantiles between 33 knots.
        expect(below - 0.04).toBeLessThan(share);
        expect(atMost + 0.04).toBeGreaterThan(share);
      }
    }
    expect(numbersIn(made, 'claims').filter((value) => value === 0).length / 4000).toBeCloseTo(0.5, 1);
    const [before, after] = [drawn, matched].map((rows) => ofColumn(rows, at(1))) as [number[], number[]];
    const order = before.map((_, row) => row).sort((a, b) => before[a]! - before[b]!);
    order.forEach((row, k) => {
      if (k > 0) expect(after[row]!).toBeGreaterThanOrEqual(after[order[k - 1]!]!);
    });
    expect(columnOf(made, 'income').filter((cell) => cell === null).length).toBe(
      ofColumn(drawn, flag).filter((value) => value === 1).length,
    );
  });

  test('keep a value that repeats to the bit, whatever float32 makes of it', () => {
    for (const offset of [0, 1e-3, 1234.567, -1e9 / 7]) {
      const values = Array.from(z.subarray(0, 1000), (x) => offset + (x < 0 ? 0 : Math.PI * x));
      const fitted = encoderOf(tableOf({ x: values, y: Array.from(z.subarray(1000)) }));
      const rows = normal(key(4), [2000, 2]);
      new MarginalMatcher(fitted, normal(key(6), [4000, 2])).apply(rows);
      const back = columnOf(fitted.decode(rows), 'x');
      const share = back.filter((value) => value === values.find((x) => x === offset)).length / 2000;
      // Five errors of a share of 2,000 and of one of 4,000, and of the 1,000.
      expect(Math.abs(share - values.filter((x) => x === offset).length / 1000), String(offset)).toBeLessThan(0.08);
    }
  });

  test('stay as they are where there is nothing to go by', () => {
    const { columns } = encoder.state;
    const old = new TableEncoder({
      columns: columns.map((column) => Object.fromEntries(Object.entries(column).filter(([name]) => name !== 'marginal')) as typeof column), // prettier-ignore
    });
    const rows = draws(8);
    new MarginalMatcher(old, draws(9)).apply(rows);
    expect(rows.data).toEqual(draws(8).data);
  });

  test('have gaps or none', () => {
    const [gaps, none] = [draws(8), draws(8)];
    encoder.settleMissing(gaps.data, { missing: true });
    encoder.settleMissing(none.data, { missing: false });
    expect(ofColumn(gaps, flag)).toEqual(ofColumn(draws(8), flag));
    ofColumn(gaps, flag).forEach((missing, row) => {
      if (missing === 1) expect(ofColumn(gaps, at(0))[row]).toBe(0);
    });
    expect(ofColumn(none, flag).every((missing) => missing === 0)).toBe(true);
    expect(ofColumn(none, at(0))).toEqual(ofColumn(draws(8), at(0)));
  });
});

describe('tableSplits', () => {
  test('a share of the rows is held out, and the encoder knows the others only', () => {
    const splits = tableSplits(people, { source: 'people.csv', seed: 1 });
    expect([splits.train.size, splits.test!.size, splits.train.sampleShape]).toEqual([
      180,
      20,
      [splits.train.table!.width],
    ]);
    expect(splits.options).toEqual({ seed: 1, testFraction: 0.1 });
    expect(splits.train).toMatchObject({ kind: 'table', support: 'table', classNames: ['bad', 'good'] });
    expect(splits.train.labels!.length).toBe(180);
    const again = tableSplits(people, { source: 'people.csv', ...splits.options });
    expect(examplesOf(again.test!)).toEqual(examplesOf(splits.test!));
    testDataset(() => splits.train);
    testDataset(() => splits.test!);
  });

  test('says what it took the columns for', () => {
    const { notes } = tableSplits(people, { source: 'people.csv' });
    expect(notes).toEqual([
      'numeric: age, income (some missing), score',
      'categorical: city (3 levels, some missing), zip (40 levels)',
      'boolean: smoker',
      'datetime: born',
      'ordinal: rooms (6 levels)',
      'set aside: id (id: no two rows share a value), note (ignored: it is free text, with a value of its own in most rows), ' +
        'country (constant: all its values are the same), empty (ignored: it is empty), target (label, 2 classes, not modelled)',
      'A column that is something else: say so with the option schema, such as --data-option \'schema={"target":"categorical"}\'.',
      '20 of 200 rows are held out as the test split.',
    ]);
  });

  test('a column can say the splits', () => {
    const column = {
      name: 'split',
      values: people.columns[0]!.values.map((_, i) => ['train', 'train', 'val', 'test'][i % 4]!),
    };
    const table = tableOf([...people.columns, column]);
    const splits = tableSplits(table, { source: 'x' });
    expect([splits.train.size, splits.validation!.size, splits.test!.size]).toEqual([100, 50, 50]);
    expect(() => tableSplits(table, { source: 'x', seed: 3 })).toThrow(/a column makes the splits/);
    const wrong = tableOf({ x: [1, 2, 3.5], fold: ['train', 'test', 'dev'] });
    expect(() => tableSplits(wrong, { source: 'x', schema: { fold: 'split' } })).toThrow(
      /column 'fold' says 'dev': expected train, validation or test/,
    );
  });

  test('rows for a trained model are encoded as its own were, none held out', () => {
    const { train } = tableSplits(people, { source: 'x', schema: { zip: 'ignored' } });
    const like = { kind: 'table', table: train.table!.state } as unknown as DataConfig;
    const fresh = tableOf(
      people.columns.map(({ name, values }) => ({ name, values: name === 'city' ? repeat(200, 'Lima') : values })),
    );
    const { train: all, test: none, notes } = tableSplits(fresh, { source: 'new', like });
    expect([all.size, none]).toEqual([200, undefined]);
    expect(all.table!.state).toEqual(train.table!.state);
    expect(notes).toEqual([
      "new: 'city' has a category that training had not, in 200 rows (such as 'Lima'): taken as \"other\".",
    ]);
    const unlabelled = tableOf(people.columns.filter(({ name }) => name !== 'target'));
    expect(tableSplits(unlabelled, { source: 'new', like }).train.labels).toBeUndefined();
  });

  test('labels that training had not come after its own, also where it had only one', () => {
    const measured = repeat(40, '0.1', '0.5', '0.4', '0.9');
    const rows = (label: Cell[]): Table => tableOf({ measured, label });
    const { train } = tableSplits(rows(repeat(40, 'normal')), { source: 'x' });
    expect([train.classNames, train.labels!.every((code) => code === 0)]).toEqual([['normal'], true]);
    const like = { kind: 'table', table: train.table!.state } as unknown as DataConfig;
    const { train: later } = tableSplits(rows(repeat(40, 'normal', 'leak', 'normal', 'burst')), { source: 'y', like });
    expect(later.classNames).toEqual(['normal', 'burst', 'leak']);
    expect([...later.labels!.slice(0, 4)]).toEqual([0, 2, 0, 1]);
    expect(tableSplits(rows(repeat(40, 'normal', '')), { source: 'y', like }).train.labels).toBeUndefined();
  });
});
