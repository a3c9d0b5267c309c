import { describe, expect, it } from 'vitest';
import { key } from '../../random/index.ts';
import { dimensionsOf } from '../space.ts';
import type { Parameters, Space } from '../space.ts';
import { grid, random } from './grid.ts';
import { halving } from './halving.ts';
import { parzen } from './parzen.ts';
import type { JobResult, Strategy } from './strategy.ts';
import { tpe } from './tpe.ts';

const dimensions = (space: Space) => dimensionsOf(space, 'space', () => undefined);

/** All points of a strategy, in their order, and what they came to. */
function follow(strategy: Strategy, f: (point: Parameters) => number | undefined): JobResult[] {
  const results = new Map<number, JobResult>();
  for (let number = 0; number < strategy.jobs; number++) {
    const job = strategy.job(number, results);
    if (job === 'later') throw new Error(`job ${number} waits, and all before it have ended`);
    if (job) results.set(number, { trial: job.trial, parameters: job.parameters, value: f(job.parameters) });
  }
  return [...results.values()];
}

describe('a grid', () => {
  it('has every point once, dependent axes where they count alone', () => {
    const points = follow(
      grid(
        dimensions({
          // It depends on what stands after it.
          rank: { from: 1, to: 3, whole: true, when: { posterior: ['low-rank', 'full'] } },
          posterior: ['diagonal', 'low-rank', 'full'],
          depth: { values: [[4], [8, 8]], when: { rank: 3 } },
        }),
      ),
      () => 0,
    );
    const expected = [
      { posterior: 'diagonal' },
      ...['low-rank', 'full'].flatMap((posterior) => [
        { posterior, rank: 1 },
        { posterior, rank: 2 },
        ...[[4], [8, 8]].map((depth) => ({ posterior, rank: 3, depth })),
      ]),
    ];
    expect(points.map(({ parameters }) => parameters)).toEqual(expected);
  });

  it('takes the ends of a range and evenly many numbers between, on its scale', () => {
    const values = (axis: Space[string]) => follow(grid(dimensions({ axis })), () => 0).map(({ parameters }) => parameters.axis); // prettier-ignore
    expect(values({ from: 1e-4, to: 1e-2, scale: 'log', points: 5 })).toEqual([1e-4, 3.16227766017e-4, 1e-3, 3.16227766017e-3, 1e-2]); // prettier-ignore
    expect(values({ from: 0, to: 1, points: 3 })).toEqual([0, 0.5, 1]);
    expect(values({ from: 1, to: 100, scale: 'log', whole: true, points: 3 })).toEqual([1, 10, 100]);
    expect(() => values({ from: 0, to: 1 })).toThrow(/axis: a grid takes some numbers.*'points'/);
  });
});

describe('random search', () => {
  it('draws each axis evenly on its scale (Kolmogorov–Smirnov at 1e-4)', () => {
    const n = 2000;
    const space = { rate: { from: 1e-5, to: 1, scale: 'log' }, size: { from: 1, to: 4, whole: true }, x: { from: -2, to: 2 } } as const; // prettier-ignore
    const points = follow(random(dimensions(space), { trials: n, key: key(3) }), () => 0).map(
      (each) => each.parameters,
    );
    const places = [
      points.map(({ rate }) => (Math.log10(rate as number) + 5) / 5),
      points.map(({ x }) => ((x as number) + 2) / 4),
    ];
    for (const sorted of places.map((each) => each.sort((a, b) => a - b))) {
      const gap = Math.max(...sorted.map((value, at) => Math.max(Math.abs(value - at / n), Math.abs(value - (at + 1) / n)))); // prettier-ignore
      expect(gap).toBeLessThan(Math.sqrt(-0.5 * Math.log(1e-4 / 2)) / Math.sqrt(n));
    }
    // Counts of a quarter each: 4 standard errors.
    for (const size of [1, 2, 3, 4]) {
      const count = points.filter((each) => each.size === size).length;
      expect(Math.abs(count - n / 4)).toBeLessThan(4 * Math.sqrt((n * 3) / 16));
    }
  });

  it('draws no point twice, and no more than there are', () => {
    const space = { a: [1, 2, 3], b: { from: 1, to: 5, whole: true }, c: { values: ['x', 'y'], when: { a: 2 } } };
    const points = follow(random(dimensions(space), { trials: 100, key: key(0) }), () => 0);
    const all = follow(grid(dimensions(space)), () => 0);
    const texts = (of: readonly JobResult[]) => of.map(({ parameters }) => JSON.stringify(parameters)).sort();
    expect(points).toHaveLength(20);
    expect(texts(points)).toEqual(texts(all));
    expect(points).not.toEqual(all);
  });

  it('draws point k by seed and k alone', () => {
    const space = dimensions({ x: { from: 0, to: 1 } });
    const few = follow(random(space, { trials: 5, key: key(1) }), () => 0);
    expect(follow(random(space, { trials: 9, key: key(1) }), () => 0).slice(0, 5)).toEqual(few);
    expect(follow(random(space, { trials: 5, key: key(2) }), () => 0)).not.toEqual(few);
  });
});

