export const splitNames = ['train', 'validation', 'test'] as const;
/** The name of a split of the data. */
export type SplitName = (typeof splitNames)[number];
/** A split, or all of a source's examples. */
export type SplitChoice = SplitName | 'all';

const splitOf: Readonly<Record<string, SplitName>> = {
  train: 'train',
  training: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  test: 'test',
  testing: 'test',
};

/** The split that a folder's name or a column's value stands for, if any. */
export function splitNamed(name: string): SplitName | undefined {
  const key = name.trim().toLowerCase();
  return Object.hasOwn(splitOf, key) ? splitOf[key] : undefined;
}
