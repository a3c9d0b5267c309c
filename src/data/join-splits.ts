import { sizeOf } from '../core/index.ts';
import { checkGather, gatherNumbers, subset } from './dataset.ts';
import type { Dataset, ExampleNames, RowFacts } from './dataset.ts';
import type { DatasetSplits } from './source.ts';
import { splitNames } from './split-names.ts';
import type { SplitName } from './split-names.ts';

/** All examples of a source, and the split that each belongs to. */
export interface WholeSource {
  readonly dataset: Dataset;
  readonly splits: readonly SplitName[];
}

/**
 * The splits put together again: in the source's own order where its examples know their places (files by their paths, the parts
 * of a random split by their numbers), else training, validation, test.
 */
export function wholeOf(source: Pick<DatasetSplits, 'source' | SplitName>): WholeSource {
  const parts = splitNames.flatMap((split) => {
    const dataset = source[split];
    return dataset ? [{ split, dataset }] : [];
  });
  const splits = parts.flatMap(({ split, dataset }) => new Array<SplitName>(dataset.size).fill(split));
  if (parts.length === 1) return { dataset: source.train, splits };
  const joined = join(parts.map(({ dataset }) => dataset));
  const order = placesInOrder(joined);
  const { names, ...rest } = order ? subset(joined, order) : joined;
  // Numbers say no more than the order does where they count all, and nothing where two sources have numbers of their own.
  const dataset = names?.kind === 'file' ? { ...rest, names } : rest;
  if (!order) return { dataset, splits };
  return { dataset, splits: Array.from(order, (place) => splits[place]!) };
}

/** The places of the examples by their names; `undefined` where names are absent or come twice. */
function placesInOrder({ size, names }: Dataset): Uint32Array | undefined {
  if (!names) return undefined;
  const named = Array.from({ length: size }, (_, place) => ({ place, name: names.at(place) }));
  named.sort((a, b) => (a.name < b.name ? -1 : 1));
  if (named.some(({ name }, k) => name === named[k + 1]?.name)) return undefined;
  return Uint32Array.from(named, ({ place }) => place);
}

/** Data sets of one kind, one after another. */
function join(parts: readonly Dataset[]): Dataset {
  const first = parts[0]!;
  const { name, kind, sampleShape, support, table } = first;
  const starts: number[] = [];
  let size = 0;
  for (const part of parts) {
    starts.push(size);
    size += part.size;
  }
  const partOf = (index: number): number => starts.findLastIndex((start) => start <= index);
  const names = joinNames(parts, (index) => ({ part: partOf(index), at: index - starts[partOf(index)]! }));
  const sampleSize = sizeOf(sampleShape);
  const scatter = (
    indices: Uint32Array,
    out: Float32Array | Float64Array,
    read: (part: Dataset, local: Uint32Array) => Float32Array | Float64Array,
  ): void => {
    checkGather({ name, size, sampleShape }, indices, out);
    parts.forEach((part, number) => {
      const chosen = Uint32Array.from(indices.keys()).filter((k) => partOf(indices[k]!) === number);
      const values = read(
        part,
        chosen.map((k) => indices[k]! - starts[number]!),
      );
      chosen.forEach((k, at) => {
        out.set(values.subarray(at * sampleSize, (at + 1) * sampleSize), k * sampleSize);
      });
    });
  };
  return {
    name,
    kind,
    sampleShape,
    support,
    size,
    ...(table && { table }),
    ...(names && { names }),
    ...(parts.some(({ onDisk }) => onDisk) && { onDisk: true }),
    ...joinRows(parts, (index) => ({ part: partOf(index), at: index - starts[partOf(index)]! })),
    ...joinLabels(parts),
    gather(indices, out) {
      scatter(indices, out, (part, local) => {
        const values = new Float32Array(local.length * sampleSize);
        part.gather(local, values);
        return values;
      });
    },
    ...(parts.some((part) => 'gatherFloat64' in part) && {
      gatherFloat64(indices, out) {
        scatter(indices, out, (part, local) => {
          const values = new Float64Array(local.length * sampleSize);
          gatherNumbers(part, local, values);
          return values;
        });
      },
    }),
  };
}

function joinRows(
  parts: readonly Dataset[],
  place: (index: number) => { readonly part: number; readonly at: number },
): Pick<Dataset, 'rows'> {
  const rows = parts.flatMap((part) => part.rows ?? []);
  const [first] = rows;
  if (!first || rows.length < parts.length) return {};
  const of = (index: number): { readonly facts: RowFacts; readonly at: number } => {
    const { part, at } = place(index);
    return { facts: rows[part]!, at };
  };
  return {
    rows: {
      ids: first.ids,
      id: (index, column) => of(index).facts.id(of(index).at, column),
      unseen: (index) => of(index).facts.unseen(of(index).at),
    },
  };
}

function joinNames(
  parts: readonly Dataset[],
  place: (index: number) => { readonly part: number; readonly at: number },
): ExampleNames | undefined {
  const names = parts.flatMap((part) => part.names ?? []);
  const [first] = names;
  if (!first || names.length < parts.length || names.some(({ kind }) => kind !== first.kind)) return undefined;
  return {
    kind: first.kind,
    at: (index) => {
      const { part, at } = place(index);
      return names[part]!.at(at);
    },
  };
}

/** Labels by the names of their classes, as the parts may number them otherwise. */
function joinLabels(parts: readonly Dataset[]): Pick<Dataset, 'labels' | 'classNames'> {
  if (!parts.every(({ labels }) => labels)) return {};
  if (!parts.every(({ classNames }) => classNames)) {
    return { labels: Uint32Array.from(parts.flatMap(({ labels }) => Array.from(labels!))) };
  }
  const classNames = [...new Set(parts.flatMap(({ classNames }) => classNames!))];
  const number = new Map(classNames.map((name, index) => [name, index]));
  const labels = parts.flatMap((part) => Array.from(part.labels!, (label) => number.get(part.classNames![label]!)!));
  return { labels: Uint32Array.from(labels), classNames };
}
