import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { Output } from '../../src/cli/output.ts';
import { TrainProgress } from '../../src/cli/train-progress.ts';

function linesOf(
  epochs: number,
  elboOf: (epoch: number) => number,
  { best = -Infinity, lossOf }: { best?: number; lossOf?: (epoch: number) => number } = {},
): string[] {
  let text = '';
  const sink = { write: (more: string) => (text += more) };
  const context = { stdout: sink, stderr: sink, stdin: Readable.from([]), env: {}, program: 'x' };
  const output = new Output({ ...context, signal: new AbortController().signal });
  const progress = new TrainProgress(output);
  const means = { elbo: -1, reconstruction: -1, kl: 0 };
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const elbo = elboOf(epoch);
    const value = lossOf ? -lossOf(epoch) : elbo;
    const isBest = value > best;
    best = Math.max(best, value);
    const criterion = { metric: 'loss', direction: 'min', value: lossOf?.(epoch) ?? NaN } as const;
    progress.epoch({
      ...{
        event: 'epoch',
        epoch,
        epochs,
        step: epoch,
        training: means,
        validation: { ...means, elbo, ...(lossOf && { criterion }) },
        learningRate: 0.001,
        scalars: {},
        seconds: 1,
      },
      best: isBest,
    });
  }
  return text.trim().split('\n');
}

const starred = (lines: readonly string[]): number[] =>
  lines.filter((line) => line.includes('*')).map((line) => Number(/epoch +(\d+)/.exec(line)?.[1]));

it('has a line for every epoch of few, and for about fifty of many', () => {
  expect(linesOf(50, () => -1)).toHaveLength(50);
  const many = linesOf(1000, () => -1);
  expect(many).toHaveLength(51);
  expect(many.slice(0, 3).map((line) => line.slice(0, 15))).toEqual([
    'epoch    1/1000',
    'epoch   20/1000',
    'epoch   40/1000',
  ]);
});

it('has a star beside the best epoch shown, and nowhere else', () => {
  expect(starred(linesOf(4, (epoch) => [0, -5, -7, -4, -6][epoch] ?? NaN))).toEqual([1, 3]);
  // The best of all, 35, has no line; 40 is worse than 20, which has one.
  const hidden: Readonly<Record<number, number>> = { 1: -9, 20: -5, 35: -1, 40: -6, 60: -4, 80: -4.5 };
  expect(starred(linesOf(1000, (epoch) => hidden[epoch] ?? -10))).toEqual([1, 20, 60]);
});

it('gives an epoch no star where the best lies before a resume', () => {
  expect(starred(linesOf(4, (epoch) => [0, -5, -7, -2, -1][epoch] ?? NaN, { best: -3 }))).toEqual([3, 4]);
});

it('shows what epochs are compared by, where that is not the ELBO', () => {
  const lines = linesOf(3, (epoch) => epoch, { lossOf: (epoch) => [0, 5, 3, 4][epoch] ?? NaN });
  expect(starred(lines)).toEqual([1, 2]);
  expect(lines[1]).toContain('validation loss 3.00 *');
});
