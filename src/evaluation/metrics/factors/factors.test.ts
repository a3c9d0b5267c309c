// Truth: codes for which the scores are known (perfect, mixed, doubled, constant) on a whole grid of factors; scikit-learn
// (fixtures/codes.json) for what is fitted.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { datasetOf } from '../../../data/index.ts';
import { key, normal } from '../../../random/index.ts';
import { adjustedRandIndex, normalizedMutualInformation } from '../classes/contingency.ts';
import { differenceAccuracy } from './beta-vae-score.ts';
import { codeImportances, dciScores } from './disentanglement.ts';
import { factorLevels, fitAndTest } from './factor-levels.ts';
import type { FactorCodes } from './factor-levels.ts';
import { majorityVoteAccuracy } from './factor-vae-score.ts';
import { codeInformation, histogramBins } from './information.ts';
import { explicitness, modularityOf } from './modularity-explicitness.ts';
import { mutualInformationGaps } from './mutual-information-gap.ts';
import { codeAccuracies, topTwoGap } from './separated-attribute.ts';

interface Rows {
  readonly codes: readonly (readonly number[])[];
  readonly levels: readonly (readonly number[])[];
}
const fixture = JSON.parse(readFileSync('test/fixtures/codes.json', 'utf8')) as {
  readonly counts: readonly number[];
  readonly fit: Rows;
  readonly test: Rows;
  readonly information: readonly (readonly number[])[];
  readonly entropies: readonly number[];
  readonly svmAccuracies: readonly (readonly number[])[];
  readonly areas: readonly number[];
  readonly importances: readonly (readonly number[])[];
  readonly firstStage: readonly number[];
  readonly informativeness: number;
  readonly labellings: readonly [readonly number[], readonly number[]];
  readonly nmi: number;
  readonly ari: number;
};

function factorCodes(counts: readonly number[], { codes, levels }: Rows): FactorCodes {
  return {
    codes: Float64Array.from(codes.flat()),
    size: codes[0]!.length,
    factors: counts.map((count, k) => ({ name: `v${k}`, count, levels: Uint32Array.from(levels, (row) => row[k]!) })),
  };
}

/** Every combination of levels of factors with 3, 4 and 5 of them, `repeats` times, with the codes that are made of each. */
function grid(codeOf: (levels: readonly [number, number, number], row: number) => readonly number[], repeats = 6) {
  const counts = [3, 4, 5];
  const levels = Array.from({ length: 60 * repeats }, (_, row) => {
    const cell = row % 60;
    return [cell % 3, Math.floor(cell / 3) % 4, Math.floor(cell / 12)] as const;
  });
  return factorCodes(counts, { levels, codes: levels.map(codeOf) });
}

const perfect = grid(([a, b, c]) => [2 * a - 1, -b, 0.5 * c + 3]);
/** Each code turned by 45° against the next: none is of one factor. */
const rotated = grid(([a, b, c]) => {
  const [x, y, z] = [a - 1, (b - 1.5) * 0.73, (c - 2) * 0.55];
  return [x + y, x - y, y + z];
});
const doubled = grid(([a, b, c]) => [a, b, c, -a, -b, -c]);
const constant = grid(() => [1, 1]);
const jitter = normal(key(0), [360, 3]).data;
const noise = grid((_, row) => [0, 1, 2].map((k) => jitter[3 * row + k]!));

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const sizes = { batch: 32, training: 400, test: 300 };

