// What the explorer and the tables' page ask of the server: types only, so that the pages import them and nothing of Node.
// Arrays travel as frames (`frames.ts`): a JSON header and bytes, one after the other, so that progress comes before the result.

/** Which examples: `?split=test&limit=10000` of each of the routes below. */
export interface Chosen {
  /** Other data than the run's own, read in its way: `upload:NAME`, or `file:NAME` below `--data`. */
  readonly data?: string;
  /** Default: the test split, or all examples where there is none. */
  readonly split?: 'train' | 'validation' | 'test' | 'all';
  /** The first so many. Default: 10,000. */
  readonly limit?: number;
}

/** A column that points may be coloured by, a number an example: `column:NAME` among the arrays. */
export interface CodeColumn {
  readonly name: string;
  /** A category is the place of its level in `levels`; what is missing is NaN. */
  readonly kind: 'number' | 'category';
  readonly levels?: readonly string[];
}

/** How the arrays of `GET /api/runs/:id/codes` are to be read. */
export interface CodesAbout {
  readonly split: string;
  readonly count: number;
  /** Examples of the split; more than `count` where only the first were taken. */
  readonly total: number;
  readonly source: string;
  /** Why there are no examples, where the run's data are not at hand: what is known of the model is there, and `count` is 0. */
  readonly missing?: string;
  readonly latent: number;
  readonly exampleShape: readonly number[];
  /** What an example is to look at: a picture of so many shades, a row of a table, or numbers. */
  readonly looks: 'picture' | 'row' | 'numbers';
  /**
   * What there is of q(z|x) beside its mean. `full`: Σ of every example is among the arrays, packed; `asked`: `GET …/covariances` has it for
   * single ones, as all would be too much; `none`: the code is a function of x alone.
   */
  readonly spread: 'none' | 'diagonal' | 'full' | 'asked';
  /** Absent: Σ is that of draws, as the family has none in closed form. */
  readonly hasMoments: boolean;
  readonly posterior: string;
  readonly prior: string;
  /** Whether p(z) is N(0, I); else `priorDraws` are among the arrays, where the prior can be drawn from. */
  readonly priorIsStandard: boolean;
  /** Why no z of one's own should be decoded, where it should not. */
  readonly whyNoSamples?: string;
  /** Names of the classes, by the number that `labels` holds. */
  readonly classes?: readonly string[];
  readonly columns: readonly CodeColumn[];
  /** What each example is called, where it came from a file. */
  readonly names?: readonly string[];
  /** What p(x|z) is given beside z. */
  readonly condition?: readonly string[];
  /** Numbers an example: `mean`, `stddev`, `covariance` [n, …], `labels` [n], `kl` [n], `error` [n], `column:NAME` [n], `priorDraws` [m, latent]. */
  readonly arrays: readonly string[];
  readonly notices: readonly string[];
}

export type ArrayType = 'float32' | 'uint32' | 'uint8';

/** The header of a frame. */
export type FrameHeader =
  | { readonly type: 'progress'; readonly what: string; readonly done: number; readonly total: number }
  | { readonly type: 'codes'; readonly about: CodesAbout }
  | { readonly type: 'examples'; readonly about: ExamplesAbout }
  | { readonly type: 'array'; readonly name: string; readonly dtype: ArrayType; readonly shape: readonly number[] }
  /** The answer had begun when this came. */
  | { readonly type: 'failed'; readonly detail: string }
  | { readonly type: 'end' };

/** `GET /api/runs/:id/examples?rows=0,5,7`: pictures as an array `shades` uint8 [k, height, width, channels], numbers as `values`. */
export interface ExamplesAbout {
  readonly rows: readonly number[];
  readonly cells?: readonly Readonly<Record<string, string | number | boolean | null>>[];
}

/** A column of the table, as training had it and as the model draws it. */
export interface ComparedColumn {
  readonly name: string;
  readonly kind: 'number' | 'category';
  readonly isDate: boolean;
  /** Of a category: what `real` and `synthetic` hold the places of. */
  readonly levels?: readonly string[];
  readonly real: readonly (number | null)[];
  readonly synthetic: readonly (number | null)[];
  /** Kolmogorov–Smirnov distance of numbers, total variation of shares. */
  readonly distance: number;
}

/** `GET /api/runs/:id/table?rows=2000&seed=0` */
export interface ComparedTables {
  readonly source: string;
  readonly split: string;
  readonly rows: number;
  readonly columns: readonly ComparedColumn[];
  /** Means over columns and pairs of columns. */
  readonly marginal: number;
  readonly pairwise: number;
  readonly notices: readonly string[];
}
