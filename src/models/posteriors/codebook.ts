import { NdArray, ValueError } from '../../core/index.ts';
import type { FloatDType } from '../../core/index.ts';
import {
  add,
  cast,
  constant,
  div,
  equal,
  expandDims,
  gather,
  less,
  lessEqual,
  matmul,
  mean,
  min,
  minimum,
  mul,
  randomUniform,
  reshape,
  square,
  stopGradient,
  sub,
  sum,
  where,
} from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { layerKey, parameter } from '../../nn/index.ts';
import type { LayerContext, ParameterSpec, Parameters } from '../../nn/index.ts';
import { normal } from '../../random/index.ts';

/** Of each code at the start: so few that one unused in the first step is dead. */
const startCount = 1e-4;

/** How many codes of which size a codebook has, and how they follow what is assigned to them. */
export interface CodebookOptions {
  /** K */
  readonly codes: number;
  /** Numbers in a code. */
  readonly size: number;
  /** γ of the moving averages. */
  readonly decay: number;
  /** ε of the Laplace smoothing of counts. */
  readonly epsilon: number;
  /** A code whose average count falls below this share of the mean one begins anew. 0: none does. */
  readonly restartBelow: number;
}

/** Vectors, and which code each is. */
export interface Quantized {
  /** The nearest codes, as the vectors. */
  readonly values: Tensor;
  /** 1 at the code of each vector and 0 elsewhere, [..., K] */
  readonly assignment: Tensor;
}

/**
 * K vectors that follow what is assigned to them by moving averages, and no gradient (van den Oord, Vinyals and Kavukcuoglu 2017,
 * appendix A.1): with n_k vectors z assigned to code k in a batch,
 *
 *   N_k ← γ N_k + (1 − γ) n_k, m_k ← γ m_k + (1 − γ) Σ z, e_k = m_k / Ñ_k, Ñ_k = (N_k + ε) / (N + K ε) · N, N = Σ_k N_k
 *
 * `NAME.count` and `NAME.sum` are state, kept in checkpoints.
 */
export class Codebook {
  readonly parameters: readonly ParameterSpec[];
  readonly options: CodebookOptions;
  readonly #name: string;

  constructor(name: string, options: CodebookOptions) {
    const { codes, size } = options;
    this.#name = name;
    this.options = options;
    this.parameters = [
      { name: `${name}.count`, shape: [codes], initializer: filled(startCount), kind: 'state' },
      {
        name: `${name}.sum`,
        shape: [codes, size],
        initializer: (key, shape) => {
          const drawn = normal(key, shape);
          return new NdArray(
            drawn.data.map((value) => startCount * value),
            shape,
          );
        },
        kind: 'state',
      },
    ];
  }

  /** e, [K, size] */
  vectors(parameters: Parameters): Tensor {
    const { codes, epsilon } = this.options;
    const count = parameter(parameters, `${this.#name}.count`);
    const total = sum(count);
    const smoothed = mul(div(add(count, epsilon), add(total, codes * epsilon)), total);
    return stopGradient(div(parameter(parameters, `${this.#name}.sum`), expandDims(smoothed, -1)));
  }

  /** The nearest code of each vector, the first of such as are equally near. @param z [..., size] */
  quantize(parameters: Parameters, z: Tensor): Quantized {
    return nearestCodes(this.vectors(parameters), z);
  }

  /** Moves the codes after a batch, in training. @param z [..., size] @throws ValueError where the batch's size is not known */
  follow(parameters: Parameters, z: Tensor, { assignment }: Quantized, context: LayerContext): void {
    const { codes, size, decay, restartBelow } = this.options;
    const rows = z.shape.slice(0, -1).reduce<number>((product, length) => product * Number(length), 1);
    if (!Number.isInteger(rows)) throw new ValueError(`${this.#name}: codes follow batches of a known size only.`);
    const flat = reshape(stopGradient(z), [rows, size]);
    const chosen = reshape(assignment, [rows, codes]);
    const average = (old: Tensor, seen: Tensor): Tensor => add(mul(old, decay), mul(seen, 1 - decay));
    const count = average(parameter(parameters, `${this.#name}.count`), sum(chosen, 0));
    const total = average(parameter(parameters, `${this.#name}.sum`), matmul(chosen, flat, { transposeA: true }));
    if (restartBelow === 0) {
      context.state.set(`${this.#name}.count`, count).set(`${this.#name}.sum`, total);
      return;
    }
    // A dead code is put where a vector of the batch lies, with the count of a code that is used evenly.
    const usual = mean(count);
    const isDead = less(count, mul(usual, restartBelow));
    const drawn = mul(randomUniform(layerKey(this.#name, context), [codes]), rows);
    // A cast cuts off; rounding may bring the product to the number of rows itself.
    const places = cast(minimum(drawn, rows - 0.5), 'int32');
    context.state.set(`${this.#name}.count`, where(isDead, usual, count));
    context.state.set(`${this.#name}.sum`, where(expandDims(isDead, -1), mul(gather(flat, places), usual), total));
  }
}

/**
 * The nearest of some vectors to each, the first of such as are equally near; no gradient comes from it.
 *
 * @param vectors [K, size]
 * @param z [..., size]
 */
export function nearestCodes(vectors: Tensor, z: Tensor): Quantized {
  const [codes = 1, size = 1] = vectors.shape.map(Number);
  const rows = reshape(stopGradient(z), [...z.shape.slice(0, -1), 1, size]);
  const distance = sum(square(sub(rows, vectors)), -1); // [..., K]
  const index = constant(
    NdArray.from(
      Array.from({ length: codes }, (_, k) => k),
      z.dtype as FloatDType,
    ),
  );
  const isNearest = lessEqual(distance, min(distance, -1, { keepDims: true }));
  const first = min(where(isNearest, index, constant(codes, z.dtype)), -1, { keepDims: true });
  const assignment = cast(equal(index, first), z.dtype);
  return { values: matmul(assignment, vectors), assignment };
}

/** Which code each position has, counted from 0: assignments [..., positions, K] → [..., positions]. */
export function codeIndices(assignment: Tensor): Tensor {
  const codes = Number(assignment.shape.at(-1));
  const index = Array.from({ length: codes }, (_, k) => k);
  return sum(mul(assignment, constant(NdArray.from(index, assignment.dtype as FloatDType))), -1);
}

function filled(value: number): ParameterSpec['initializer'] {
  return (_key, shape) => {
    const array = NdArray.zeros(shape, 'float32');
    array.data.fill(value);
    return array;
  };
}
