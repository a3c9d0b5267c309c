import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { Output } from '../../src/cli/output.ts';
import { TrainProgress } from '../../src/cli/train-progress.ts';

function linesOf(epochs: number, best: readonly number[]): string[] {
  let text = '';
  const sink = { write: (more: string) => (text += more) };
  const context = { stdout: sink, stderr: sink, stdin: Readable.from([]), env: {}, program: 'x' };
  const output = new Output({ ...context, signal: new AbortController().signal });
  const progress = new TrainProgress(output);
  const means = { elbo: -1, reconstruction: -1, kl: 0 };
  for (let epoch = 1; epoch <= epochs; epoch++) {
    progress.epoch({
      ...{ event: 'epoch', epoch, epochs, step: epoch, training: means, validation: means, seconds: 1 },
      best: best.includes(epoch),
    });
  }
  return text.trim().split('\n');
}

it('has a line for every epoch of few, and for about fifty of many', () => {
  expect(linesOf(50, [])).toHaveLength(50);
  const many = linesOf(1000, [21, 40, 999]);
  expect(many).toHaveLength(51);
  expect(many.slice(0, 3).map((line) => line.slice(0, 15))).toEqual([
    'epoch    1/1000',
    'epoch   20/1000',
    'epoch   40/1000',
  ]);
  // A star is for the best so far, in any epoch since the line before.
  expect(many.flatMap((line, at) => (line.includes('*') ? [at] : []))).toEqual([2, 50]);
});