describe('codes for which the scores are known', () => {
  it('mutual information gap', () => {
    expect(mean(mutualInformationGaps(perfect, 20))).toBeCloseTo(1, 12);
    expect(mutualInformationGaps(doubled, 20)).toEqual([0, 0, 0]);
    expect(mutualInformationGaps(constant, 20)).toEqual([0, 0, 0]);
    expect(mean(mutualInformationGaps(rotated, 20))).toBeLessThan(0.3);
    // A single code that is one factor of three, in the whole grid: all of that one's entropy, nothing of the others.
    const single = mutualInformationGaps(
      grid(([a]) => [a]),
      20,
    );
    expect(single.map((gap) => gap.toFixed(9))).toEqual(['1.000000000', '0.000000000', '0.000000000']);
  });

  it('modularity', () => {
    const of = (codes: FactorCodes): number => modularityOf(codeInformation(codes, 20));
    expect(of(perfect)).toBeCloseTo(1, 12);
    expect(of(doubled)).toBeCloseTo(1, 12);
    expect(of(constant)).toBe(0);
    // By hand: 1 − (0.5² + 0.25²) / (1² · 2), and 0 for the code that knows nothing.
    const information = [Float64Array.of(1, 0.5, 0.25), Float64Array.of(0, 0, 0)];
    expect(modularityOf({ information })).toBeCloseTo((1 - 0.3125 / 2) / 2, 12);
    expect(modularityOf({ information: [Float64Array.of(0.3)] })).toBe(1);
  });

  it('disentanglement and completeness', () => {
    const of = (rows: readonly (readonly number[])[]) => dciScores(rows.map((row) => Float64Array.from(row)));
    expect(of([[1, 0], [0, 1]])).toEqual({ disentanglement: 1, completeness: 1 }); // prettier-ignore
    expect(of([[0.5, 0.5], [0.5, 0.5]])).toEqual({ disentanglement: 0, completeness: 0 }); // prettier-ignore
    expect(of([[0, 0], [0, 0]])).toEqual({ disentanglement: 0, completeness: 0 }); // prettier-ignore
    // A factor in two codes of four: each code is of one, half of log 4 is missing of the completeness.
    const { disentanglement, completeness } = of([[0.5, 0], [0.5, 0], [0, 0.5], [0, 0.5]]); // prettier-ignore
    expect([disentanglement, completeness]).toEqual([1, 0.5]);
    // By hand: rows (¾, ¼) with ⅔ of the importance, (0, 1) with ⅓; H₂(¾) = 0.811278 bits.
    expect(of([[1.5, 0.5], [0, 1]]).disentanglement).toBeCloseTo((2 / 3) * (1 - 0.8112781244591328) + 1 / 3, 12); // prettier-ignore
  });

  it('trees use the code that is the factor, and tell all levels', async () => {
    const { fit, test } = fitAndTest(perfect, key(1));
    const found = await codeImportances(fit, test, { trees: 10, depth: 3, learningRate: 0.1 });
    expect(found.informativeness).toBe(1);
    const scores = dciScores(found.importances);
    expect(scores.disentanglement).toBeGreaterThan(0.99);
    expect(scores.completeness).toBeGreaterThan(0.99);
    const mixed = fitAndTest(rotated, key(1));
    const other = await codeImportances(mixed.fit, mixed.test, { trees: 10, depth: 3, learningRate: 0.1 });
    expect(dciScores(other.importances).disentanglement).toBeLessThan(0.6);
    const nothing = fitAndTest(constant, key(1));
    const none = await codeImportances(nothing.fit, nothing.test, { trees: 3, depth: 3, learningRate: 0.1 });
    expect(none.importances.map((row) => [...row])).toEqual([[0, 0, 0], [0, 0, 0]]); // prettier-ignore
  });

  it('the scores of β-VAE and FactorVAE', async () => {
    const score = (codes: FactorCodes) =>
      Promise.all(
        [differenceAccuracy, majorityVoteAccuracy].map((accuracy) => accuracy(codes, { ...sizes, key: key(2) })),
      );
    expect(await score(perfect)).toEqual([1, 1]);
    expect((await score(doubled))[1]).toBe(1);
    // Chance is ⅓ (300 test points: a standard error of 0.027, and a majority of noise does not help).
    for (const accuracy of await score(noise)) expect(Math.abs(accuracy - 1 / 3)).toBeLessThan(4.5 * 0.0273);
    // The code that varies least does so beside its own variance, not beside others.
    const scaled = grid(([a, b, c], row) => [a, b, c].map((v, k) => [100, 1, 0.01][k]! * (v + 0.3 * jitter[3 * row + k]!))); // prettier-ignore
    expect((await score(scaled))[1]).toBe(1);
    const [differences, votes] = await score(constant);
    expect(votes).toBe(0);
    expect(differences).toBeLessThan(1 / 3 + 4.5 * 0.0273);
    expect((await score(rotated))[1]).toBeLessThan(1);
  });

  it('the gap of the two most accurate codes', () => {
    const rows = [[0.9, 0.2], [0.5, 0.8], [0.6, 0.3]].map((row) => Float64Array.from(row)); // prettier-ignore
    expect(topTwoGap(rows)).toBeCloseTo((0.3 + 0.5) / 2, 12);
    expect(topTwoGap([Float64Array.of(0.25)])).toBe(0.25);
  });

  it('predictability by one code alone: perfect for two levels, none of a constant', async () => {
    const two = factorCodes([2, 2], {
      levels: Array.from({ length: 40 }, (_, row) => [row % 2, (row >> 1) % 2]),
      codes: Array.from({ length: 40 }, (_, row) => [row % 2, 5, 3 * ((row >> 1) % 2)]),
    });
    const accuracies = await codeAccuracies(two, two, { penalty: 0.01 });
    expect(accuracies.map((row) => [...row])).toEqual([[1, 0.5], [0.5, 0.5], [0.5, 1]]); // prettier-ignore
  });

  it('explicitness is 1 where levels are apart, and ½ where codes know nothing', () => {
    expect(explicitness(perfect, perfect)).toBeGreaterThan(0.85);
    expect(explicitness(constant, constant)).toBe(0.5);
  });
});

