import { describe, expect, it } from 'vitest';
import type { NdArray } from '../../core/index.ts';
import { evaluate } from '../../engine/reference/index.ts';
import {
  add,
  constant,
  diagonalMatrix,
  div,
  exp,
  expandDims,
  identityMatrix,
  input,
  isHostOp,
  matmul,
  mul,
  slice,
  square,
  squeeze,
  sub,
  sum,
  tanh,
  topologicalOrder,
  triangle,
} from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { inverse } from '../../linalg/index.ts';
import { key, normal } from '../../random/index.ts';
import { checkGradients, testCovarianceRoot } from '../../testing/index.ts';
import {
  DiagonalRoot,
  LowRankRoot,
  PrecisionRoot,
  ReflectedRoot,
  ScaleTrilRoot,
  ScaledIdentityRoot,
  SymmetricRoot,
} from '../index.ts';
import type { CovarianceRoot } from '../index.ts';

const draw = (seed: number, shape: readonly number[]): NdArray<'float64'> =>
  normal(key(seed), shape, { dtype: 'float64' });

/** Free numbers to a triangular factor of moderate condition. */
const factorOf = (x: Tensor): Tensor =>
  add(triangle(tanh(x), { diagonal: 0 }), diagonalMatrix(exp(mul(tanh(sum(x, -1)), 0.5))));
const gram = (a: Tensor): Tensor => matmul(a, a, { transposeB: true });

interface Case {
  /** Shapes of the free parameters. */
  readonly shapes: (n: number) => readonly (readonly number[])[];
  readonly make: (n: number, x: Tensor, w: Tensor) => CovarianceRoot;
  /** Σ by its definition. */
  readonly dense: (n: number, x: Tensor, w: Tensor) => Tensor;
}

const lowRank = (r: number): Case => ({
  shapes: (n) => [[n], [n, r]],
  make: (_, x, factor) => LowRankRoot.from('logVariance', x, { factor }),
  dense: (_, x, w) => add(diagonalMatrix(exp(x)), gram(w)),
});
/** The rows of w. */
const vectorsOf = (w: Tensor): Tensor[] => [0, 1].map((k) => squeeze(slice(w, { [-2]: [k, k + 1] }), -2));
/** I − 2 v vᵀ / vᵀ v */
const reflectionMatrix = (v: Tensor, n: number): Tensor => {
  const column = expandDims(v, -1);
  const share = div(2, sum(square(column), [-2, -1], { keepDims: true }));
  return sub(identityMatrix(n, 'float64'), mul(gram(column), share));
};
const vector = (n: number): number[][] => [[n]];
const matrix = (n: number): number[][] => [[n, n]];

const cases: Readonly<Record<string, Case>> = {
  'scaled identity': {
    shapes: () => [[]],
    make: (n, x) => ScaledIdentityRoot.from('logStddev', n, x),
    dense: (n, x) => mul(expandDims(expandDims(exp(mul(x, 2)), -1), -1), identityMatrix(n, 'float64')),
  },
  'diagonal from log-variances': {
    shapes: vector,
    make: (_, x) => DiagonalRoot.from('logVariance', x),
    dense: (_, x) => diagonalMatrix(exp(x)),
  },
  'diagonal from variances': {
    shapes: vector,
    make: (_, x) => DiagonalRoot.from('variance', exp(x)),
    dense: (_, x) => diagonalMatrix(exp(x)),
  },
  'diagonal from standard deviations': {
    shapes: vector,
    make: (_, x) => DiagonalRoot.from('stddev', exp(x)),
    dense: (_, x) => diagonalMatrix(square(exp(x))),
  },
  triangular: {
    shapes: matrix,
    make: (_, x) => ScaleTrilRoot.fromScaleTril(factorOf(x)),
    dense: (_, x) => gram(factorOf(x)),
  },
  'symmetric from its Cholesky factor': {
    shapes: matrix,
    make: (_, x) => SymmetricRoot.fromCholesky(factorOf(x)),
    dense: (_, x) => gram(gram(factorOf(x))),
  },
  'symmetric from S': {
    shapes: matrix,
    make: (_, x) => SymmetricRoot.fromMatrix(gram(factorOf(x))),
    dense: (_, x) => gram(gram(factorOf(x))),
  },
  'symmetric from Σ': {
    shapes: matrix,
    make: (_, x) => SymmetricRoot.fromCovariance(gram(factorOf(x))),
    dense: (_, x) => gram(factorOf(x)),
  },
  precision: {
    shapes: matrix,
    make: (_, x) => PrecisionRoot.fromPrecision(gram(factorOf(x))),
    dense: (_, x) => constant(inverse(evaluate(gram(factorOf(x))))),
  },
  'reflected twice': {
    shapes: (n) => [[n], [2, n]],
    make: (_, x, w) => ReflectedRoot.from('logVariance', x, vectorsOf(w)),
    dense: (n, x, w) => {
      const [first, second] = vectorsOf(w).map((v) => reflectionMatrix(v, n));
      return gram(mul(matmul(second!, first!), expandDims(exp(mul(x, 0.5)), -2)));
    },
  },
  'low rank 1': lowRank(1),
  'low rank 3': lowRank(3),
  'low rank 17, through host ops': lowRank(17),
};

const parameters = ({ shapes }: Case, n: number, batch: readonly number[], seed: number): [Tensor, Tensor] => {
  const [x, w] = shapes(n).map((shape, k) => constant(draw(seed + k, [...batch, ...shape])));
  return [x!, w ?? x!];
};

