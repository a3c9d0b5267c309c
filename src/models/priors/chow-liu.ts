import { CapabilityError, NdArray, ValueError } from '../../core/index.ts';
import type { FloatDType, Shape } from '../../core/index.ts';
import { realSupport } from '../../gaussian/distribution.ts';
import type { SampleAndLogProb } from '../../gaussian/index.ts';
import {
  add,
  asTensor,
  cast,
  constant,
  equal,
  erf,
  exp,
  expandDims,
  gather,
  greaterEqual,
  logSumExp,
  matmul,
  mul,
  randomNormal,
  reshape,
  slice,
  stack,
  sub,
  sum,
} from '../../graph/index.ts';
import type { GraphKey, GraphShape, Tensor, TensorLike } from '../../graph/index.ts';
import { parameter } from '../../nn/index.ts';
import type { ParameterSpec } from '../../nn/index.ts';
import { foldIn, permutation } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import { dependenceTrees, fitDependenceTree, meanLogProb } from '../../statistics/chow-liu-tree.ts';
import type { DiscreteRows } from '../../statistics/chow-liu-tree.ts';
import { nearestCodes } from '../posteriors/codebook.ts';
import type { CodeBook } from '../posteriors/posterior.ts';
import { definePrior } from './prior.ts';
import type { FittedParameters, PriorDistribution } from './prior.ts';

const name = 'chow-liu';
const [order, parents, logits] = ['prior.order', 'prior.parents', 'prior.logits'] as const;
/** Numbers in the tables of conditional probabilities, at most: 256 MiB. */
const mostNumbers = 2 ** 26;

export const chowLiu = definePrior({
  name,
  summary: 'a tree over the codes of a VQ-VAE, fitted to those of the training examples when training is over',
  when: 'For posterior vector-quantized, of which nothing is drawn otherwise. Each code depends on one other: less than the autoregressive network of the paper knows, and fitted by counting.',
  formula: 'p(k) = Πₜ p(kₜ | k_parent(t)), the tree of most mutual information; p(k | l) = (n_lk + α p(k)) / (n_l + α)',
  paper:
    'Chow and Liu 1968, Approximating Discrete Probability Distributions with Dependence Trees; of a prior fitted afterwards: van den Oord, Vinyals and Kavukcuoglu 2017, section 3.3',
  options: {},
  capabilities: ['codes'],
  describe: () => 'tree over the codes (Chow and Liu), fitted after training',
  build: (_, { book, latent, conditionSize = 0 }) => {
    if (conditionSize > 0) {
      throw new CapabilityError(
        `prior '${name}' is fitted to codes alone, and not to codes given a condition: choose prior 'standard-normal', under which the model is trained all the same and nothing is drawn.`,
      );
    }
    const { codes, positions } = book ?? { codes: 1, positions: 1 };
    if (positions * codes ** 2 > mostNumbers) {
      throw new ValueError(
        `prior '${name}': its tables would have ${positions} × ${codes}² = ${positions * codes ** 2} numbers, ${mostNumbers} at most. Choose fewer codes, or a larger codeSize.`,
      );
    }
    return {
      // Until it is fitted, codes are all equally likely.
      parameters: [
        state(order, [positions], (step) => step),
        state(parents, [positions]),
        state(logits, [positions, codes, codes]),
      ],
      needs: ['codes'],
      fit: (numbers, key) => fitted({ values: numbers.data, positions, categories: codes }, key),
      describeFit: (numbers, key) => fitText({ values: numbers.data, positions, categories: codes }, key),
      apply: (parameters) => {
        if (!book) throw new CapabilityError(`prior '${name}': there are no codes to have it of.`);
        return new CodeTree(latent, {
          book,
          vectors: book.vectors(parameters),
          order: parameter(parameters, order),
          parents: parameter(parameters, parents),
          logits: parameter(parameters, logits),
        });
      },
    };
  },
});

