// What can be done with a run as it lies there, and what an evaluation came to, in words.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { RunDetail } from '../../src/studio/contract.ts';
import { evaluationIn } from '../../src/studio/trainings/evaluation-figures.ts';
import { config, openStudio, putRun, stepLine } from './harness.ts';
import type { TestStudio } from './harness.ts';

let studio: TestStudio | undefined;
afterEach(async () => {
  await studio?.studio.close();
  studio = undefined;
});

const line = (record: object): string => `${JSON.stringify(record)}\n`;
const stopped = line({ event: 'non-finite', epoch: 1, failedStep: 30, what: 'loss NaN', action: 'stopped', step: 29, time: 1.5 }); // prettier-ignore

async function detailOf(name: string): Promise<RunDetail> {
  return studio!.get<RunDetail>(`/api/runs/${await studio!.idOf(name)}`);
}

it('a run without a model says so, and offers what can work', async () => {
  studio = await openStudio();
  const { runs } = studio;
  const checkpoint = (name: string): void => {
    mkdirSync(join(runs, name, 'checkpoints'), { recursive: true });
    writeFileSync(join(runs, name, 'checkpoints/last.safetensors'), 'x');
  };
  putRun(runs, 'log alone', { log: stepLine(25) });
  putRun(runs, 'cut', { log: stepLine(25) });
  checkpoint('cut');
  putRun(runs, 'nan', { log: stepLine(25, { time: 1.2 }) + stopped });
  checkpoint('nan');
  putRun(runs, 'went on', { log: stopped + stepLine(50, { time: 2.5 }) });
  checkpoint('went on');
  const vq = { ...config, model: { ...config.model, posterior: { name: 'vector-quantized', codes: 8 } } };
  putRun(runs, 'done', { of: vq, log: line({ event: 'done', reason: 'finished', time: 3 }) });
  checkpoint('done');
  writeFileSync(join(runs, 'done/model.safetensors'), 'x');
  // Lost within the first steps, which the list tells too: of the steps between, none is read.
  putRun(runs, 'lost', { log: stepLine(1, { reconstruction: -500, kl: 1 }) + stepLine(25, { reconstruction: -9000, kl: 1 }) + line({ event: 'epoch', epoch: 1, step: 30, training: { elbo: -900, reconstruction: -899, kl: 1 }, scalars: { beta: 1 }, seconds: 2 }) }); // prettier-ignore
  const found = Object.fromEntries(await Promise.all(['log alone', 'cut', 'nan', 'went on', 'done', 'lost'].map(async (name) => [name, await detailOf(name)] as const))); // prettier-ignore

  expect(found['log alone']).toMatchObject({ state: 'interrupted', rollback: false, resumable: expect.stringMatching(/no checkpoint/) as string, model: expect.stringMatching(/did not come to an end/) as string }); // prettier-ignore
  expect(found.cut).toMatchObject({ state: 'interrupted', resumable: true, rollback: false, takesDraws: true });
  // The same step would come again; from the last good state it may go on.
  expect(found.nan).toMatchObject({ state: 'failed', seconds: 1.5, rollback: true, resumable: expect.stringMatching(/same step again/) as string, model: expect.stringMatching(/not finite/) as string }); // prettier-ignore
  expect(found.nan!.alarms.map(({ kind }) => kind)).toEqual(['non-finite']);
  expect(found['went on']).toMatchObject({ state: 'interrupted', resumable: true, rollback: false, seconds: 2.5 });
  expect(found['went on']!.alarms).toMatchObject([{ kind: 'non-finite', severity: 'warning' }]);
  expect(found.done).toMatchObject({ state: 'finished', model: true, takesDraws: false });

  expect(found.lost!.alarms).toMatchObject([{ kind: 'divergence', text: expect.stringMatching(/worse than before its first step/) as string }]); // prettier-ignore

  for (const [name, action, body, status] of [
    ['log alone', 'evaluate', {}, 409],
    ['nan', 'evaluate', {}, 409],
    ['nan', 'resume', {}, 409],
    ['cut', 'resume', { onNan: 'skip' }, 400],
    ['done', 'evaluate', { draws: 5 }, 400],
    ['done', 'evaluate', { metrics: 'some' }, 400],
  ] as const) {
    const answer = await studio.post(`/api/runs/${found[name]!.id}/${action}`, body);
    expect([name, action, answer.status]).toEqual([name, action, status]);
  }
});

it('an evaluation has every figure in words, with what it needs to be read', () => {
  const vq = evaluationIn({ examples: 100, reconstruction: -222.5, reconstructionStandardError: 3.9, squaredError: { value: 63.8, standardError: 1.4 }, latent: 64, activeUnits: 1, codes: { size: 64, codesUsed: 13, perplexity: 10.9 }, split: 'test' }); // prettier-ignore
  expect(vq?.figures.map(({ name }) => name)).toEqual(['reconstruction', 'squaredError', 'codesUsed', 'perplexity']);
  expect(vq?.figures[2]).toMatchObject({ title: 'Codes used', value: 13, of: 64 });
  const table = evaluationIn({ examples: 9, elbo: null, draws: 7, nll: { value: 3, standardError: 1, draws: 7, effectiveSampleSize: 2.25 }, latent: 2, activeUnits: 2, klPerDimension: [1, 2], split: 'all', metrics: { mig: { mig: 0.5, perFactor: [0.25, null], factors: ['style', 'slant'] }, 'kl-per-dimension': { perDimension: [1, 2], total: 3 } }, skippedMetrics: { sap: 'no factors' } }); // prettier-ignore
  expect(table).toMatchObject({ split: 'all', skipped: [{ name: 'sap', why: 'no factors' }] });
  const of = (name: string): unknown => table?.figures.find((each) => each.name === name);
  expect(of('elbo')).toMatchObject({ value: null });
  expect(of('nll')).toMatchObject({ value: 3, draws: 7, standardError: 1, what: expect.stringMatching(/2\.3 draws are effective|2\.2 draws are effective/) as string }); // prettier-ignore
  expect(of('mig.perFactor')).toMatchObject({
    title: 'MIG: per factor',
    values: [0.25, null],
    names: ['style', 'slant'],
  });
  expect(of('kl-per-dimension.total')).toMatchObject({ title: 'KL per dimension: total', unit: 'nats' });
  expect(evaluationIn({ model: 'x' })).toBeUndefined();
});
