import type { Run } from 'rootsigma';
import type { OpenedModel } from './messages.ts';
import { fieldsOf } from './table-fields.ts';

/** What a run's model is given beside z: an example's class, or columns of its table. */
export function conditionOf({ conditions, config }: Run): Pick<OpenedModel, 'condition'> {
  if (!conditions) return {};
  const { names, areColumns, classes } = conditions;
  const columns = areColumns && config.data.table ? fieldsOf(config.data.table) : [];
  const fields = areColumns
    ? columns.filter(({ name }) => names.includes(name))
    : names.map((name) => ({ name, kind: 'category', levels: classes.map(String), nullable: false }) as const);
  return { condition: { fields, example: conditions.example() } };
}