describe.each(Object.entries(cases))('%s root', (name, spec) => {
  it.each([1, 2, 5])('agrees with dense Σ, n = %i', (n) => {
    const others = Object.values(cases).map((other) => other.make(n, ...parameters(other, n, [], 77)));
    for (const batch of [[], [2], [2, 3]]) {
      const x = parameters(spec, n, batch, 5);
      testCovarianceRoot(spec.make(n, ...x), { covariance: evaluate(spec.dense(n, ...x)), others });
    }
  });

  it('has right gradients, first and second', () => {
    const inputs = spec.shapes(2).map((shape, k) => draw(20 + k, shape));
    const x = draw(31, [2]);
    const verbs: readonly ((root: CovarianceRoot) => Tensor)[] = [
      (root) => root.unwhiten(draw(30, [root.noiseSize])),
      (root) => root.quadratic(x),
      (root) => root.logAbsDet(),
      (root) => root.traceCovariance(),
      (root) => root.traceRatio(ScaledIdentityRoot.unit(2, 'float64')),
    ];
    for (const verb of verbs) checkGradients((p, w) => verb(spec.make(2, p, w)), inputs, { order: 2 });
  });

  it('takes a symbolic batch', () => {
    const named = spec.shapes(2).map((shape, k) => input(`p${k}`, ['batch', ...shape], 'float64'));
    const root = spec.make(2, named[0]!, named[1] ?? named[0]!);
    expect(root.batchShape).toEqual(['batch']);
    expect(root.unwhiten(input('e', ['batch', root.noiseSize], 'float64')).shape).toEqual(['batch', 2]);
    const density = add(root.quadratic(input('x', ['batch', 2], 'float64')), root.logAbsDet());
    expect(density.shape).toEqual(['batch']);
    const feeds = Object.fromEntries(spec.shapes(2).map((shape, k) => [`p${k}`, draw(40 + k, [3, ...shape])]));
    const value = evaluate(density, { ...feeds, x: draw(50, [3, 2]) });
    expect(value.shape).toEqual([3]);
    expect(value.data.every(Number.isFinite)).toBe(true);
  });

  it('keeps float32', () => {
    const [x, w] = parameters(spec, 3, [], 5).map((p) => constant(evaluate(p), 'float32')) as [Tensor, Tensor];
    if (name === 'precision' || name === 'symmetric from Σ') return; // below
    const root = spec.make(3, x, w);
    expect(root.dtype).toBe('float32');
    for (const y of [root.unwhiten(draw32([4, root.noiseSize])), root.covariance(), root.logAbsDet()]) {
      expect(y.dtype).toBe('float32');
    }
  });
});

const draw32 = (shape: number[]): NdArray<'float32'> => normal(key(60), shape);

/** Ops that a training step or an export of these verbs would send to the host. */
const hostOpsOf = (...outputs: Tensor[]): string[] =>
  topologicalOrder(outputs).flatMap(({ op }) => (isHostOp(op) ? [op] : []));

describe('what a VAE head emits', () => {
  it('needs no host op for draws, trace and log-determinant', () => {
    const l = input('l', ['batch', 3, 3]);
    const logDiagonal = input('d', ['batch', 3]);
    const e = input('e', ['batch', 3]);
    for (const root of [
      SymmetricRoot.fromCholesky(l),
      SymmetricRoot.fromCholesky(l, { logDiagonal }),
      ScaleTrilRoot.fromScaleTril(l, { logDiagonal }),
    ]) {
      expect(hostOpsOf(root.unwhiten(e), root.traceCovariance(), root.logAbsDet(), root.diagonal())).toEqual([]);
    }
    const lowRankRoot = LowRankRoot.from('logVariance', input('v', ['batch', 3]), {
      factor: input('w', ['batch', 3, 2]),
    });
    const noise = input('n', ['batch', 5]);
    const centered = lowRankRoot.unwhiten(noise);
    const outputs = [centered, lowRankRoot.traceCovariance(), lowRankRoot.logAbsDet(), lowRankRoot.quadratic(centered)];
    expect(hostOpsOf(...outputs)).toEqual([]);
  });
});

describe('roots refuse', () => {
  it.each([
    ['a factor that is not lower triangular', () => ScaleTrilRoot.fromScaleTril([[1, 2], [0, 1]]), /lower triangular.*\[0, 1\].*is 2.*SymmetricRoot/],
    ['a zero on the diagonal', () => ScaleTrilRoot.fromScaleTril([[1, 0], [3, 0]]), /\[1, 1\].*is 0.*fromCovariance/],
    ['a negative variance', () => DiagonalRoot.from('variance', [1, -2]), /variance: must be positive.*-2 at \[1\]/],
    ['NaN', () => DiagonalRoot.from('logVariance', [NaN, 0]), /finite, got NaN at \[0\]/],
    ['an asymmetric S', () => SymmetricRoot.fromMatrix([[1, 2], [0, 1]]), /not symmetric/],
    ['an indefinite S', () => SymmetricRoot.fromMatrix([[[1, 0], [0, 1]], [[1, 2], [2, 1]]]), /matrix \[1\].*-1/],
    ['matrices that are not square', () => ScaleTrilRoot.fromScaleTril([[1, 2, 3], [4, 5, 6]]), /square.*\[2, 3\]/],
    ['an S whose factor is not square', () => SymmetricRoot.fromCholesky([[1, 0, 0], [4, 5, 0]]), /SymmetricRoot.fromCholesky.*square.*\[2, 3\]/],
    ['W of another size', () => LowRankRoot.from('variance', [1, 1], { factor: [[1], [1], [1]] }), /\[\.\.\., 2, r\]/],
  ] as const)('%s', (_, make, message) => {
    expect(make).toThrow(message);
  }); // prettier-ignore
});
