import type { Run } from '../../api/index.ts';
import { UnsupportedError } from '../../core/index.ts';
import { compareTables, namesOf, numbersOf } from '../../evaluation/index.ts';
import type { Table } from '../../io/index.ts';
import type { ChosenExamples } from './chosen.ts';
import { examplesChosen } from './chosen.ts';
import { cellsOf, kindsOf, levelsOf, numbered } from './columns.ts';
import type { ComparedColumn, ComparedTables } from './contract.ts';

/** Levels of a category that are sent, at most; the rest are one, `(other)`. */
const mostLevels = 50;
const others = '(others)';

/** Rows of the data beside as many that the model draws. @throws UnsupportedError for a run of no table */
export async function comparedTables(
  run: Run,
  { seed, ...chosen }: ChosenExamples & { readonly seed: number },
): Promise<Omit<ComparedTables, 'notices'>> {
  const { dataset, split } = await examplesChosen(run, chosen);
  const { table: encoder } = dataset;
  if (!encoder) throw new UnsupportedError(`table: the run was trained on ${run.config.data.source}, which is no table.`); // prettier-ignore
  const real = cellsOf(run, dataset);
  const synthetic = await run.sampleTable(dataset.size, { seed });
  const kinds = kindsOf(encoder);
  const distances = compareTables(real, synthetic, kinds);
  const states = new Map(encoder.state.columns.map((column) => [column.name, column.kind]));
  const columns = Object.entries(kinds).map(([name, kind]): ComparedColumn => {
    const distance = distances.columns[name] ?? NaN;
    const isDate = states.get(name) === 'datetime';
    if (kind === 'category') return { name, kind, isDate, distance, ...places(real, synthetic, name) };
    const [a, b] = [real, synthetic].map((table) => known(numbersOf(table, name)));
    return { name, kind: 'number', isDate, real: a ?? [], synthetic: b ?? [], distance };
  });
  return {
    source: run.config.data.source,
    split,
    rows: dataset.size,
    columns,
    marginal: distances.marginal,
    pairwise: distances.pairwise,
  };
}

function places(real: Table, synthetic: Table, name: string): Pick<ComparedColumn, 'levels' | 'real' | 'synthetic'> {
  const names = [real, synthetic].map((table) => namesOf(table, name));
  const all = levelsOf(names.flat());
  const levels = all.length > mostLevels ? [...all.slice(0, mostLevels - 1), others] : all;
  const shown = new Set(levels);
  const [a, b] = names.map((column) => known(numbered(column.map((level) => level === '' || shown.has(level) ? level : others), levels))); // prettier-ignore
  return { levels, real: a ?? [], synthetic: b ?? [] };
}

/** JSON has no NaN. */
function known(values: ArrayLike<number>): (number | null)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? value : null));
}