/** What a tree over codes is made of. */
interface TreeTensors {
  readonly book: Pick<CodeBook, 'codes' | 'positions'>;
  /** [codes, size] */
  readonly vectors: Tensor;
  /** Which position each step visits, and the step of its parent: whole numbers, [positions] */
  readonly order: Tensor;
  readonly parents: Tensor;
  /** log p(k | parent's code) by step, up to a number in each row, [positions, codes, codes] */
  readonly logits: Tensor;
}

/** A distribution of z that are made of codes: `logProb` is the logarithm of a probability, not of a density. */
class CodeTree implements PriorDistribution {
  readonly name = name;
  readonly batchShape: GraphShape = [];
  readonly eventShape: Shape;
  readonly dtype: FloatDType;
  readonly support = realSupport(-1);
  readonly isReparameterized = false;
  readonly noiseSize: number;
  readonly #tree: TreeTensors;

  constructor(latent: number, tree: TreeTensors) {
    this.eventShape = [latent];
    this.dtype = tree.vectors.dtype as FloatDType;
    this.noiseSize = tree.book.positions;
    this.#tree = tree;
  }

  /** One number of noise a code: the code that has Φ(ε) of all probability below it. @param epsilon [..., positions] */
  fromNoise(epsilon: Tensor): { readonly value: Tensor } {
    const { vectors, order, parents } = this.#tree;
    const { codes, positions } = this.#tree.book;
    const below = mul(add(erf(mul(epsilon, Math.SQRT1_2)), 1), 1 / 2);
    const tables = cumulative(this.#logProbs(), codes); // [positions, codes, codes − 1]
    const drawn: Tensor[] = [];
    for (let step = 0; step < positions; step++) {
      const table = reshape(slice(tables, { 0: [step, step + 1] }), [codes, codes - 1]);
      const own = slice(below, { [-1]: [step, step + 1] }); // [..., 1]
      const parent = step === 0 ? mul(slice(own, { [-1]: [0, 1] }), 0) : expandDims(chosen(drawn, slice(parents, { 0: [step, step + 1] })), -1); // prettier-ignore
      const thresholds = gather(table, cast(reshape(parent, parent.shape.slice(0, -1)), 'int32')); // [..., codes − 1]
      drawn.push(sum(cast(greaterEqual(own, thresholds), this.dtype), -1));
    }
    const byStep = stack(drawn, -1); // [..., steps]
    const places = matmul(expandDims(byStep, -2), this.#atPositions(order)); // [..., 1, positions]
    const shape = [...epsilon.shape.slice(0, -1), positions];
    const value = gather(vectors, cast(add(reshape(places, shape), 0.5), 'int32')); // [..., positions, size]
    return { value: reshape(value, [...epsilon.shape.slice(0, -1), ...this.eventShape]) };
  }

  sample(key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
    return this.fromNoise(randomNormal(key, [...sampleShape, this.noiseSize], this.dtype)).value;
  }

  sampleAndLogProb(key: GraphKey | Key, sampleShape: GraphShape = []): SampleAndLogProb {
    const value = this.sample(key, sampleShape);
    return { value, logProb: this.logProb(value) };
  }

  /** log of the probability of the codes that are nearest to z, [...]. @param z [..., latent] */
  logProb(z: TensorLike): Tensor {
    const { vectors, order, parents, book } = this.#tree;
    const { codes, positions } = book;
    const point = asTensor(z, this.dtype);
    const batch = point.shape.slice(0, -1);
    const size = Number(vectors.shape.at(-1));
    const { assignment } = nearestCodes(vectors, reshape(point, [...batch, positions, size])); // [..., positions, codes]
    const own = matmul(this.#atPositions(order), assignment); // by step
    const parent = matmul(this.#oneHot(parents, positions), own);
    const rows = matmul(expandDims(parent, -2), this.#logProbs()); // [..., steps, 1, codes]
    return sum(mul(reshape(rows, [...batch, positions, codes]), own), [-2, -1]);
  }

  #logProbs(): Tensor {
    const { logits: raw } = this.#tree;
    return sub(raw, expandDims(logSumExp(raw, -1), -1));
  }

  /** 1 at the position that each step visits, [steps, positions]. */
  #atPositions(steps: Tensor): Tensor {
    return this.#oneHot(steps, this.noiseSize);
  }

  #oneHot(places: Tensor, size: number): Tensor {
    const all = constant(Array.from({ length: size }, (_, k) => k), this.dtype); // prettier-ignore
    return cast(equal(expandDims(places, -1), all), this.dtype);
  }
}

/** The codes of one earlier step, of those drawn so far. @param step [1] */
function chosen(drawn: readonly Tensor[], step: Tensor): Tensor {
  const [first] = drawn;
  const found = gather(stack(drawn, 0), cast(step, 'int32')); // [1, ...]
  return reshape(found, first?.shape ?? []);
}

/** Sums of probabilities up to each code but the last, [..., codes − 1]. */
function cumulative(logProbs: Tensor, codes: number): Tensor {
  const upTo = new NdArray(
    Float64Array.from({ length: codes * (codes - 1) }, (_, at) =>
      Math.floor(at / (codes - 1)) <= at % (codes - 1) ? 1 : 0,
    ),
    [codes, codes - 1],
  );
  return matmul(exp(logProbs), constant(upTo, logProbs.dtype));
}

/** No optimiser changes it: it is set when training is over. */
function state(of: string, shape: readonly number[], value: (at: number) => number = () => 0): ParameterSpec {
  return {
    name: of,
    shape,
    kind: 'state',
    initializer: () => {
      const start = NdArray.zeros(shape, 'float32');
      start.data.forEach((_, at) => (start.data[at] = value(at)));
      return start;
    },
  };
}

/** Pseudo-counts to choose from, by what codes that the tree was not fitted to make of them. */
const alphas = [1, 4, 16, 64, 256, 1024];
/** One in so many examples judges a tree that is fitted to the others. */
const heldOutShare = 10;

interface Judged {
  readonly alpha: number;
  /** Mean log probability of held-out codes, nats, and of how many: by the tree, and with each position by itself. */
  readonly heldOut?: { readonly count: number; readonly tree: number; readonly independent: number } | undefined;
}

/** α by held-out codes; fewer than ten leave none out. */
function judged(rows: DiscreteRows, key: Key): Judged {
  const { values, positions } = rows;
  const count = values.length / positions;
  const held = Math.floor(count / heldOutShare);
  if (held === 0) return { alpha: 16 };
  const shuffled = permutation(foldIn(key, 0), count).data;
  const some = (from: number, to: number): DiscreteRows => {
    const chosen = new Float64Array((to - from) * positions);
    shuffled.subarray(from, to).forEach((row, at) => {
      for (let k = 0; k < positions; k++) chosen[at * positions + k] = values[row * positions + k] ?? 0;
    });
    return { ...rows, values: chosen };
  };
  const [test, training] = [some(0, held), some(held, count)];
  const trees = dependenceTrees(training);
  const scores = alphas.map((alpha) => meanLogProb(trees(alpha), test));
  const tree = Math.max(...scores);
  const independent = meanLogProb(trees(Infinity), test);
  return { alpha: alphas[scores.indexOf(tree)] ?? 1, heldOut: { count: held, tree, independent } };
}

function fitted(rows: DiscreteRows, key: Key): FittedParameters {
  const { positions, categories } = rows;
  const tree = fitDependenceTree(rows, judged(rows, key).alpha);
  return {
    [order]: new NdArray(Float32Array.from(tree.order), [positions]),
    [parents]: new NdArray(Float32Array.from(tree.parents), [positions]),
    [logits]: new NdArray(Float32Array.from(tree.logProbs), [positions, categories, categories]),
  };
}

function fitText(rows: DiscreteRows, key: Key): string {
  const { heldOut, alpha } = judged(rows, key);
  if (!heldOut) return `too few examples to leave some out and judge it by (α = ${alpha})`;
  const uniform = -rows.positions * Math.log(rows.categories);
  const nats = (value: number): string => value.toFixed(2).replace('-', '−');
  return `log p(codes) of ${heldOut.count} examples that a first tree was not fitted to: ${nats(heldOut.tree)} nats an example, ${nats(heldOut.independent)} with each code by itself, ${nats(uniform)} were all equally likely`;
}
