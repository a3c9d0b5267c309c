import { presetNamed } from '../../config/index.ts';
import { ValueError } from '../../core/index.ts';
import { TableEncoder } from '../../data/index.ts';
import type { DataConfig, Dataset } from '../../data/index.ts';
import { orList } from './condition-words.ts';

/** The name of a condition that is each example's class. */
export const labelName = 'label';

/** What a configuration's model is conditioned on, by name; empty where it is on nothing. */
export function conditionNames(data: Pick<DataConfig, 'condition' | 'table'> | undefined): readonly string[] {
  if (data?.condition) return [labelName];
  return data?.table?.condition ?? [];
}

/** What decides which condition is wanted: options, or what they start from. */
interface ConditionOptions {
  readonly condition?: string | readonly string[] | undefined;
  readonly config?: { readonly data: Pick<DataConfig, 'condition' | 'table'> } | undefined;
  readonly preset?: string | undefined;
}

/** What the model is to be conditioned on, as options or a configuration to start from say. @throws ValueError for a name that comes twice */
export function wantedConditions({ config, preset, ...options }: ConditionOptions): readonly string[] {
  const condition = options.condition ?? (preset === undefined ? undefined : presetNamed(preset).options.condition);
  if (condition === undefined) return conditionNames(config?.data);
  const names = typeof condition === 'string' ? [condition] : condition;
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new ValueError(`train: the condition '${twice}' comes twice.`);
  return names;
}

/** The classes of a model given them; undefined where nothing is given, or columns are. @throws ValueError for what cannot be */
export function conditionClasses(train: Dataset, wanted: readonly string[]): DataConfig['condition'] {
  if (wanted.length === 0 || train.table) return undefined;
  const stray = wanted.find((name) => name !== labelName);
  if (stray === undefined) return classesOf(train);
  throw new ValueError(
    `train: the condition '${stray}' would be a column, and ${train.name} is no table: of labelled examples it is '${labelName}'.`,
  );
}

/** Encodes conditions alone: one column for a class, else those of the table. */
export function encoderOf({ condition, table }: Pick<DataConfig, 'condition' | 'table'>): TableEncoder | undefined {
  if (condition) {
    const { classes } = condition;
    return new TableEncoder({
      columns: [{ kind: 'ordinal', name: labelName, nullable: false, levels: classes }],
    });
  }
  if (!table?.condition) return undefined;
  return new TableEncoder({ columns: table.columns.filter(({ name }) => table.condition?.includes(name)) });
}

/** The classes of a labelled data set with how many examples have each, for a configuration. @throws ValueError without labels */
export function classesOf({ name, labels, classNames, size }: Dataset): NonNullable<DataConfig['condition']> {
  if (!labels) {
    throw new ValueError(
      `train: the condition is the examples' label, and ${name} has none (docs/labels.md says where labels come from).`,
    );
  }
  let most = 0;
  for (const label of labels) most = Math.max(most, label);
  const classes = classNames ?? Array.from({ length: most + 1 }, (_, label) => String(label));
  const counts = classes.map(() => 0);
  for (let index = 0; index < size; index++) {
    const label = labels[index] ?? 0;
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return { classes: [...classes], counts };
}

/** How many examples of a data set have each of some classes. @throws ValueError for an example of another class */
export function countsLike(classes: readonly string[], dataset: Dataset): number[] {
  const own = classesOf(dataset);
  const stray = own.classes.find((name, k) => (own.counts[k] ?? 0) > 0 && !classes.includes(name));
  if (stray !== undefined) {
    throw new ValueError(
      `train: ${dataset.name} has examples labelled '${stray}', and the model is given one of ${orList(classes)}.`,
    );
  }
  return classes.map((name) => own.counts[own.classes.indexOf(name)] ?? 0);
}

/** Of a condition that is one choice among several, how many there are; undefined of any other. */
export function classCount(data: Pick<DataConfig, 'condition' | 'table'>): number | undefined {
  const encoder = encoderOf(data);
  const [block, ...others] = encoder?.blocks ?? [];
  const isOne = block && others.length === 0 && (block.kind === 'categorical' || block.kind === 'ordinal');
  return isOne && block.width > 1 ? choices(encoder?.state.columns[0], block) : undefined;
}

/** How many there are to choose from: "other" is one where rare categories were pooled, and else only a number that stays 0. */
export function choices(
  column: TableEncoder['state']['columns'][number] | undefined,
  block: { readonly width: number } | undefined,
): number {
  if (column?.kind === 'categorical' && column.pooled === 0) return column.levels.length;
  return block?.width ?? 0;
}

/** Numbers of a model's condition; 0 without one. */
export function conditionSize(data: Pick<DataConfig, 'condition' | 'table'>): number {
  return encoderOf(data)?.width ?? 0;
}
