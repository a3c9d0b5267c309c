import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MemoryStore, jsonText } from '../io/index.ts';
import { loadSweep, sweep } from './index.ts';
import type { Parameters, SearchOptions, SearchStrategy } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'rootsigma-sweep-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const space = { x: { from: -1, to: 1 }, kind: ['a', 'b'] } as const;
const value = ({ x, kind }: Parameters): number => ((x as number) - 0.2) ** 2 + (kind === 'a' ? 0 : 0.1);
const strategies: readonly SearchStrategy[] = [
  { name: 'random', trials: 8 },
  { name: 'tpe', trials: 8, startup: 3 },
  { name: 'halving', trials: 6, leastEpochs: 1, mostEpochs: 4, factor: 2 },
];
const base: Pick<SearchOptions, 'onNotice' | 'seed' | 'workers'> = { onNotice: 'silent', seed: 3, workers: 2 };

/** A sweep's files without times. */
const timeless = (text: string): string => text.replaceAll(/"seconds":[^,}]+/g, '"seconds":0');
const endedOf = (text: string): string[] => timeless(text).split('\n').filter((line) => line.includes('"ended"')).sort(); // prettier-ignore

describe('a sweep over a function', () => {
  it('ranks trials by what they came to, either way, failures last', async () => {
    const trial = (point: Parameters): number => {
      if (point.x === 3) throw new Error('no value at 3');
      return -1 * (point.x as number);
    };
    const result = await sweep({ ...base, space: { x: [1, 3, 2, 4] }, strategy: 'grid', trial });
    expect(result).toMatchObject({ metric: 'value', direction: 'min', reason: 'finished', open: 0 });
    expect(result.trials.map(({ parameters: { x }, value: at }) => [x, at])).toEqual([[4, -4], [2, -2], [1, -1], [3, undefined]]); // prettier-ignore
    expect(result.trials[3]).toMatchObject({ status: 'failed', error: 'no value at 3' });
    const other = await sweep({ ...base, space: { x: [1, 3, 2, 4] }, strategy: 'grid', trial, direction: 'max' });
    expect(other.trials.map(({ parameters: { x } }) => x)).toEqual([1, 2, 4, 3]);
    expect(other.best?.parameters).toEqual({ x: 1 });
  });

  it('has so many trials at a time, and no more', async () => {
    let [running, most] = [0, 0];
    const trial = async (): Promise<number> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      return 0;
    };
    await sweep({ ...base, workers: 3, space, strategy: { name: 'random', trials: 10 }, trial });
    expect(most).toBe(3);
  });

  it('ends where too many fail, with the last error', async () => {
    let count = 0;
    const trial = (): number => {
      count++;
      throw new Error('it never works');
    };
    const options = { ...base, workers: 1, space, strategy: { name: 'random', trials: 20 }, failures: 4 } as const;
    await expect(sweep({ ...options, trial })).rejects.toThrow('sweep: 5 trials failed, and 4 may (\'failures\'). Trial 4: it never works'); // prettier-ignore
    expect(count).toBe(5);
    const nothing = await sweep({ ...options, failures: 20, trial: () => NaN });
    expect(nothing.best).toBeUndefined();
    expect(nothing.trials).toHaveLength(20);
    expect(nothing.trials[0]?.error).toBe('its value is NaN.');
  });

  it('tries what failed again, so often and no more, and counts the tries', async () => {
    const tries = new Map<unknown, number>();
    const trial = ({ x }: Parameters): number => {
      const count = (tries.get(x) ?? 0) + 1;
      tries.set(x, count);
      if (count < Number(x)) throw new Error(`try ${count} of ${Number(x)}`);
      return Number(x);
    };
    const events: string[] = [];
    const out = new MemoryStore();
    const options = { ...base, space: { x: [1, 2, 3, 4] }, strategy: 'grid', trial, retries: 2, out } as const;
    const onEvent: SearchOptions['onEvent'] = (event) => {
      if (event.event === 'retried') events.push(`${event.trial}: ${event.attempts}, ${event.error}`);
    };
    const { trials } = await sweep({ ...options, workers: 1, onEvent });
    expect(trials.map(({ parameters, attempts, value: at }) => [parameters.x, attempts, at])).toEqual([
      [1, undefined, 1],
      [2, 2, 2],
      [3, 3, 3],
      [4, 3, undefined],
    ]);
    expect(trials[3]?.error).toBe('try 3 of 4');
    expect(events).toEqual(['1: 1, try 1 of 2', '2: 1, try 1 of 3', '2: 2, try 2 of 3', '3: 1, try 1 of 4', '3: 2, try 2 of 4']); // prettier-ignore
    expect((await sweep({ ...options, retries: 5, resume: true })).trials).toEqual(trials);
    expect([...tries.values()]).toEqual([1, 2, 3, 3]);
  });

  it('says where a space has fewer points than trials are asked for', async () => {
    const notices: string[] = [];
    const onNotice = (line: string): void => void notices.push(line);
    const small = { space: { x: [1, 2], kind: ['a', 'b'] }, trial: () => 0, onNotice };
    for (const name of ['random', 'tpe', 'halving'] as const) await sweep({ ...small, strategy: { name, trials: 5 } });
    expect(notices).toEqual(
      ['random', 'tpe', 'halving'].map(
        (name) => `the space has 4 points, fewer than the 5 trials of strategy '${name}': each is tried once.`,
      ),
    );
    await sweep({ ...small, strategy: { name: 'random', trials: 4 } });
    expect(notices).toHaveLength(3);
  });

  describe.each(strategies)('by $name', (strategy) => {
    const options: SearchOptions = { ...base, space, strategy, trial: value };

    it('goes on after a stop at any trial with the same trials, none lost or run twice', async () => {
      const whole = new MemoryStore();
      const expected = await sweep({ ...options, out: whole });
      const log = new TextDecoder().decode(await whole.read('trials.jsonl'));
      const jobs = endedOf(log).length;
      for (let stopAt = 0; stopAt < jobs; stopAt++) {
        const [store, stop] = [new MemoryStore(), new AbortController()];
        let runs = 0;
        const trial = (point: Parameters, { signal }: { readonly signal: AbortSignal }): number => {
          if (runs === stopAt) stop.abort();
          // What is asked to stop may leave without a value.
          if (signal.aborted) throw new Error('stopped');
          runs++;
          return value(point);
        };
        const first = await sweep({ ...options, trial, out: store, signal: stop.signal });
        expect(first.reason).toBe('interrupted');
        const second = await sweep({ ...options, out: store, resume: true, trial: (point) => (runs++, value(point)) });
        expect(second.trials.map((each) => ({ ...each, seconds: 0 }))).toEqual(expected.trials.map((each) => ({ ...each, seconds: 0 }))); // prettier-ignore
        expect(endedOf(new TextDecoder().decode(await store.read('trials.jsonl')))).toEqual(endedOf(log));
        expect(runs).toBe(jobs);
      }
    });

    it('goes on from a log that was cut anywhere, as a kill leaves it', async () => {
      const whole = new MemoryStore();
      const expected = await sweep({ ...options, out: whole });
      const log = new TextDecoder().decode(await whole.read('trials.jsonl'));
      const settings = await whole.read('sweep.json');
      for (let at = 0; at <= log.length; at += 101) {
        const store = new MemoryStore([
          ['sweep.json', settings ?? new Uint8Array()],
          ['trials.jsonl', new TextEncoder().encode(log.slice(0, at))],
        ]);
        const result = await sweep({ ...options, out: store, resume: true });
        expect(result.trials.map(({ trial }) => trial)).toEqual(expected.trials.map(({ trial }) => trial));
        expect(endedOf(new TextDecoder().decode(await store.read('trials.jsonl')))).toEqual(endedOf(log));
      }
    });
  });

  it('refuses a second owner, a folder that holds another sweep, and one with other things', async () => {
    const out = join(folder, 'owned');
    const options: SearchOptions = { ...base, space, strategy: { name: 'random', trials: 2 }, trial: value, out };
    let second: unknown;
    const trial = async (point: Parameters): Promise<number> => {
      second ??= await sweep({ ...options, resume: true }).catch((error: unknown) => error);
      return value(point);
    };
    await sweep({ ...options, trial });
    expect(String(second)).toMatch(/owned: .*is writing there/);
    await expect(sweep(options)).rejects.toThrow(
      /owned: holds a sweep already\. Go on with it \(resume: true, --resume\)/,
    );
    const other = sweep({ ...options, space: { x: [1, 2] }, resume: true });
    await expect(other).rejects.toThrow(/is a sweep of other settings: 'space' is .* there and .* here/);
    writeFileSync(join(folder, 'file'), '');
    await expect(sweep({ ...options, out: folder })).rejects.toThrow(/is not empty and is no sweep/);
    // More trials begin as the fewer did.
    const more = await sweep({ ...options, strategy: { name: 'random', trials: 4 }, resume: true });
    expect(more.trials).toHaveLength(4);
    const fewer = sweep({ ...options, strategy: { name: 'random', trials: 3 }, resume: true });
    await expect(fewer).rejects.toThrow(/'strategy' is/);
  });

  it('says so where the log is of other trials, or damaged', async () => {
    const out = join(folder, 'changed');
    const options: SearchOptions = { ...base, space, strategy: { name: 'random', trials: 3 }, trial: value, out };
    await sweep(options);
    const log = readFileSync(join(out, 'trials.jsonl'), 'utf8');
    writeFileSync(join(out, 'trials.jsonl'), log.replaceAll('"kind":"a"', '"kind":"b"'));
    await expect(sweep({ ...options, resume: true })).rejects.toThrow(
      /of its log has other parameters than this sweep/,
    );
    writeFileSync(join(out, 'trials.jsonl'), log.replace('"status":"done"', '"status":"good"'));
    await expect(sweep({ ...options, resume: true })).rejects.toThrow(/trials\.jsonl: a line is damaged/);
  });

  it('is parted into shards that are the whole together', async () => {
    const strategy = { name: 'random', trials: 7 } as const;
    const options: SearchOptions = { ...base, space, strategy, trial: value };
    const whole = await sweep(options);
    for (const index of [1, 2, 3]) {
      const part = await sweep({ ...options, shard: { index, count: 3 }, out: join(folder, 'shards', `${index}`) });
      expect(part.trials.map(({ trial }) => trial).sort()).toEqual([0, 1, 2, 3, 4, 5, 6].filter((trial) => trial % 3 === index - 1)); // prettier-ignore
      const soFar = await loadSweep(join(folder, 'shards'));
      expect(soFar.open).toBe([4, 2, 0][index - 1]);
    }
    const merged = await loadSweep(['1', '2', '3'].map((name) => join(folder, 'shards', name)));
    expect(merged.reason).toBe('finished');
    expect(merged.trials.map(({ trial, value: at }) => [trial, at])).toEqual(whole.trials.map(({ trial, value: at }) => [trial, at])); // prettier-ignore
    await expect(loadSweep([join(folder, 'shards', '1'), join(folder, 'shards', '1')])).rejects.toThrow(
      /both have trial/,
    );
    await expect(loadSweep([join(folder, 'shards', '1'), join(folder, 'owned')])).rejects.toThrow(
      /different sweeps: 'strategy'/,
    );
    await expect(loadSweep(join(folder, 'nowhere'))).rejects.toThrow(/holds no sweep/);
    const tpe = sweep({ ...options, strategy: 'tpe', shard: { index: 1, count: 3 } });
    await expect(tpe).rejects.toThrow(/strategy 'tpe' goes by the results of all trials/);
    await expect(sweep({ ...options, shard: { index: 4, count: 3 } })).rejects.toThrow(/shard: index must be/);
    const again = sweep({ ...options, shard: { index: 2, count: 3 }, out: join(folder, 'shards', '1'), resume: true });
    await expect(again).rejects.toThrow(/holds shard 1 of 3 of a sweep, and shard 2 of 3 is asked for/);
  });

  it('keeps sweep.json as it was given', async () => {
    const store = new MemoryStore();
    await sweep({ ...base, space, strategy: 'random', trial: value, out: store });
    const kept = JSON.parse(new TextDecoder().decode(await store.read('sweep.json'))) as { settings: object };
    expect(jsonText(kept.settings)).toBe(jsonText({ space, strategy: 'random', seed: 3, workers: 2 }));
  });
});
