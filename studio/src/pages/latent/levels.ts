// Categories by which points are coloured, and which of them are selected.
import type { CodesData } from '../../latent/codes.ts';

/** The category of each example, by which the points are coloured. */
export function levelsOf(codes: CodesData, colour: string): ArrayLike<number> | undefined {
  return colour === 'label' ? codes.labels : codes.column(colour.slice('column:'.length));
}

export function examplesOf(levels: ArrayLike<number> | undefined, level: number): number[] {
  const found: number[] = [];
  for (let k = 0; levels && k < levels.length; k++) if (levels[k] === level) found.push(k);
  return found;
}

/** The categories all of whose examples are selected. */
export function wholeLevels(levels: ArrayLike<number> | undefined, selection: readonly number[]): ReadonlySet<number> {
  if (!levels || selection.length === 0) return new Set();
  const missing = new Map<number, number>();
  for (let k = 0; k < levels.length; k++) missing.set(levels[k] ?? NaN, (missing.get(levels[k] ?? NaN) ?? 0) + 1);
  for (const index of selection) missing.set(levels[index] ?? NaN, (missing.get(levels[index] ?? NaN) ?? 0) - 1);
  return new Set([...missing].flatMap(([level, count]) => (count === 0 ? [level] : [])));
}
