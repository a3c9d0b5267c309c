import type { Run } from './library/index.ts';

/** What a run's model is given, `colour, size`; undefined of a model of p(x). */
export function conditionText({ conditions }: Pick<Run, 'conditions'>): string | undefined {
  return conditions?.names.toSorted().join(', ');
}

/** What a run's model gives the density of: `p(x)`, `p(x|label)`. Only the same can be compared. */
export function densityText(run: Pick<Run, 'conditions'>): string {
  const condition = conditionText(run);
  return condition === undefined ? 'p(x)' : `p(x|${condition})`;
}
