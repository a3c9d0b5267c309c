import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { parseRunConfig } from '../../config/index.ts';
import { parseTableCsv, tableOf } from '../../io/index.ts';
import type { Cell, Table } from '../../io/index.ts';
import { columnOf, encoderOf, repeat } from '../../testing/tables.ts';
import { TableEncoder, otherCategory } from './encoder.ts';
import { inferSchema } from './column-kinds.ts';
import { tableDataset, tableSplits } from './table-dataset.ts';

const caseTable = (name: string): Table => parseTableCsv(readFileSync(`test/fixtures/cases/${name}.csv`, 'utf8'));

const kindsOf = (table: Table): Record<string, string> =>
  Object.fromEntries(inferSchema(table).map(({ name, kind }) => [name, kind]));

const shuffled = (count: number, of: (k: number) => Cell = (k) => k): Cell[] =>
  Array.from({ length: count }, (_, i) => of((i * 7919) % count));

describe('ids', () => {
  test('are what pandas, R and spreadsheets call their indices', () => {
    expect(kindsOf(caseTable('pandas-index'))).toMatchObject({
      'Unnamed: 0.1': 'id',
      'Unnamed: 0': 'id',
      x: 'numeric',
    });
    const names = ['Index', 'KEY', 'row', 'Row Names', 'rownames', '__index_level_0__', 'Unnamed: 0', '', 'ID', 'customerID', 'PassengerId', 'order-no', 'S.No', 'Cust. ID']; // prettier-ignore
    const others = ['paid', 'valid', 'index of refraction', 'monkey', 'volcano', 'arrow', 'x'];
    const numbers = shuffled(101);
    const table = tableOf([...names, ...others].map((name) => ({ name, values: numbers })));
    for (const [name, kind] of Object.entries(kindsOf(table))) expect([name, kind]).toEqual([name, names.includes(name) ? 'id' : 'numeric']); // prettier-ignore
    // What repeats tells no rows apart.
    expect(kindsOf(tableOf({ id: repeat(101, ...shuffled(50)) })).id).toBe('numeric');
  });

  test('are unique texts, few ones only where they are made to be', () => {
    const uuid = (k: number): string => `3f2504e0-4f89-11d3-9a0c-0305e82c33${String(k).padStart(2, '0')}`;
    const table = tableOf({
      token: shuffled(12, (k) => uuid(k)),
      hash: shuffled(12, (k) => `9e107d9d372bb6826bd81d3542a419${String(k).padStart(2, '0')}`),
      name: shuffled(12, (k) => `name ${k}`),
    });
    expect(kindsOf(table)).toEqual({ token: 'id', hash: 'id', name: 'categorical' });
    expect(kindsOf(tableOf({ name: shuffled(40, (k) => `name ${k}`) }))).toEqual({ name: 'id' });
  });
});

