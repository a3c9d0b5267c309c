// What is said of metrics over training: every number by its name, what stands out kept, however long the log is.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunSeries, RunSummary } from '../../src/studio/contract.ts';
import { newFolder, openStudio, putRun, stepLine } from './harness.ts';
import type { TestStudio } from './harness.ts';

let studio: TestStudio;
beforeEach(async () => {
  studio = await openStudio(newFolder());
});
afterEach(() => studio.studio.close());

const epochLine = (epoch: number, more: object = {}): string =>
  `${JSON.stringify({ event: 'epoch', epoch, epochs: 9, step: 10 * epoch, training: { elbo: -epoch, metrics: { elbo: -epoch, own: 3 } }, validation: { elbo: -2 * epoch, kl: 5, criterion: { metric: 'elbo', direction: 'max', value: -2 * epoch } }, best: true, learningRate: 0.001, scalars: { beta: 1 }, klPerDimension: [epoch, 0.5], activeUnits: 1, seconds: 2, time: 2 * epoch, ...more })}\n`; // prettier-ignore

async function seriesOf(log: string, query = ''): Promise<RunSeries> {
  putRun(studio.runs, 'a', { log });
  return studio.get<RunSeries>(`/api/runs/${await studio.idOf('a')}/series${query}`);
}

it('has every number by its name, once, with its step, epoch and time', async () => {
  const { series, klPerDimension, activeUnits } = await seriesOf(stepLine(10, { time: 1.5, ownGradientNorm: 4 }) + epochLine(1) + epochLine(2)); // prettier-ignore
  expect(series.map(({ name }) => name).sort()).toEqual(
    [
      ...['beta', 'gradientNorm', 'kl', 'learningRate', 'loss', 'ownGradientNorm', 'reconstruction', 'stepMs'].map((name) => `step.${name}`),
      'scalars.beta',
      ...['training.elbo', 'training.own', 'validation.elbo', 'validation.kl', 'validation.criterion.value'],
      ...['epoch.learningRate', 'epoch.seconds', 'epoch.activeUnits'],
    ].sort(),
  ); // prettier-ignore
  const of = (name: string) => series.find((each) => each.name === name);
  expect(of('step.loss')).toMatchObject({ step: [10], epoch: [1], time: [1.5], value: [10], low: [10], high: [10] });
  expect(of('validation.elbo')).toMatchObject({ step: [10, 20], epoch: [1, 2], time: [2, 4], value: [-2, -4] });
  expect(klPerDimension).toEqual({ epochs: [1, 2], values: [[1, 0.5], [2, 0.5]] }); // prettier-ignore
  expect(activeUnits).toEqual({ epochs: [1, 2], values: [1, 1] });
});

it('reads records of earlier versions, whose times are sums of the epochs', async () => {
  const older = { time: undefined, klPerDimension: undefined, activeUnits: undefined, learningRate: undefined, scalars: undefined }; // prettier-ignore
  const { series, klPerDimension } = await seriesOf(stepLine(5) + epochLine(1, older) + epochLine(2, older));
  expect(series.find(({ name }) => name === 'training.elbo')!.time).toEqual([2, 4]);
  expect(series.find(({ name }) => name === 'step.loss')!.time).toEqual([null]);
  expect(klPerDimension).toBeUndefined();
});

it('of 100,000 steps has so many points, with each extreme and each value that is not finite', async () => {
  const [spike, dip, broken] = [41_234, 77_777, 60_001];
  const lossOf = (step: number): number | null => (step === spike ? 1e6 : step === dip ? -1e6 : step === broken ? null : Math.sin(step / 1000)); // prettier-ignore
  const lines = Array.from({ length: 100_000 }, (_, k) => stepLine(k + 1, { loss: lossOf(k + 1) }));
  const { series, position } = await seriesOf(lines.join(''), '?points=500&metrics=step.loss,step.kl');
  expect(series.map(({ name }) => name)).toEqual(['step.loss', 'step.kl']);
  expect(position).toBe(lines.reduce((sum, { length }) => sum + length, 0));
  const [loss] = series;
  expect(loss!.step.length).toBeLessThanOrEqual(500);
  expect(loss!.step.length).toBeGreaterThan(240);
  expect(loss!.step.at(-1)).toBe(100_000);
  const bucketOf = (step: number): number => loss!.step.findIndex((end) => end >= step);
  expect([loss!.high[bucketOf(spike)], loss!.low[bucketOf(dip)], loss!.value[bucketOf(broken)]]).toEqual([1e6, -1e6, null]); // prettier-ignore
  expect([Math.max(...loss!.high.map(Number)), Math.min(...loss!.low.map(Number))]).toEqual([1e6, -1e6]);
  // A mean is that of the values that it stands for.
  const [first, last] = [loss!.step[9]! + 1, loss!.step[10]!];
  const those = Array.from({ length: last - first + 1 }, (_, k) => Math.sin((first + k) / 1000));
  expect(loss!.value[10]).toBeCloseTo(those.reduce((sum, value) => sum + value, 0) / those.length, 9);
  // What is added is read from there, and the list of runs knows of it.
  writeFileSync(join(studio.runs, 'a/metrics.jsonl'), stepLine(100_001, { loss: 7 }), { flag: 'a' });
  const id = await studio.idOf('a');
  const more = await studio.get<RunSeries>(`/api/runs/${id}/series?points=2&metrics=step.loss`);
  expect(more.series[0]!.step.at(-1)).toBe(100_001);
  expect((await studio.get<RunSummary[]>('/api/runs'))[0]).toMatchObject({ step: 100_001, totalSteps: 1000 });
});

it('leaves half a line for later, and reads a log anew that was rolled back', async () => {
  const whole = stepLine(1) + stepLine(2);
  const half = stepLine(3).slice(0, 40);
  const { series, position } = await seriesOf(whole + half, '?metrics=step.loss');
  expect([series[0]!.step, position]).toEqual([[1, 2], whole.length]);
  const path = join(studio.runs, 'a/metrics.jsonl');
  writeFileSync(path, whole + stepLine(3));
  const id = await studio.idOf('a');
  const steps = async () => (await studio.get<RunSeries>(`/api/runs/${id}/series?metrics=step.loss`)).series[0]!.step;
  expect(await steps()).toEqual([1, 2, 3]);
  writeFileSync(path, stepLine(1));
  expect(await steps()).toEqual([1]);
  writeFileSync(path, stepLine(1) + stepLine(2, { loss: 8 }) + stepLine(9) + stepLine(10));
  expect(await steps()).toEqual([1, 2, 9, 10]);
});

it('refuses numbers of points that are none', async () => {
  for (const points of ['0', '1', '-5', 'x', '1e9', '10001', ' ', '']) {
    putRun(studio.runs, 'a', { log: stepLine(1) });
    const answer = await studio.ask(`/api/runs/${await studio.idOf('a')}/series?points=${points}`);
    expect([points, answer.status]).toEqual([points, 400]);
  }
});