describe('agreement with scikit-learn', () => {
  const { counts } = fixture;
  const [fit, test] = [factorCodes(counts, fixture.fit), factorCodes(counts, fixture.test)];

  it('mutual informations of binned codes', () => {
    const { information, entropies } = codeInformation(fit, 20);
    information.forEach((row, i) => {
      row.forEach((value, k) => {
        expect(value).toBeCloseTo(fixture.information[i]![k]!, 10);
      });
    });
    expect([...entropies].map((value) => value.toFixed(10))).toEqual(
      fixture.entropies.map((value) => value.toFixed(10)),
    );
    const gaps = counts.map((_, k) => {
      const [first = 0, second = 0] = fixture.information.map((row) => row[k]!).sort((a, b) => b - a);
      return (first - second) / fixture.entropies[k]!;
    });
    expect(mean(mutualInformationGaps(fit, 20))).toBeCloseTo(mean(gaps), 10);
  });

  it('support vector machines', async () => {
    const accuracies = await codeAccuracies(fit, test, { penalty: 0.01 });
    expect(accuracies.map((row) => [...row])).toEqual(fixture.svmAccuracies);
  });

  it('areas under the curves of logistic regressions', () => {
    expect(explicitness(fit, test)).toBeCloseTo(mean(fixture.areas), 3);
  });

  it('boosted trees', async () => {
    const found = await codeImportances(fit, test, { trees: 20, depth: 3, learningRate: 0.1 });
    found.importances.forEach((row, i) => {
      row.forEach((value, k) => {
        // Of equally good splits scikit-learn chooses at random: its own seeds are up to 0.008 apart.
        expect(Math.abs(value - fixture.importances[i]![k]!)).toBeLessThan(0.008);
      });
    });
    expect(found.informativeness).toBeCloseTo(fixture.informativeness, 2);
    const binary = {
      fit: { ...fit, factors: fit.factors.slice(2) },
      test: { ...test, factors: test.factors.slice(2) },
    };
    const stage = await codeImportances(binary.fit, binary.test, { trees: 1, depth: 3, learningRate: 0.1 });
    stage.importances.forEach(([value], i) => {
      expect(value).toBeCloseTo(fixture.firstStage[i]!, 6);
    });
  });

  it('of clusterings', () => {
    const [a, b] = fixture.labellings;
    expect(normalizedMutualInformation(a, b)).toBeCloseTo(fixture.nmi, 12);
    expect(adjustedRandIndex(a, b)).toBeCloseTo(fixture.ari, 12);
  });
});

describe('factors of a data set', () => {
  const withFactors = (factors: Readonly<Record<string, Float32Array>>) =>
    datasetOf({ name: 'made', kind: 'array', sampleShape: [1], values: new Float32Array(200), factors });

  it('are levels in the order of their values, or where there are too many of equal count', () => {
    const few = Float32Array.from({ length: 200 }, (_, i) => [0.5, -1, 7][i % 3]!);
    const many = Float32Array.from({ length: 200 }, (_, i) => (i * 37) % 200);
    const found = factorLevels(withFactors({ few, many, same: new Float32Array(200) }), 10);
    expect(found.map(({ name, count }) => [name, count])).toEqual([['few', 3], ['many', 10]]); // prettier-ignore
    expect([...found[0]!.levels.slice(0, 3)]).toEqual([1, 0, 2]);
    found[1]!.levels.forEach((level, i) => {
      expect(level).toBe(Math.floor(many[i]! / 20));
    });
    expect(() => factorLevels(withFactors({ same: new Float32Array(200) }), 10)).toThrow(/no factor varies/);
  });

  it('values that are equal stay together when cut', () => {
    const values = Float32Array.from({ length: 200 }, (_, i) => (i < 100 ? 0 : i));
    const [found] = factorLevels(withFactors({ values }), 10);
    expect(new Set(found!.levels.slice(0, 100)).size).toBe(1);
    expect(found!.count).toBe(6);
  });
});

describe('histogramBins', () => {
  it('are closed on the left, and the last on both sides', () => {
    expect([...histogramBins(Float64Array.of(0, 0.999, 1, 2.5, 3, 4), 4)]).toEqual([0, 0, 1, 2, 3, 3]);
    expect([...histogramBins(Float64Array.of(2, 2), 4)]).toEqual([0, 0]);
  });
});
