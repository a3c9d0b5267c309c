import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { people } from '../../../test/serve/runs.ts';
import { train } from '../../index.ts';
import { RunAlarms, alarmsOf } from './index.ts';

interface Shape {
  readonly training?: number | null;
  readonly heldOut?: number | null;
  readonly kl?: number;
  readonly units?: number;
  readonly beta?: number;
}

/** An epoch's line of a run with 16 latent dimensions. */
function line(epoch: number, { training = -100, heldOut = -110, kl = 20, units = 12, beta = 1 }: Shape = {}) {
  return {
    ...{ event: 'epoch', epoch, step: 10 * epoch, scalars: { beta }, activeUnits: units, klPerDimension: new Array(16).fill(kl / 16) }, // prettier-ignore
    training: { elbo: training, kl, reconstruction: (training ?? NaN) + kl },
    validation: { elbo: heldOut, kl, criterion: { metric: 'elbo', direction: 'max', value: heldOut } },
  };
}

const run = (epochs: number, shape: (epoch: number) => Shape) =>
  alarmsOf(Array.from({ length: epochs }, (_, k) => line(k + 1, shape(k + 1))));
const kinds = (alarms: readonly { readonly kind: string }[]): string[] => alarms.map(({ kind }) => kind);

it('a training that goes well has none, whatever its numbers are', () => {
  expect(run(40, (epoch) => ({ training: -200 + 2 * epoch, heldOut: -210 + 2 * epoch }))).toEqual([]);
  // Densities of tables have any sign.
  expect(run(40, (epoch) => ({ training: -3 + epoch / 4, heldOut: -4 + epoch / 5 }))).toEqual([]);
  // Noise about the best value is no overfitting and no divergence.
  expect(run(60, (epoch) => ({ training: -100 - (epoch % 3) / 10, heldOut: -110 - (epoch % 7) / 20 }))).toEqual([]);
  expect(alarmsOf([{ event: 'step', step: 1, loss: null }, { event: 'done' }, {}])).toEqual([]);
});

it('collapse: codes that say nothing, and few that do', () => {
  const [alarm] = run(6, () => ({ kl: 0.02, units: 0 }));
  expect(alarm).toMatchObject({ kind: 'collapse', severity: 'warning', step: 60 });
  expect(alarm?.text).toContain('the KL is 0.020 nats, and 0 of 16 latent dimensions are active');
  expect(alarm?.advice).toContain('--objective free-bits');
  // The first epochs say nothing yet.
  expect(run(4, () => ({ kl: 0.02, units: 0 }))).toEqual([]);
  expect(run(6, () => ({ units: 3 }))[0]?.text).toContain('Only 3 of 16 latent dimensions are active');
  expect(run(6, () => ({ units: 5 }))).toEqual([]);
  // It found its way out.
  expect(run(20, (epoch) => ({ kl: epoch < 10 ? 0.01 : 9, units: epoch < 10 ? 0 : 9 }))).toEqual([]);
});

it('overfit: held-out examples get worse for long while training gets better', () => {
  const shape = (epoch: number): Shape => ({
    training: -150 + epoch,
    heldOut: epoch <= 20 ? -140 + epoch : -100 - epoch,
  });
  expect(run(24, shape)).toEqual([]);
  const [alarm] = run(26, shape);
  expect(alarm).toMatchObject({ kind: 'overfit', severity: 'warning', step: 200 });
  expect(alarm?.text).toContain(
    'best at epoch 20 (−120.0) and is −126.0 at epoch 26, while training went from −130.0 to −124.0',
  );
  // Of a long training, six epochs are no sign.
  expect(kinds(run(206, (epoch) => ({ training: -500 + epoch, heldOut: epoch <= 200 ? -500 + epoch : -300 - epoch })))).toEqual([]); // prettier-ignore
  // Where training gets worse too, it is something else.
  expect(kinds(run(30, (epoch) => ({ training: epoch <= 20 ? -100 + epoch / 4 : -95 - (epoch - 20) / 4, heldOut: epoch <= 20 ? -130 + epoch : -115 })))).toEqual([]); // prettier-ignore
});

it('overfit goes by what epochs are compared by, lower ones too', () => {
  const records = Array.from({ length: 30 }, (_, k) => ({
    ...line(k + 1, { training: -150 + k }),
    validation: { criterion: { metric: 'myLoss', direction: 'min', value: k < 10 ? 50 - k : 40 + k } },
  }));
  expect(alarmsOf(records)[0]?.text).toContain(
    'the held-out my loss was best at epoch 10 (41.00) and is 69.00 at epoch 30',
  );
});

it('divergence: what was learned is lost, but not to a weight that rises', () => {
  const shape = (epoch: number): Shape => ({ training: epoch <= 10 ? -300 + 20 * epoch : -100 - 40 * (epoch - 10) });
  expect(kinds(run(12, shape))).toEqual([]);
  const [alarm] = run(13, shape);
  expect(alarm).toMatchObject({ kind: 'divergence', severity: 'error', step: 130 });
  expect(alarm?.text).toContain('was −100.0 nats at epoch 10 and is −220.0 at epoch 13');
  expect(kinds(run(13, (epoch) => ({ ...shape(epoch), beta: epoch })))).toEqual([]);
});

