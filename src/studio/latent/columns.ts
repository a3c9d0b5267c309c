import { NdArray } from '../../core/index.ts';
import type { Run } from '../../api/index.ts';
import { examplesOf } from '../../data/index.ts';
import type { Dataset, TableEncoder } from '../../data/index.ts';
import { namesOf, numbersOf } from '../../evaluation/index.ts';
import type { ColumnKinds } from '../../evaluation/index.ts';
import type { Table } from '../../io/index.ts';
import type { CodeColumn } from './contract.ts';

/** A column as numbers: those of a category are the places of its levels, NaN is missing. */
export interface NumberedColumn extends CodeColumn {
  readonly values: Float32Array;
}

/** Levels of a category, at most: more are no colours to tell apart. */
const mostLevels = 64;
/** Numbers of an example that are columns of their own, at most. */
const mostNumbers = 64;

/** The kinds of the columns that a model of a table has distributions of, or is given. */
export function kindsOf({ state, blocks }: TableEncoder): ColumnKinds {
  const modelled = new Set(blocks.map(({ column }) => column));
  return Object.fromEntries(
    state.columns.flatMap(({ name, kind }) =>
      modelled.has(name) ? [[name, kind === 'numeric' || kind === 'datetime' ? 'numeric' : 'category'] as const] : [],
    ),
  );
}

/** A category's names as places; the level of a missing cell is none. */
export function numbered(names: readonly string[], levels: readonly string[]): Float32Array {
  const places = new Map(levels.map((level, place) => [level, place]));
  return Float32Array.from(names, (name) => places.get(name) ?? NaN);
}

/** The names that occur, the commonest first. */
export function levelsOf(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== '') counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
}

/** What is known of each example beside its code: a table's columns, the factors that it was made from, its numbers where they are few. */
export function columnsOf(run: Run, dataset: Dataset): NumberedColumn[] {
  const columns: NumberedColumn[] = [];
  for (const [name, factor] of Object.entries(dataset.factors ?? {})) {
    const values = Float32Array.from({ length: dataset.size }, (_, k) => factor.at(k) ?? NaN);
    columns.push({ name, kind: 'number', values });
  }
  if (dataset.table) return [...columns, ...tableColumns(cellsOf(run, dataset), dataset.table)];
  const [width = 0] = dataset.sampleShape;
  if (dataset.sampleShape.length !== 1 || width > mostNumbers) return columns;
  const { data } = examplesOf(dataset);
  for (let k = 0; k < width; k++) {
    const values = Float32Array.from({ length: dataset.size }, (_, row) => data[row * width + k] ?? NaN);
    columns.push({ name: `x${k + 1}`, kind: 'number', values });
  }
  return columns;
}

function tableColumns(table: Table, encoder: TableEncoder): NumberedColumn[] {
  return Object.entries(kindsOf(encoder)).flatMap(([name, kind]): NumberedColumn[] => {
    if (kind === 'numeric') return [{ name, kind: 'number', values: Float32Array.from(numbersOf(table, name)) }];
    const names = namesOf(table, name);
    const levels = levelsOf(names);
    return levels.length > mostLevels ? [] : [{ name, kind: 'category', levels, values: numbered(names, levels) }];
  });
}

/** The cells of rows of a table's data set, as the model's numbers have them. */
export function cellsOf(run: Run, dataset: Dataset, indices?: Uint32Array): Table {
  const rows = examplesOf(dataset, indices);
  return run.toTable(new NdArray(rows.data, rows.shape, 'float32'));
}
