import { expect, it } from 'vitest';
import { TableEncoder, inferSchema } from '../../data/index.ts';
import { tableOf } from '../../io/index.ts';
import type { Cell } from '../../io/index.ts';
import { clausesOf } from '../data/given-conditions.ts';
import { askedOf } from './filters.ts';

const count = 400;
const cells = (of: (k: number) => Cell): Cell[] => Array.from({ length: count }, (_, k) => of(k));
const day = (k: number): string => new Date(Date.UTC(2024, 0, 1 + k)).toISOString().slice(0, 10);
const month = (k: number): string => new Date(Date.UTC(2015, k, 1)).toISOString().slice(0, 10);

// Whole numbers in two heaps, tenths, days, firsts of months, and numbers of any digits.
const columns: Readonly<Record<string, readonly Cell[]>> = {
  age: cells((k) => (k % 2 === 0 ? 18 + ((k * 7) % 23) : 60 + ((k * 11) % 21))),
  tenth: cells((k) => ((k * 37) % 95) / 10),
  when: cells((k) => day((k * 11) % 91)),
  month: cells((k) => month((k * 17) % 60)),
  any: cells((k) => Math.sqrt(2 + k)),
};
const table = tableOf(columns);
const encoder = TableEncoder.fit(table, inferSchema(table));
const isPossible = (given: string): boolean => {
  try {
    askedOf(clausesOf(given), encoder);
    return true;
  } catch (error) {
    expect(String(error)).toMatch(/given: no row can have /);
    return false;
  }
};

const operators = ['>', '>=', '<', '<=', '='] as const;
const holds = (operator: (typeof operators)[number], a: Cell, b: Cell): boolean => {
  const [value, bound] = typeof a === 'number' ? [a, Number(b)] : [String(a), String(b)];
  if (operator === '=') return value === bound;
  return operator.startsWith('>')
    ? value > bound || (operator === '>=' && value === bound)
    : value < bound || (operator === '<=' && value === bound);
};

// Every value that is written between the least and the most of training, by enumeration.
const grids: Readonly<Record<string, readonly Cell[]>> = {
  age: Array.from({ length: 63 }, (_, k) => 18 + k),
  tenth: Array.from({ length: 95 }, (_, k) => k / 10),
  when: Array.from({ length: 91 }, (_, k) => day(k)),
  month: Array.from({ length: 60 }, (_, k) => month(k)),
};
const bounds: Readonly<Record<string, readonly Cell[]>> = {
  age: [17, 18, 18.5, 60, 60.5, 61, 80, 81],
  tenth: [-0.1, 0, 1.2, 1.25, 1.3, 9.4, 9.5],
  when: ['2023-12-31', '2024-01-01', '2024-02-28', '2024-02-29', '2024-03-01', '2024-03-31', '2024-04-01'],
  month: [
    '2014-12-31',
    '2015-01-01',
    '2017-06-01',
    '2017-06-02',
    '2017-06-30',
    '2017-07-01',
    '2019-12-01',
    '2019-12-02',
  ],
};

it.each(Object.keys(grids))('says of two bounds on %s whether any value keeps both', (name) => {
  for (const one of bounds[name]!)
    for (const other of bounds[name]!)
      for (const first of operators)
        for (const second of ['<', '<='] as const) {
          const given = `${name}${first}${String(one)},${name}${second}${String(other)}`;
          const truth = grids[name]!.some((value) => holds(first, value, one) && holds(second, value, other));
          expect(isPossible(given), given).toBe(truth);
        }
});

it('says what training had, and leaves room between any two numbers of any digits', () => {
  const refused = (given: string): string => {
    try {
      askedOf(clausesOf(given), encoder);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  expect(refused('age>60,age<61')).toBe("given: no row can have age > 60 and age < 61; 'age' is a whole number from 18 to 80 in training."); // prettier-ignore
  expect(refused('when>2030-01-01')).toBe("given: no row can have when > 2030-01-01; 'when' is a date from 2024-01-01 to 2024-03-31 in training."); // prettier-ignore
  expect(refused('tenth>1.2,tenth<1.3')).toMatch(/no row can have tenth > 1\.2 and tenth < 1\.3/);
  expect(isPossible('any>3,any<3.0001')).toBe(true);
  expect(isPossible('any>99')).toBe(false);
});
