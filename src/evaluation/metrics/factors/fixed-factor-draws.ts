import { UnsupportedError } from '../../../core/index.ts';
import { foldIn, uniform } from '../../../random/index.ts';
import type { Key } from '../../../random/index.ts';
import type { FactorCodes } from './factor-levels.ts';

/** Rows drawn among examples so that one factor has one level, in place of a generator of new ones. */
export interface FixedFactorDraws {
  /** Which factor. */
  readonly factor: number;
  /** Numbers in [0, 1), to draw rows by: `at` and `among`. */
  readonly uniforms: Float64Array;
}

/** The examples of each level of each factor; levels of a single example are left out. */
export class LevelPools {
  readonly #given: FactorCodes;
  /** Of each factor: rows by level. */
  readonly #pools: readonly (readonly Uint32Array[])[];
  /** Of each factor: the rows whose level has another row too. */
  readonly #rows: readonly Uint32Array[];

  /** @throws UnsupportedError where a factor has no two examples at one level */
  constructor(given: FactorCodes) {
    this.#given = given;
    this.#pools = given.factors.map(({ levels, count }) => {
      const rows = Array.from({ length: count }, (): number[] => []);
      levels.forEach((level, row) => rows[level]!.push(row));
      return rows.map((pool) => Uint32Array.from(pool));
    });
    this.#rows = this.#pools.map((pools) => {
      return Uint32Array.from(pools.filter((pool) => pool.length > 1).flatMap((pool) => Array.from(pool)));
    });
    const lone = this.#rows.findIndex((rows) => rows.length === 0);
    if (lone >= 0) {
      const { name } = given.factors[lone]!;
      throw new UnsupportedError(`factors: no two examples have '${name}' in common; evaluate more of them.`);
    }
  }

  /** A row, and a uniform number → a row of the same level of the factor that is another. */
  partner(factor: number, row: number, u: number): number {
    const pool = this.#pool(factor, row);
    const at = Math.floor(u * (pool.length - 1));
    return pool[at] === row ? pool.at(-1)! : pool[at]!;
  }

  /** A row whose level of the factor others have too. */
  row(factor: number, u: number): number {
    const rows = this.#rows[factor]!;
    return rows[Math.floor(u * rows.length)]!;
  }

  /** A row of the same level of the factor, the same one too. */
  alike(factor: number, row: number, u: number): number {
    const pool = this.#pool(factor, row);
    return pool[Math.floor(u * pool.length)]!;
  }

  #pool(factor: number, row: number): Uint32Array {
    return this.#pools[factor]![this.#given.factors[factor]!.levels[row]!]!;
  }
}

/** `count` times a factor, all equally probable, and `size` numbers to draw rows by. */
export function* fixedFactorDraws(
  factors: number,
  { count, size, key }: { readonly count: number; readonly size: number; readonly key: Key },
): Generator<FixedFactorDraws> {
  for (let draw = 0; draw < count; draw++) {
    const [first = 0, ...rest] = uniform(foldIn(key, draw), [1 + size], { dtype: 'float64' }).data;
    yield { factor: Math.floor(first * factors), uniforms: Float64Array.from(rest) };
  }
}

/** Of the scores that draw rows with a factor held fixed. */
export const drawRemarks =
  'Rows with a factor in common are drawn among the evaluated examples, where disentanglement_lib makes new ones: evaluate some thousand.';
