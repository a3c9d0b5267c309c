import type { TestData } from './library/index.ts';
import { formatCount } from './format.ts';

/** Which of its examples were taken, where nobody asked for a split: a part of a folder is not the folder. */
export function chosenSplit({ split, total, dataset }: TestData, asked: string | undefined): string[] {
  if (asked !== undefined || split !== 'test' || total === dataset.size) return [];
  return [
    `The test split was taken, ${formatCount(dataset.size)} of ${formatCount(total)} examples; --split all takes them all.`,
  ];
}