describe('labels', () => {
  test('have few values; a quantity is modelled, whatever its name', () => {
    const schema = inferSchema(caseTable('target-continuous'));
    expect(schema.map(({ kind }) => kind)).toEqual(['numeric', 'numeric', 'numeric']);
    expect(schema[2]?.note).toMatch(/60 values are too many for classes/);
    const kind = (name: string, count: number, ...cells: Cell[]): string | undefined =>
      inferSchema(tableOf({ [name]: repeat(count, ...cells) }))[0]?.kind;
    expect(kind('target', 90, 0, 1)).toBe('label');
    expect(kind('y', 90, 'a', 'b', 'c')).toBe('label');
    expect(kind('class', 400, ...shuffled(40))).toBe('label');
    expect(kind('target', 400, ...shuffled(40))).toBe('numeric');
    expect(kind('y', 90, 0.5, 1.5, 2.5)).toBe('label');
    expect(kind('y', 90, ...shuffled(20, (k) => k + 0.5))).toBe('numeric');
    expect(kind('label', 60, ...shuffled(60, (k) => `t${k}`))).toBe('id');
    expect(kind('class', 5, 'normal')).toBe('label');
  });

  test('of drawn rows go with their rows, as often as in training, and only where they are asked for', () => {
    const n = 1200;
    const x = Array.from({ length: n }, (_, k) => Math.sin(k * 1.7) * 3);
    const kind = x.map((value, k) => (k % 10 === 0 ? null : value > 1 ? 'high' : value < -1 ? 'low' : 'middle'));
    const table = tableOf({ x, kind, other: x.map((_, k) => (k * 37) % 11) });
    const { train } = tableSplits(table, { source: 'table', testFraction: 0, schema: { kind: 'label' } });
    const encoder = train.table!;
    const matrix = encoder.encodeMatrix(table);
    const drawn = encoder.decode(matrix, { labels: true, seed: 3 });
    expect(drawn.columns.map(({ name }) => name)).toEqual(['x', 'kind', 'other']);
    const labels = columnOf(drawn, 'kind');
    const missing = labels.filter((label) => label === null).length / n;
    // Three standard errors of 1,200 draws.
    expect(Math.abs(missing - 0.1)).toBeLessThan(3 * Math.sqrt(0.09 / n));
    const right = labels.filter((label, k) => label !== null && label === kind[k]).length;
    expect(right / labels.filter((label, k) => label !== null && kind[k] !== null).length).toBeGreaterThan(0.85);
    expect(encoder.decode(matrix, { labels: true, seed: 3 })).toEqual(drawn);
    expect(columnOf(encoder.decode(matrix, { labels: true, seed: 4 }), 'kind')).not.toEqual(labels);
    expect(columnOf(encoder.decode(matrix, { labels: true, missing: false }), 'kind')).not.toContain(null);
    expect(encoder.decode(matrix).columns.map(({ name }) => name)).toEqual(['x', 'other']);
    // The model that is trained does not see them.
    expect(encoder.blocks.map(({ column }) => column)).toEqual(['x', 'other']);
    const again = new TableEncoder(JSON.parse(JSON.stringify(encoder.state)) as typeof encoder.state);
    expect(again.decode(matrix, { labels: true, seed: 3 })).toEqual(drawn);
    expect(() => parseRunConfig({ schemaVersion: 1, data: { table: encoder.state } })).not.toThrow(/data\.table/);
    const ignored = tableSplits(table, { source: 'table', schema: { kind: 'ignored' } }).train.table!;
    expect(ignored.decode(matrix, { labels: true }).columns.map(({ name }) => name)).toEqual(['x', 'other']);
  });

  test('of one class alone are that class', () => {
    const table = tableOf({ x: shuffled(50, (k) => k / 7), label: repeat(50, 'normal') });
    const encoder = tableSplits(table, { source: 'table', testFraction: 0 }).train.table!;
    const labels = columnOf(encoder.decode(encoder.encodeMatrix(table), { labels: true }), 'label');
    expect(labels).toEqual(repeat(50, 'normal'));
  });
});

describe('constants', () => {
  test('that move are seen, and cost as much as what one row in n + 1 has', () => {
    const table = caseTable('constant-that-moves');
    const { train } = tableSplits(table, { source: 'table', testFraction: 0 });
    const moved = tableOf(
      table.columns.map(({ name, values }) => ({
        name,
        values: [values[0]!, name === 'const' ? '99999' : values[0]!],
      })),
    );
    const notes: string[] = [];
    const { rows } = tableDataset(moved, { name: 'new.csv', encoder: train.table!, notes });
    expect(rows?.unseen(0)).toEqual([]);
    expect(rows?.unseen(1)).toEqual([{ column: 'const', nats: Math.log(table.rowCount + 1) }]);
    expect(notes).toEqual([
      "new.csv: 'const' was the same in all training rows, and is not in 1 row (such as '99999'): that raises their scores.",
    ]);
    expect(train.table?.constants).toEqual(['const']);
  });
});