it('divergence before any good epoch: codes far from the prior, or far worse than the first step on record', () => {
  // As a learning rate of 1000 did, each epoch better than the one before.
  const lost = (epoch: number): Shape => ({ training: -8e12 / epoch, heldOut: -7e12 / epoch, kl: 2.5e6, units: 0 });
  const [alarm] = run(6, lost);
  expect(alarm).toMatchObject({ kind: 'divergence', severity: 'error', step: 60 });
  expect(alarm?.text).toBe(
    'Training has diverged: its ELBO is −1.3e12 nats at epoch 6, and codes are far from the prior (KL 2500000.0 nats).',
  );
  expect(kinds(run(1, lost))).toEqual(['divergence']);
  // A KL that costs nothing, or little, may be as it likes.
  expect(run(6, (epoch) => ({ training: -2e6 + epoch, kl: 2e6, beta: 0 }))).toEqual([]);
  expect(run(6, (epoch) => ({ training: -2e4 + epoch, kl: 2e4, beta: 0.1 }))).toEqual([]);

  const step = (reconstruction: number, kl: number) => ({ event: 'step', step: 25, epoch: 1, reconstruction, kl });
  const after = (start: Readonly<Record<string, unknown>>, shape: Shape) => alarmsOf([start, line(1, shape), line(2, { ...shape, training: (shape.training ?? 0) + 1 })]); // prettier-ignore
  // Only the decoder is lost.
  expect(after(step(-200, 5), { training: -5e5, kl: 5 })[0]?.text).toContain(
    'far worse than at step 25 (reconstruction −200.0 nats then)',
  );
  // Only the codes are.
  expect(kinds(after(step(-200, 5), { training: -3000, kl: 2900 }))).toEqual(['divergence']);
  // What came after an epoch is not the start, and a weight that rose took what it is there to take.
  expect(alarmsOf([line(1, { training: -500 }), step(-20, 5), line(2, { training: -490 })])).toEqual([]);
  expect(after(step(-100, 60), { training: -160, kl: 20, beta: 20 })).toEqual([]);
  // Densities of tables are near 0 and change sign.
  expect(after(step(1.5, 0.2), { training: -4, kl: 0.5 })).toEqual([]);
});

it.each([
  ['digits', { learningRate: 1000 }, ['divergence']],
  ['digits', { learningRate: 30, posterior: 'full' }, ['divergence']],
  // The decoder is lost within the first steps, and what it comes back to is worse than it was untrained.
  ['digits', { learningRate: 3 }, ['divergence']],
  ['digits', {}, []],
  ['digits', { beta: 20 }, []],
  ['a table', {}, []],
] as const)('a training on %s with %j has of divergence %j', async (data, options, expected) => {
  const out = mkdtempSync(join(tmpdir(), 'rootsigma-alarms-'));
  onTestFinished(() => {
    rmSync(out, { recursive: true });
  });
  const kept = { ...options, epochs: 6, latent: 2, hidden: [16], batchSize: 32, seed: 3, validation: 0.25, out, onNotice: 'silent', threads: 1 } as const; // prettier-ignore
  const run = await (data === 'digits' ? train('digits', { ...kept, dataOptions: { count: 320, testCount: 40 } }) : train(people(200), kept)); // prettier-ignore
  await run.dispose();
  const log = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n');
  const alarms = alarmsOf(log.map((each) => JSON.parse(each) as Readonly<Record<string, unknown>>));
  expect(kinds(alarms).filter((kind) => kind === 'divergence')).toEqual(expected);
});

it('not finite: what ended, was left out, or went back', () => {
  const record = { event: 'non-finite', failedStep: 431, what: 'loss NaN', place: 'NaN in exp of decoder' };
  const [ended] = alarmsOf([line(1), { ...record, action: 'stopped' }]);
  expect(ended).toMatchObject({ kind: 'non-finite', severity: 'error', step: 431 });
  expect(ended?.text).toBe('Training ended at step 431: loss NaN (NaN in exp of decoder).');
  const [left] = alarmsOf([{ ...record, action: 'skipped', skipped: 3 }, line(1)]);
  expect(left).toMatchObject({ severity: 'warning' });
  expect(left?.text).toContain('3 steps were left out');
  expect(alarmsOf([{ ...record, action: 'rolled-back', rollbacks: 1 }])[0]?.text).toContain('training went back once');
  expect(run(2, () => ({ heldOut: null }))[0]?.text).toContain('of the held-out examples is not finite at epoch 2');
});

it('the worst comes first, and records from anywhere do no harm', () => {
  const watch = new RunAlarms();
  for (const odd of [{ event: 'epoch' }, { event: 'epoch', epoch: 'x', training: 3, validation: [] }, { event: 'non-finite', what: 7 }]) watch.add(odd); // prettier-ignore
  expect(kinds(watch.alarms)).toEqual(['non-finite']);
  const both = alarmsOf([...Array.from({ length: 8 }, (_, k) => line(k + 1, { kl: 0, units: 0 })), { event: 'non-finite', action: 'stopped' }]); // prettier-ignore
  expect(kinds(both)).toEqual(['non-finite', 'collapse']);
});
