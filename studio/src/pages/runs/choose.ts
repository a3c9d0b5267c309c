// Which runs are shown, in which order.
import type { RunSummary } from '../../../../src/studio/contract.ts';
import { stateWords } from '../../ui/format.ts';
import type { Column } from './columns.tsx';

/** What runs can be picked by, beside words: a part of their model, or what they are doing. */
export const facets = {
  state: { title: 'State', of: (run: RunSummary): string => stateWords[run.state] },
  data: { title: 'Data', of: (run: RunSummary): string => run.data.source },
  preset: { title: 'Preset', of: (run: RunSummary): string => run.preset ?? 'none' },
  posterior: { title: 'Posterior', of: (run: RunSummary): string => run.posterior },
  prior: { title: 'Prior', of: (run: RunSummary): string => run.prior },
  likelihood: { title: 'Likelihood', of: (run: RunSummary): string => run.likelihood },
  network: { title: 'Network', of: (run: RunSummary): string => run.network },
  objective: { title: 'Objective', of: (run: RunSummary): string => run.objective },
} as const;

export type Facet = keyof typeof facets;
export const facetNames = Object.keys(facets) as readonly Facet[];

/** Those that have every word somewhere, and what is picked. */
export function filterRuns(
  runs: readonly RunSummary[],
  words: string,
  picked: Readonly<Partial<Record<Facet, string>>>,
): readonly RunSummary[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return runs.filter((run) => {
    const text = [run.name, `latent ${run.latent}`, ...facetNames.map((name) => facets[name].of(run)), ...run.alarms.map(({ kind }) => kind)].join(' ').toLowerCase(); // prettier-ignore
    return wanted.every((word) => text.includes(word)) && facetNames.every((name) => picked[name] === undefined || facets[name].of(run) === picked[name]); // prettier-ignore
  });
}

/** Runs that have no value stand last in both directions, and equal ones by their names. */
export function sortRuns(runs: readonly RunSummary[], { sortBy }: Column, isDown: boolean): readonly RunSummary[] {
  const sign = isDown ? -1 : 1;
  const isMissing = (value: number | string | undefined): boolean => value === undefined || Number.isNaN(value);
  return [...runs].sort((a, b) => {
    const [x, y] = [sortBy(a), sortBy(b)];
    if (isMissing(x) !== isMissing(y)) return isMissing(x) ? 1 : -1;
    const order = isMissing(x)
      ? 0
      : typeof x === 'number' && typeof y === 'number'
        ? Math.sign(x - y)
        : String(x).localeCompare(String(y), undefined, { numeric: true });
    return order === 0 ? a.name.localeCompare(b.name, undefined, { numeric: true }) : sign * order;
  });
}
