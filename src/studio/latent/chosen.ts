import type { Run } from '../../api/index.ts';
import { ValueError } from '../../core/index.ts';
import { splitNames, takeFirst } from '../../data/index.ts';
import type { Dataset, SplitChoice } from '../../data/index.ts';

/** Which examples a request is about. */
export interface ChosenExamples {
  /** Where other data than the run's own lie. */
  readonly data: string | undefined;
  readonly split: SplitChoice | undefined;
  readonly limit: number;
}

/** Examples whose codes are sent, at most. */
export const mostExamples = 100_000;
const usualExamples = 10_000;

/** Where data lie that a page names: `upload:NAME`, or `file:NAME` below `--data`; undefined where there is nothing of that name. */
export type FindData = (kind: 'upload' | 'file', name: string) => string | undefined;

/** @throws ValueError for what no split is called, data that there are not, and numbers that are none */
export function chosenIn(query: URLSearchParams, findData: FindData): ChosenExamples {
  const split = query.get('split') ?? undefined;
  if (split !== undefined && split !== 'all' && !splitNames.some((name) => name === split))
    throw new ValueError(`split: expected ${splitNames.join(', ')} or all, got '${split.slice(0, 40)}'.`);
  return {
    data: dataIn(query, findData),
    split: split as SplitChoice | undefined,
    limit: wholeIn(query, 'limit', { most: mostExamples, usual: usualExamples }),
  };
}

function dataIn(query: URLSearchParams, findData: FindData): string | undefined {
  const text = query.get('data');
  if (text === null) return undefined;
  const [, kind, name = ''] = /^(upload|file):(.+)$/s.exec(text) ?? [];
  const path = kind === 'upload' || kind === 'file' ? findData(kind, name) : undefined;
  if (path === undefined) throw new ValueError(`data: there is nothing called '${text.slice(0, 80)}' among the uploads and the files below --data.`); // prettier-ignore
  return path;
}

/** A whole number from 1 (or `least`) to `most` of an address. @throws ValueError */
export function wholeIn(
  query: URLSearchParams,
  name: string,
  { least = 1, most, usual }: { readonly least?: number; readonly most: number; readonly usual: number },
): number {
  const text = query.get(name);
  if (text === null) return usual;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new ValueError(`${name}: expected a whole number from ${least} to ${most}, got '${text.slice(0, 40)}'.`);
}

/** `rows=0,5,7`: places among the chosen examples. @throws ValueError */
export function rowsIn(query: URLSearchParams, most: number): readonly number[] {
  const text = query.get('rows') ?? '';
  const rows = text.split(',').map((part) => (/^\d{1,9}$/.test(part) ? Number(part) : NaN));
  if (rows.some(Number.isNaN) || rows.length > most)
    throw new ValueError(`rows: expected up to ${most} places of examples, such as 0,5,7, got '${text.slice(0, 40)}'.`);
  return rows;
}

/** @throws ValueError for a place that no example has */
export function checkRows(rows: readonly number[], count: number): void {
  const outside = rows.find((row) => row >= count);
  if (outside !== undefined) throw new ValueError(`There is no example ${outside}: they are numbered from 0 to ${count - 1}.`); // prettier-ignore
}

/** The examples, and what is known of where they come from. */
export async function examplesChosen(
  run: Run,
  { data, split, limit }: ChosenExamples,
): Promise<{ readonly dataset: Dataset; readonly split: SplitChoice; readonly total: number }> {
  const found = await run.testData(data, split === undefined ? {} : { split });
  return {
    dataset: found.dataset.size > limit ? takeFirst(found.dataset, limit) : found.dataset,
    split: found.split,
    total: found.dataset.size,
  };
}
