/** Which examples a metric of an epoch is of. */
export type Split = 'validation' | 'training';

/** How a line is told from others: by its place in a list of colours, and by its dashes (lengths drawn and left out, in pixels). */
export interface SplitLine {
  readonly color: number;
  readonly dash: readonly number[];
}

/**
 * The two lines of a metric, wherever curves are drawn: validation, by which models are compared, is full and in the first colour,
 * training is dashed and in the second. In this order they stand in legends.
 */
export const splitLines: Readonly<Record<Split, SplitLine>> = {
  validation: { color: 0, dash: [] },
  training: { color: 1, dash: [4, 3] },
};

/** Dashes for lines of a second set of runs, as colours come again: dash and dot, and dots. */
export const againDashes: Readonly<Record<Split, readonly number[]>> = { validation: [10, 3, 2, 3], training: [2, 3] };

export function isSplit(name: string): name is Split {
  return Object.hasOwn(splitLines, name);
}
