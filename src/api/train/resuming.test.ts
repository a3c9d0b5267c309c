import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDigits, train } from '../index.ts';
import type { TrainOptions, TrainingEvent } from '../index.ts';

const digits = makeDigits({ seed: 0, count: 300 });
const small: TrainOptions = { latent: 3, hidden: [16], epochs: 4, batchSize: 10, seed: 1, threads: 1 };

const folder = (): string => join(mkdtempSync(join(tmpdir(), 'rootsigma-resume-')), 'run');

/** A training that is stopped after an event, and gives what it said. */
async function stopAfter(last: (event: TrainingEvent) => boolean, options: TrainOptions): Promise<void> {
  const stop = new AbortController();
  const onEvent = (event: TrainingEvent): void => {
    if (last(event)) stop.abort();
  };
  await (await train(digits, { ...small, ...options, onEvent, signal: stop.signal, onNotice: 'silent' })).dispose();
}

async function goOn(out: string, options: TrainOptions = {}): Promise<{ events: TrainingEvent[]; notices: string[] }> {
  const [events, notices]: [TrainingEvent[], string[]] = [[], []];
  const onEvent = (event: TrainingEvent): number => events.push(event);
  const onNotice = (line: string): number => notices.push(line);
  await (await train(digits, { out, resume: true, ...options, onEvent, onNotice })).dispose();
  return { events, notices: notices.filter((line) => /^the run('s)? /.test(line)) };
}

/** A run's files, without times and without the place where it lies; the checkpoint before the last is where it was cut. */
function filesOf(run: string): Record<string, string> {
  const names = readdirSync(run, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !path.includes('previous'));
  const contents = (path: string): string => {
    const bytes = readFileSync(path);
    if (!/\.(md|json|jsonl)$/.test(path)) return createHash('sha256').update(bytes).digest('hex');
    return bytes
      .toString()
      .replaceAll(run, 'RUN')
      .replaceAll(/"(seconds|stepMs|meanStepMs|time)":[^,}]+/g, '"$1":0')
      .replace(/in [\d.]+ s \([\d.]+ ms a step(, mean [\d.]+)?\)/, 'in so many s');
  };
  return Object.fromEntries(paths.map((path) => [path.replace(run, ''), contents(path)]));
}

describe('more epochs', () => {
  const scheduleOf = async (out: string, options: TrainOptions): Promise<string[]> => {
    const notices: string[] = [];
    const onNotice = (line: string): number => notices.push(line);
    await (await train(digits, { ...small, ...options, out, onNotice: 'silent' })).dispose();
    await (await train(digits, { out, resume: true, epochs: 3, onNotice })).dispose();
    return notices.filter((line) => line.includes('by all steps'));
  };

  it('change what goes by all steps, and that is said', async () => {
    const [line, ...others] = await scheduleOf(folder(), {
      ...{ epochs: 2, schedule: 'cosine' },
      objective: { name: 'beta-tc', beta: { value: 4, schedule: 'linear' }, gamma: { value: 2, schedule: 'linear', warmupSteps: 9 } }, // prettier-ignore
    });
    expect(others).toEqual([]);
    expect(line).toBe(
      "the learning rate ('cosine') and beta ('linear') go by all steps of the run: from here on as in one of 3 epochs, up to here as in one of 2. The result is not that of a run that was to have 3 from its start; for that, train it anew.",
    );
  });

  it('change nothing that is a function of the step alone', async () => {
    const beta = { value: 4, schedule: 'linear', warmupSteps: 9 } as const;
    expect(await scheduleOf(folder(), { epochs: 2, warmupSteps: 3, beta })).toEqual([]);
    expect(await scheduleOf(folder(), { epochs: 3, schedule: 'cosine' })).toEqual([]);
  });
});

describe('a resumed run', () => {
  it('has the files of an uncut one, but for times, wherever it was cut', async () => {
    const whole = folder();
    await (await train(digits, { ...small, out: whole, onNotice: 'silent' })).dispose();
    const expected = filesOf(whole);
    expect(expected['/README.md']).toMatch(/finished 4 epochs in so many s; .*\n.*\n[^]*\| validation \|/);
    // Within an epoch, at its last step, at its end, at the very end, and several times.
    const cuts: ((event: TrainingEvent) => boolean)[] = [
      (event) => event.event === 'step' && event.step === 31,
      (event) => event.event === 'step' && event.step === 54,
      (event) => event.event === 'epoch' && event.epoch === 3,
      (event) => event.event === 'epoch' && event.epoch === 4,
    ];
    for (const [k, cut] of cuts.entries()) {
      const out = folder();
      await stopAfter(cut, { out });
      if (k === 1) await stopAfter((event) => event.event === 'step' && event.step === 60, { out, resume: true });
      await goOn(out);
      expect(filesOf(out)).toEqual(expected);
    }
  });

  it('says that patience waits for nothing where no examples are held out', async () => {
    const out = folder();
    const options: TrainOptions = { ...small, validation: 0, epochs: 1 };
    await (await train(digits, { ...options, out, onNotice: 'silent' })).dispose();
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toMatch(/ms a step, mean [\d.]+\)/);
    expect((await goOn(out, { epochs: 2 })).notices).toEqual([]);
    expect((await goOn(out, { epochs: 3, patience: 2 })).notices).toEqual([
      expect.stringMatching(/holds no examples out for validation, so patience has no effect/),
    ]);
  });

  it('that had stopped early stays so, says so, and goes on with more patience', async () => {
    const out = folder();
    const options: TrainOptions = { ...small, learningRate: 0.05, patience: 1, epochs: 60 };
    const run = await train(digits, { ...options, out, onNotice: 'silent' });
    const before = filesOf(out);
    const [{ bestEpoch, epochs } = { bestEpoch: 0, epochs: 0 }] = readFileSync(join(out, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { readonly reason?: string; readonly epochs: number; readonly bestEpoch: number },
      )
      .filter(({ reason }) => reason === 'stopped-early');
    expect(epochs).toBe(bestEpoch + 1);
    expect(epochs).toBeLessThan(60);
    for (const asked of [{}, {}, { epochs: 70 }]) {
      const { events, notices } = await goOn(out, asked);
      expect(events).toMatchObject([{ event: 'done', reason: 'stopped-early', epochs, bestEpoch, stepMs: 0 }]);
      const whatever = asked.epochs === undefined ? 'whatever its epochs (60)' : 'whatever its epochs (70)';
      expect(notices).toEqual([expect.stringContaining(`stopped early after epoch ${epochs}, `)]);
      expect(notices[0]).toContain(whatever);
      if (asked.epochs === undefined) expect(filesOf(out)['/model.safetensors']).toBe(before['/model.safetensors']);
      expect(readFileSync(join(out, 'README.md'), 'utf8')).not.toContain('NaN');
    }
    const { events } = await goOn(out, { patience: 3, epochs: epochs + 2 });
    expect(events.at(-1)).toMatchObject({ epochs: epochs + 2 });
    const straight = await train(digits, { ...options, patience: 3, epochs: epochs + 2, onNotice: 'silent' });
    const { parameters } = await train(digits, { out, resume: true, onNotice: 'silent' });
    expect(parameters).toEqual(straight.parameters);
    await run.dispose();
  });

  it('drops the thresholds of the weights that it had, and only where it trains on', async () => {
    const out = folder();
    const run = await train(digits, { ...small, epochs: 2, out, onNotice: 'silent' });
    await run.fitThreshold(digits, { method: 'elbo', contamination: 0.1 });
    await run.dispose();
    const kept = (): boolean => readdirSync(out).includes('thresholds.json');
    expect((await goOn(out)).notices).toEqual([expect.stringMatching(/has its 2 epochs already/)]);
    expect(kept()).toBe(true);
    expect((await goOn(out, { epochs: 3 })).notices).toEqual([
      expect.stringMatching(/^the run's threshold \(elbo\) was fitted to the weights that it had/),
    ]);
    expect(kept()).toBe(false);
    // One that cannot be read is no obstacle either.
    writeFileSync(join(out, 'thresholds.json'), '{');
    expect((await goOn(out, { epochs: 4 })).notices).toEqual([]);
    expect(kept()).toBe(false);
  });

  it('whose log is damaged is refused before it trains, with what helps', async () => {
    const out = folder();
    await (await train(digits, { ...small, epochs: 1, out, onNotice: 'silent' })).dispose();
    const log = join(out, 'metrics.jsonl');
    writeFileSync(log, readFileSync(log, 'utf8').replace('"', '#'));
    await expect(goOn(out, { epochs: 2 })).rejects.toThrow(/metrics\.jsonl, line 1: .*without that line, or without the whole file: remove it\./); // prettier-ignore
  });

  it('that has all its epochs says so, and has no fewer than it has', async () => {
    const out = folder();
    await (await train(digits, { ...small, epochs: 2, out, onNotice: 'silent' })).dispose();
    const before = filesOf(out);
    const { events, notices } = await goOn(out);
    expect(events).toMatchObject([{ event: 'done', reason: 'finished', epochs: 2, stepMs: 0 }]);
    expect(notices).toEqual([expect.stringMatching(/has its 2 epochs already/)]);
    expect(filesOf(out)).toEqual(before);
    await expect(goOn(out, { epochs: 1 })).rejects.toThrow(/1 epoch is asked for, .* in its epoch 2 already/);
  });
});