describe('levels', () => {
  test('that differ in capitals are levels, and named', () => {
    const table = caseTable('level-yes-case');
    const schema = inferSchema(table);
    expect(schema[0]).toMatchObject({ kind: 'categorical' });
    expect(schema[0]?.note).toMatch(/'yes' and 'Yes' differ in capitals alone/);
    const encoder = encoderOf(table);
    expect(columnOf(encoder.decode(encoder.encodeMatrix(table)), 'member')).toEqual(columnOf(table, 'member'));
  });

  test.each<[string, Cell[]]>([
    ['boolean', ['1.0', '0.0']],
    ['boolean', ['TRUE', 'FALSE']],
    ['boolean', ['Y', 'N']],
    ['boolean', [true, false]],
    ['boolean', ['ja', 'nein']],
    ['boolean', [1, 0, null]],
    ['categorical', ['Yes', 'yes', 'no']],
    ['categorical', ['x', '']],
    ['categorical', ['5', '']],
    ['constant', ['5']],
    ['numeric', [1, 2]],
  ])('%s: %j', (kind, cells) => {
    const table = tableOf({ c: repeat(60, ...cells), x: shuffled(60, (k) => k / 7) });
    expect(kindsOf(table).c).toBe(kind);
    const encoder = encoderOf(table);
    const back = columnOf(encoder.decode(encoder.encodeMatrix(table)), 'c');
    expect(back.map((cell) => String(cell ?? ''))).toEqual(
      repeat(60, ...cells).map((cell) => (kind === 'numeric' ? String(cell) : String(cell ?? ''))),
    );
  });

  test('that are rare are drawn by their frequency, and never written as (other)', () => {
    const table = caseTable('categories-many');
    const encoder = encoderOf(table);
    const state = encoder.state.columns.find(({ name }) => name === 'city');
    if (state?.kind !== 'categorical' || !state.rare) throw new Error('city has rare levels');
    expect(state.rare.counts.reduce((sum, count) => sum + count, 0)).toBe(state.pooled);
    const rows = 4000;
    const { offset, width } = encoder.blocks.find(({ column }) => column === 'city')!;
    const matrix = NdArray.zeros([rows, encoder.width], 'float32');
    for (let row = 0; row < rows; row++) matrix.data[row * encoder.width + offset + width - 1] = 1;
    const drawn = columnOf(encoder.decode(matrix, { seed: 1 }), 'city');
    const real = new Set(columnOf(table, 'city'));
    expect(drawn.filter((city) => !real.has(city))).toEqual([]);
    expect(drawn).not.toContain(otherCategory);
    // Each as often as it was among the pooled ones: χ² of k levels is k − 1 ± √(2 (k − 1)), here within four of these.
    const found = new Map<Cell, number>();
    for (const city of drawn) found.set(city, (found.get(city) ?? 0) + 1);
    const squares = state.rare.levels.map((level, k) => {
      const expected = (rows * (state.rare?.counts[k] ?? 0)) / state.pooled;
      return ((found.get(level) ?? 0) - expected) ** 2 / expected;
    });
    const freedom = squares.length - 1;
    const chi = squares.reduce((sum, value) => sum + value, 0);
    expect(Math.abs(chi - freedom)).toBeLessThan(4 * Math.sqrt(2 * freedom));
    expect(columnOf(encoder.decode(matrix, { seed: 1 }), 'city')).toEqual(drawn);
    expect(columnOf(encoder.decode(matrix, { seed: 2 }), 'city')).not.toEqual(drawn);
  });

  test('of great number and length take at most 64 kB of the configuration', () => {
    const long = shuffled(9000, (k) => `${'x'.repeat(100)}${Math.floor(k / 3)}`);
    const encoder = encoderOf(tableOf({ c: long, x: shuffled(9000) }), { c: 'categorical', x: 'numeric' });
    const [state] = encoder.state.columns;
    expect(JSON.stringify(state?.kind === 'categorical' ? state.rare : '').length).toBeLessThan(80_000);
    expect(state).toMatchObject({ pooled: 9000 - 64 * 3 });
  });
});
