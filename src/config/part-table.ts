import { ValueError, rule } from '../core/index.ts';
import { likelihoods, networks, posteriors, priors } from '../models/index.ts';
import type { LikelihoodRow, NetworkRow, PosteriorRow, PriorRow } from '../models/index.ts';
import { objectives } from '../objectives/index.ts';
import type { ObjectiveRow } from '../objectives/index.ts';
import type { FlatOptions, Part, PartKind } from '../parts/index.ts';

/** The rows that there are to choose from. */
export interface PartTable {
  readonly prior: readonly PriorRow[];
  readonly posterior: readonly PosteriorRow[];
  readonly likelihood: readonly LikelihoodRow[];
  readonly network: readonly NetworkRow[];
  readonly objective: readonly ObjectiveRow[];
}

/** A row of the table: what `definePrior`, `definePosterior`, `defineLikelihood`, `defineNetwork` and `defineObjective` give. */
export type PartRow = PartTable[PartKind][number];

/** Networks that code gave have no options, and no row. */
export const customNetwork = 'custom';

export const partKinds: readonly PartKind[] = ['prior', 'posterior', 'likelihood', 'network', 'objective'];

export const builtInParts = {
  prior: priors,
  posterior: posteriors,
  likelihood: likelihoods,
  network: networks,
  objective: objectives,
} as const satisfies PartTable;

/** The options of all built-in parts, by their names. */
export type BuiltInOptions = FlatOptions<(typeof builtInParts)[PartKind][number]>;

/** What one of them may be; a name that no part has is nothing. */
export type OptionOf<Name extends string> = Name extends keyof BuiltInOptions ? BuiltInOptions[Name] : undefined;

/** What the option `parts` is. */
export const partsRule = rule.listOf(
  {
    expected: 'a row',
    accepts: (value) =>
      rule.object.accepts(value) && partKinds.includes((value as Partial<Part>).kind ?? ('' as PartKind)),
  },
  'parts, each of which definePrior, definePosterior, defineLikelihood, defineNetwork or defineObjective gave',
);

/**
 * The built-in rows, and those of one's own.
 * @throws ValueError for a name that is taken or cannot be written on a command line
 */
export function partTable(own: readonly PartRow[] = []): PartTable {
  if (own.length === 0) return builtInParts;
  const table: Record<PartKind, PartRow[]> = {
    prior: [...priors],
    posterior: [...posteriors],
    likelihood: [...likelihoods],
    network: [...networks],
    objective: [...objectives],
  };
  for (const row of own) {
    const { kind, name } = row;
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
      throw new ValueError(`parts: the ${kind} '${name}' needs a name of lower-case letters, digits and hyphens.`);
    }
    if (table[kind].some((each) => each.name === name) || (kind === 'network' && name === customNetwork)) {
      throw new ValueError(`parts: there is a ${kind} '${name}' already; give yours another name.`);
    }
    table[kind].push(row);
  }
  return table as unknown as PartTable;
}

/** All rows, kind by kind. */
export function rowsOf(parts: PartTable): readonly PartRow[] {
  return partKinds.flatMap<PartRow>((kind) => parts[kind]);
}

/** The rows of one's own among them. */
export function ownRows(parts: PartTable): readonly PartRow[] {
  const builtIn: readonly PartRow[] = rowsOf(builtInParts);
  return rowsOf(parts).filter((row) => !builtIn.includes(row));
}
