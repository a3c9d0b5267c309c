import { sizeOf } from '../core/index.ts';
import {
  add,
  div,
  matmul,
  mul,
  reshape,
  sqrt,
  square,
  stopGradient,
  sum,
  transpose,
  withScope,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { standardNormal } from './initializers.ts';
import type { Layer, LayerContext } from './layer.ts';
import { isLearned, parameter } from './parameters.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';

/** Keeps a vector of zeros from a division by 0. */
const leastSquare = 1e-12;

/**
 * A layer whose weights are divided by their largest singular values, σ(W) = uᵀ W v (Miyato, Kataoka, Koyama and Yoshida 2018): each
 * stretches nothing. A weight is what is learned and has two axes or more, as the matrix of its first axis by all others; biases and
 * scales stay as they are.
 *
 * v = Wᵀu / ‖Wᵀu‖, u′ = W v / ‖W v‖ is one round of power iteration. In training each step makes one, from u of the step before, which
 * is state: `NAME.u`, kept in checkpoints. In evaluation u stays.
 */
export function spectrallyNormalized(layer: Layer): Layer {
  const weights = layer.parameters.filter((spec) => isLearned(spec) && spec.shape.length >= 2);
  const states = weights.map(({ name, shape }): ParameterSpec => {
    return { name: stateName(name), shape: [shape[0] ?? 1], initializer: standardNormal, kind: 'state' };
  });
  return {
    parameters: [...layer.parameters, ...states],
    apply: (parameters, x, context) => layer.apply(normalized(parameters, weights, context), x, context),
  };
}

function stateName(weight: string): string {
  return `${weight}.u`;
}

/** The parameters, with the weights over their norms in place of the weights. */
function normalized(parameters: Parameters, weights: readonly ParameterSpec[], context?: LayerContext): Parameters {
  const over = weights.map(({ name, shape }) => {
    const weight = parameter(parameters, name);
    const rows = shape[0] ?? 1;
    const norm = withScope(`${name}.norm`, () =>
      largestSingularValue(
        reshape(weight, [rows, sizeOf(shape) / rows]),
        parameter(parameters, stateName(name)),
        (u) => {
          if (context?.mode === 'train') context.state.set(stateName(name), u);
        },
      ),
    );
    return [name, div(weight, norm)] as const;
  });
  return { ...parameters, ...Object.fromEntries(over) };
}

/**
 * uᵀ W v, whose gradient by W is u vᵀ: that of the largest singular value, where u and v are its vectors.
 *
 * @param weight [m, n]
 * @param u [m]
 * @param onNext gets u after a round of power iteration; where it is not kept, that of the state is taken
 */
function largestSingularValue(weight: Tensor, u: Tensor, onNext: (u: Tensor) => void): Tensor {
  const [rows = 1] = u.shape;
  const still = stopGradient(weight);
  const column = reshape(stopGradient(u), [rows, 1]);
  const v = unit(matmul(transpose(still), column)); // [n, 1]
  const next = unit(matmul(still, v)); // [m, 1]
  onNext(reshape(next, [rows]));
  return sum(mul(matmul(weight, v), next));
}

function unit(x: Tensor): Tensor {
  return div(x, sqrt(add(sum(square(x)), leastSquare)));
}
