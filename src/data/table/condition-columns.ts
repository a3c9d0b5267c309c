import { ValueError } from '../../core/index.ts';
import { isFeature } from './fit-table.ts';
import type { ColumnSchema } from './column-kinds.ts';

/**
 * The schema of a table some of whose columns are a condition, which is given and not modelled. A label, which models do not see
 * otherwise, becomes a category.
 *
 * @throws ValueError for a column that does not exist, has no values to give, or is all that there is to model
 */
export function withCondition(
  schema: readonly ColumnSchema[],
  condition: readonly string[],
  source: string,
): readonly ColumnSchema[] {
  for (const name of condition) {
    const column = schema.find((each) => each.name === name);
    if (!column) {
      const there = schema.filter(({ kind }) => isCondition(kind)).map((each) => each.name);
      throw new ValueError(`${source}: condition: there is no column '${name}'; there are ${there.join(', ')}.`);
    }
    if (!isCondition(column.kind)) {
      const reason = column.reason === undefined ? '' : ` (${column.reason})`;
      throw new ValueError(
        `${source}: condition: column '${name}' is taken for ${column.kind}${reason}, which is nothing to give. Where it is something else, say so with the option schema.`,
      );
    }
  }
  const features = schema.filter(({ kind }) => isFeature(kind));
  // Where there is none at all, it is not the condition that takes them.
  if (features.length > 0 && features.every(({ name }) => condition.includes(name))) {
    throw new ValueError(`${source}: condition: no column is left to model, as all of them are given.`);
  }
  return schema.map((column) =>
    column.kind === 'label' && condition.includes(column.name) ? { ...column, kind: 'categorical' } : column,
  );
}

function isCondition(kind: ColumnSchema['kind']): boolean {
  return isFeature(kind) || kind === 'label';
}
