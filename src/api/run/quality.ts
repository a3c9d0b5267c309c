import { ValueError, checkOptions, rule } from '../../core/index.ts';
import { numbersOf, takeFirst } from '../../data/index.ts';
import type { Dataset } from '../../data/index.ts';
import { imageQuality, linearProbe, nearestNeighbourAccuracy } from '../../evaluation/index.ts';
import type { ImageQuality, LabeledCodes } from '../../evaluation/index.ts';
import type { DataInput } from '../data/data.ts';
import type { Run } from './run.ts';

/** Options of `reconstructionQuality`: which data, and how many of them. */
export interface ReconstructionQualityOptions {
  /** Default: the test split of the data it was trained on. */
  readonly data?: DataInput;
  /** Take the first so many examples. Default: 1000. */
  readonly limit?: number;
}

/** MSE, PSNR and SSIM of E[x|z] at the posterior means of test images. @throws ShapeError when the examples are no images */
export async function reconstructionQuality(
  run: Run,
  options: ReconstructionQualityOptions = {},
): Promise<ImageQuality> {
  checkOptions('reconstructionQuality', options, { data: rule.anything, limit: rule.whole(1) });
  const { limit = 1000, data } = options;
  const { originals, reconstructions } = await run.testReconstructions(limit, { ...(data !== undefined && { data }) });
  return imageQuality(originals, reconstructions);
}

/** Options of `codeQuality`: which labelled data, how many, how many neighbours decide. */
export interface CodeQualityOptions {
  /** Labelled data with a test split. Default: the data it was trained on. */
  readonly data?: DataInput;
  /** Take the first so many examples of each split. Default: 5000. */
  readonly limit?: number;
  /** Of the k-nearest-neighbour classifier. Default: 5. */
  readonly neighbours?: number;
}

/** Shares of test examples whose class is read off their code right. */
export interface CodeQuality {
  readonly nearestNeighbours: number;
  readonly linearProbe: number;
  readonly neighbours: number;
  readonly trainingExamples: number;
  readonly testExamples: number;
}

/**
 * How well the posterior means tell classes apart that the model never saw: fitted to the training split, measured on the test
 * split.
 *
 * @throws ValueError when the data have no labels, or no test split
 */
export async function codeQuality(run: Run, options: CodeQualityOptions = {}): Promise<CodeQuality> {
  checkOptions('codeQuality', options, { data: rule.anything, limit: rule.whole(1), neighbours: rule.whole(1) });
  const { limit = 5000, neighbours = 5, data } = options;
  const splits = await run.splits(data);
  if (!splits.test) throw new ValueError(`codeQuality: ${splits.source} has no test split to measure on.`);
  const [train, test] = [
    await codes(run, takeFirst(splits.train, limit)),
    await codes(run, takeFirst(splits.test, limit)),
  ];
  return {
    nearestNeighbours: nearestNeighbourAccuracy(train, test, { neighbours }),
    linearProbe: linearProbe(train, test).accuracy,
    neighbours,
    trainingExamples: train.labels.length,
    testExamples: test.labels.length,
  };
}

async function codes(run: Run, dataset: Dataset): Promise<LabeledCodes> {
  if (!dataset.labels) throw new ValueError(`codeQuality: ${dataset.name} has no labels.`);
  return { codes: (await run.encode(run.conditions ? dataset : numbersOf(dataset))).mean, labels: dataset.labels };
}
