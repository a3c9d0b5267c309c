import { describe, expect, it } from 'vitest';
import { RunColumns } from '../../../src/studio/series/run-columns.ts';
import type { LiveRun } from './records.ts';
import { appendRecord, emptyRun, fromAnswer } from './records.ts';

/** As metrics.jsonl has them, read by JSON: NaN is null. */
const records: Record<string, unknown>[] = [];
for (let step = 1; step <= 40; step++) {
  const epoch = Math.ceil(step / 8);
  const kl = step === 19 ? null : Math.sin(step) + 2;
  records.push({ event: 'step', epoch, step, totalSteps: 40, loss: 9 - step / 10, kl, metrics: { kl, tc: step }, scalars: { beta: step / 40 }, learningRate: 0.001, gradientNorm: step, time: step / 4 }); // prettier-ignore
  if (step % 8 === 0) records.push({ event: 'epoch', epoch, epochs: 5, step, training: { elbo: -step, kl: 2, metrics: { elbo: -step } }, validation: { elbo: -step - 1 }, klPerDimension: [step, 1, null], activeUnits: epoch, best: true, seconds: 2 }); // prettier-ignore
}

const answerOf = (some: readonly Record<string, unknown>[]): LiveRun => {
  const columns = new RunColumns();
  for (const record of some) columns.add(record);
  return fromAnswer({ id: 'a', cursor: 'c', ...columns.series(1000, undefined) } as Parameters<typeof fromAnswer>[0]);
};

describe('records on the page', () => {
  it.each([0, 1, 8, 9, 23, records.length])('are what the server says of the same, cut after %i', (cut) => {
    const whole = answerOf(records);
    const live = cut === 0 ? emptyRun() : answerOf(records.slice(0, cut));
    for (const record of records.slice(cut)) appendRecord(live, record);
    expect(new Map([...live.metrics].sort())).toEqual(new Map([...whole.metrics].sort()));
    expect(live.perDimension).toEqual(whole.perDimension);
    expect(live.activeUnits).toEqual(whole.activeUnits);
    expect(live.metrics.get('step.kl')?.value[18]).toBeNull();
  });

  it('that come again change nothing', () => {
    const live = answerOf(records);
    for (const record of records) appendRecord(live, record);
    expect(live.metrics).toEqual(answerOf(records).metrics);
    expect(live.perDimension).toEqual(answerOf(records).perDimension);
  });

  it('that are nothing known are left', () => {
    const live = emptyRun();
    for (const record of [{}, { event: 'done', steps: 3 }, { event: 'step', step: 'x' }, { event: 'odd', step: 1, epoch: 1, a: 2 }]) appendRecord(live, record); // prettier-ignore
    expect(live.metrics.size).toBe(0);
  });
});
