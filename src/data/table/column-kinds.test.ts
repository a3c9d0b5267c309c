import { describe, expect, test } from 'vitest';
import { ValueError } from '../../core/index.ts';
import { tableOf } from '../../io/index.ts';
import type { Table } from '../../io/index.ts';
import { encoderOf, people, repeat } from '../../testing/tables.ts';
import { inferSchema } from '../index.ts';
import type { SchemaOverrides } from '../index.ts';

const kindsOf = (table: Table, overrides?: SchemaOverrides): Record<string, string> =>
  Object.fromEntries(inferSchema(table, overrides).map(({ name, kind }) => [name, kind]));

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

  test('texts are free text when more than 64 of them fill less than two rows each, missing ones apart', () => {
    /** So many texts, each once or twice, `rows` in all, and `missing` empty cells. */
    const texts = (distinct: number, rows: number, missing = 0): (string | null)[] => [
      ...Array.from({ length: rows }, (_, k) => `what somebody wrote, no. ${k % distinct} of many`),
      ...Array.from({ length: missing }, () => null),
    ];
    const found = (cells: (string | null)[]) => inferSchema(tableOf({ remark: cells }))[0];
    const ignored = { name: 'remark', kind: 'ignored', reason: expect.stringContaining('free text') as string };
    expect(found(texts(65, 129))).toEqual(ignored);
    expect(found(texts(65, 130))).toEqual({ name: 'remark', kind: 'categorical' });
    expect(found(texts(64, 100))).toEqual({ name: 'remark', kind: 'categorical' });
    expect(found(texts(65, 129, 50))).toEqual(ignored);
    expect(found(texts(300, 599))).toEqual(ignored);
    expect(found(texts(300, 600, 1))).toEqual({ name: 'remark', kind: 'categorical' });
    // Each once is a name of the row.
    expect(found(texts(65, 65))).toEqual({ name: 'remark', kind: 'id', reason: 'no two rows share a value' });
    expect(found(texts(19, 19))).toEqual({ name: 'remark', kind: 'categorical' });
    expect(found(texts(20, 20))?.kind).toBe('id');
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