describe('a Parzen density', () => {
  it.each([[[]], [[0.2]], [[0, 0, 1]], [[0.1, 0.11, 0.5, 0.9]]])('of %j is one: it integrates to 1', (points) => {
    const n = 20_000;
    const density = parzen(points);
    let sum = 0;
    for (let k = 0; k < n; k++) sum += Math.exp(density.logDensity((k + 0.5) / n)) / n;
    expect(sum).toBeCloseTo(1, 6);
  });

  it('draws what it is the density of (Kolmogorov–Smirnov at 1e-4)', () => {
    const density = parzen([0.1, 0.12, 0.8]);
    const side = 100;
    const draws: number[] = [];
    // Every kernel and every place equally often.
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < side; j++) draws.push(density.draw((i + 0.5) / 4, (j + 0.5) / side));
    draws.sort((a, b) => a - b);
    let [mass, at, gap] = [0, 0, 0];
    const n = 10_000;
    for (let k = 0; k < n; k++) {
      mass += Math.exp(density.logDensity((k + 0.5) / n)) / n;
      while ((draws[at] ?? Infinity) < (k + 1) / n) at++;
      gap = Math.max(gap, Math.abs(mass - at / draws.length));
    }
    expect(gap).toBeLessThan(4 / side);
  });
});

/** Branin's function: least 0.397887 at three points (Dixon and Szegö 1978). */
function branin({ x, y }: Parameters): number {
  const [a, b] = [x as number, y as number];
  const [p, q, t] = [5.1 / (4 * Math.PI ** 2), 5 / Math.PI, 1 / (8 * Math.PI)];
  return (b - p * a * a + q * a - 6) ** 2 + 10 * (1 - t) * Math.cos(a) + 10;
}

/** Of mixed axes, one of which depends on another: least 0 at rate 10^-2.5, size 24, kind b, depth 0.3. */
function mixed({ rate, size, kind, depth }: Parameters): number {
  const ofKind = kind === 'b' ? 4 * ((depth as number) - 0.3) ** 2 : kind === 'a' ? 0.5 : 1;
  return 2 * (Math.log10(rate as number) + 2.5) ** 2 + Math.abs((size as number) - 24) / 16 + ofKind;
}

const functions = [
  { name: "Branin's function", f: branin, space: { x: { from: -5, to: 10 }, y: { from: 0, to: 15 } } },
  {
    name: 'a function of mixed axes',
    f: mixed,
    space: {
      rate: { from: 1e-5, to: 1, scale: 'log' },
      size: { from: 1, to: 64, whole: true },
      kind: ['a', 'b', 'c'],
      depth: { from: 0, to: 1, when: { kind: 'b' } },
    },
  },
] as const;

