import { TableEncoder, inferSchema } from '../data/index.ts';
import type { SchemaOverrides } from '../data/index.ts';
import { parseTableCsv } from '../io/index.ts';
import type { Cell, Table } from '../io/index.ts';

/** The cells over and over. */
export const repeat = (count: number, ...cells: Cell[]): Cell[] =>
  Array.from({ length: count }, (_, i) => cells[i % cells.length] ?? null);

/** An encoder of what the columns seem to be. */
export const encoderOf = (table: Table, overrides?: SchemaOverrides): TableEncoder =>
  TableEncoder.fit(table, inferSchema(table, overrides));

export function columnOf(table: Table, name: string): readonly Cell[] {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (!column) throw new Error(`columnOf: there is no column '${name}'.`);
  return column.values;
}

/** 200 rows of everything, as a CSV file gives them. */
export const people = parseTableCsv(
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
