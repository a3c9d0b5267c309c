import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError, NdArray, ShapeError } from '../../core/index.ts';
import { formatTableCsv, parseTableCsv, tableOf } from '../../io/index.ts';
import { parseRunConfig } from '../../config/index.ts';
import type { Cell, Table } from '../../io/index.ts';
import { columnOf, encoderOf, people, repeat } from '../../testing/tables.ts';
import { TableEncoder, otherCategory } from '../index.ts';

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
    expect(encode({ note: null, id: null }).surprises).toEqual([]);
    expect(encode({ country: 'FR' }).surprises).toMatchObject([
      { column: 'country', what: 'no constant', example: 'FR' },
    ]);
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
    expect(columnOf(decoded, 'c')[1]).toMatch(/^c\d+$/);
    expect(columnOf(decoded, 'c')[2]).toBe('rare1');
    // Runs of old did not keep which they were.
    const columns = pooling.state.columns.map((column) => {
      const { rare, ...others } = { rare: undefined, ...column };
      return rare ? others : column;
    });
    const old = new TableEncoder({ columns });
    expect(columnOf(old.decode(old.encodeMatrix(tableOf({ c: ['unheard'], x: [1] }))), 'c')).toEqual([otherCategory]);
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