describe('TPE', () => {
  const seeds = Array.from({ length: 20 }, (_, seed) => seed);
  const least = (results: readonly JobResult[]) => Math.min(...results.map(({ value = Infinity }) => value));
  const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length / 2] ?? NaN;

  // 15 of 20 by chance: 2 %. What 60 trials leave to the least that there is, is in the median at most half of what random search leaves.
  it.each(functions)('beats random search on $name in 15 of 20 seeds, and by half in the median', ({ f, space }) => {
    const [trials, lag] = [60, 2];
    const of = dimensions(space);
    const drawn = seeds.map((seed) => least(follow(random(of, { trials, key: key(seed) }), f)));
    const options = { trials, lag, startup: 10, candidates: 24, direction: () => 'min' as const } as const;
    const chosen = seeds.map((seed) => least(follow(tpe(of, { ...options, key: key(seed) }), f)));
    expect(chosen.filter((value, seed) => value < (drawn[seed] ?? NaN)).length).toBeGreaterThanOrEqual(15);
    const optimum = f === branin ? 0.397887 : 0;
    expect(median(chosen) - optimum).toBeLessThan(0.5 * (median(drawn) - optimum));
  });

  it('looks for the largest value where more is better, around failures', () => {
    const of = dimensions({ x: { from: 0, to: 1 } });
    const f = ({ x }: Parameters) => ((x as number) > 0.7 ? undefined : -(((x as number) - 0.4) ** 2));
    const options = {
      trials: 60,
      lag: 1,
      startup: 10,
      candidates: 24,
      key: key(0),
      direction: () => 'max' as const,
    } as const;
    const results = follow(tpe(of, options), f).slice(20);
    const near = results.filter(({ parameters: { x } }) => Math.abs((x as number) - 0.4) < 0.1);
    // By chance a fifth of them are near, and 12 fail.
    expect(near.length).toBeGreaterThan(20);
    expect(results.filter(({ value }) => value === undefined).length).toBeLessThan(6);
  });

  it('goes by results up to its lag alone, so that faster ones change nothing', () => {
    const of = dimensions({ x: { from: 0, to: 1 } });
    const make = () => tpe(of, { trials: 20, lag: 3, startup: 4, candidates: 8, key: key(5), direction: () => 'min' });
    const whole = follow(make(), ({ x }) => x as number);
    const [strategy, results] = [make(), new Map<number, JobResult>()];
    for (let number = 0; number < 20; number++) {
      const job = strategy.job(number, results);
      if (!job || job === 'later') throw new Error('it should not wait');
      expect(job.parameters).toEqual(whole[number]?.parameters);
      // The two before it are still under way.
      const late = whole[number - 2];
      if (late) results.set(number - 2, late);
    }
    expect(make().job(10, results)).not.toBe('later');
    expect(make().job(10, new Map([...results].filter(([number]) => number !== 7)))).toBe('later');
  });
});

describe('successive halving', () => {
  const of = dimensions({ x: { from: 0, to: 1 } });
  const options = { trials: 10, leastEpochs: 2, mostEpochs: 20, factor: 3, key: key(0) };

  /** By trial: the epochs that it got to. */
  function epochsOf(f: (x: number) => number | undefined, direction: 'min' | 'max') {
    const strategy = halving(of, { ...options, direction: () => direction });
    const results = new Map<number, JobResult>();
    const epochs = new Map<number, (number | undefined)[]>();
    for (let number = 0; number < strategy.jobs; number++) {
      const job = strategy.job(number, results);
      if (job === 'later') throw new Error('it should not wait');
      if (!job) continue;
      epochs.set(job.trial, [...(epochs.get(job.trial) ?? []), job.epochs]);
      expect(job.epochsBefore).toBe(epochs.get(job.trial)?.at(-2));
      results.set(number, { ...job, value: f(job.parameters.x as number) });
    }
    const points = Array.from({ length: 10 }, (_, trial) => results.get(trial)?.parameters.x as number);
    return { epochs, points };
  }

  it('lets the best third go on to three times the epochs, the last to all', () => {
    for (const direction of ['min', 'max'] as const) {
      const { epochs, points } = epochsOf((x) => x, direction);
      const sign = direction === 'min' ? 1 : -1;
      const ranked = points.map((x, trial) => ({ x, trial })).sort((a, b) => sign * (a.x - b.x));
      expect(ranked.map(({ trial }) => epochs.get(trial))).toEqual([
        [2, 6, 18, 20],
        [2, 6],
        [2, 6],
        ...Array.from({ length: 7 }, () => [2]),
      ]);
    }
  });

  it('goes on with those that did not fail, be they fewer, and ends where none is left', () => {
    const { points } = epochsOf((x) => x, 'min');
    const [least, second] = points.toSorted((a, b) => a - b);
    const { epochs } = epochsOf((x) => (x === least || x === second ? x : undefined), 'min');
    expect([...epochs.values()].map(({ length }) => length).sort()).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 2, 4]);
    expect([...epochsOf(() => undefined, 'min').epochs.values()].every(({ length }) => length === 1)).toBe(true);
  });

  it('waits with a rung for the whole one before it', () => {
    const strategy = halving(of, { ...options, direction: () => 'min' });
    const results = new Map(Array.from({ length: 9 }, (_, trial) => [trial, { trial, parameters: {}, value: trial }]));
    expect(strategy.job(10, results)).toBe('later');
    results.set(9, { trial: 9, parameters: {}, value: -1 });
    expect(strategy.job(10, results)).toMatchObject({ trial: 9, epochs: 6 });
    expect(strategy.job(13, results)).toBe('later');
  });
});
