// What the page and the worker that trains say to each other.

export const subjectNames = ['straight', 'bent', 'digits'] as const;
export type SubjectName = (typeof subjectNames)[number];

/** The two models: one has a diagonal Σ, the other a full one. */
export const heads = ['diagonal', 'full'] as const;
export type Head = (typeof heads)[number];
export type EachHead<T> = Readonly<Record<Head, T>>;

/** Test examples whose posteriors are drawn, and over which the ELBO is a mean. */
export const testCount = 100;

export type Request =
  | { readonly ask: 'train'; readonly subject: SubjectName; readonly seed: number; readonly degrees: number }
  | { readonly ask: 'stop' }
  | { readonly ask: 'turn'; readonly degrees: number };

/** One model as it stands. */
export interface Look {
  /** Means of q(z|x) of the test examples, x and y in turn, in the model's own axes. */
  readonly means: Float32Array;
  /** Their covariances, Σ₁₁, Σ₁₂, Σ₂₁, Σ₂₂ in turn. */
  readonly covariances: Float32Array;
  /** With the latent space turned as asked: the model's own posteriors turned with it, nats. */
  readonly elbo: number;
  /** The same with the nearest diagonal Σ in place of each. */
  readonly diagonalElbo: number;
}

/** What a diagonal Σ loses with the latent space turned by 0°, `profileStep`, …, 90°: nats. */
export type Profile = readonly number[];
export const profileStep = 5;

export type Reply =
  | { readonly tell: 'begun'; readonly epochs: number; readonly logDensity: number | undefined }
  | { readonly tell: 'looked'; readonly epoch: number; readonly degrees: number; readonly looks: EachHead<Look> }
  | { readonly tell: 'turned'; readonly degrees: number; readonly looks: EachHead<Look> }
  | { readonly tell: 'done'; readonly stopped: boolean; readonly profiles: EachHead<Profile> }
  | { readonly tell: 'failed'; readonly where: 'start' | 'training'; readonly reason: string };
