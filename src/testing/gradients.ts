import { NdArray, epsilonOf, formatShape, stridesOf } from '../core/index.ts';
import type { ArrayLikeInput } from '../core/index.ts';
import { referenceEngine } from '../engine/reference/index.ts';
import { add, constant, grad, input, mul, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { key, normal } from '../random/index.ts';

export interface CheckGradientsOptions {
  /** 2 also checks the gradient of the gradient. Default 1. */
  readonly order?: 1 | 2;
  /** The difference step h of an element x is `step · max(1, |x|)`; f is evaluated as far as 4 h away. Default 2⁻¹⁰. */
  readonly step?: number;
  /** Seed of the weights that make a scalar of the output. Default 0. */
  readonly seed?: number;
}

/**
 * Compares `grad` with central differences in float64, for every element of every input. An output that is not a scalar
 * is first weighted with fixed N(0, 1) draws and summed, so that every entry of the Jacobian counts.
 *
 * With D(h) = (F(x + h) − F(x − h)) / 2h the reference value is Richardson's R₁ = (4 D(h) − D(2h)) / 3, whose error is
 * O(h⁴), and R₂ the same at 2h. Allowed: 2 |R₁ − R₂| (some 30 times R₁'s truncation error, where F is smooth) plus
 * 2⁸ ε max|F| / h for the rounding of F.
 *
 * @param f builds the expression from one float64 input tensor for each of `inputs`
 * @throws Error naming the element at which they differ, or near which `f` is too rough for a verdict
 */
export function checkGradients(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly ArrayLikeInput[],
  options: CheckGradientsOptions = {},
): void {
  const { order = 1, step = 2 ** -10, seed = 0 } = options;
  const arrays = inputs.map((array) => NdArray.from(array, 'float64'));
  const variables = arrays.map((array, k) => input(`x${k}`, array.shape, 'float64'));
  const output = weightedSum(f(...variables), seed);
  const gradients = grad(output, variables);
  compareWithDifferences('gradient', output, gradients, arrays, step);
  if (order === 1) return;
  const total = gradients.map((gradient, k) => weightedSum(gradient, seed + 1 + k)).reduce((a, b) => add(a, b));
  compareWithDifferences('second derivative', total, grad(total, variables), arrays, step);
}

function weightedSum(x: Tensor, seed: number): Tensor {
  const shape = x.shape.map((size) => {
    if (typeof size === 'string') throw new Error(`checkGradients: the output's size '${size}' must be a number.`);
    return size;
  });
  return shape.length === 0 ? x : sum(mul(x, constant(normal(key(seed), shape, { dtype: 'float64' }))));
}

function compareWithDifferences(
  what: string,
  output: Tensor,
  gradients: readonly Tensor[],
  arrays: readonly NdArray<'float64'>[],
  step: number,
): void {
  const boundInputs = Object.fromEntries(arrays.map((array, k) => [`x${k}`, NdArray.from(array)]));
  const gradientProgram = referenceEngine.compileSync({
    outputs: Object.fromEntries(gradients.map((gradient, k) => [`x${k}`, gradient])),
    boundInputs,
  });
  const values = gradientProgram.runSync();
  const program = referenceEngine.compileSync({ outputs: { output }, boundInputs });
  const evaluate = (): number => program.runSync().output?.item() ?? NaN;

  arrays.forEach((array, k) => {
    const moved = boundInputs[`x${k}`]?.data ?? new Float64Array();
    array.data.forEach((x, i) => {
      const h = step * Math.max(1, Math.abs(x));
      const at = (offset: number): number => {
        moved[i] = x + offset;
        const value = evaluate();
        moved[i] = x;
        return value;
      };
      const { estimate, allowed } = differentiate(at, h);
      const actual = values[`x${k}`]?.data[i] ?? NaN;
      const index = stridesOf(array.shape).map((stride, axis) => Math.floor(i / stride) % (array.shape[axis] ?? 1));
      const where = `checkGradients: ${what}, input ${k} at ${formatShape(index)} (x = ${x})`;
      // A kink or a pole within reach makes the differences disagree: any gradient would pass.
      if (!(allowed <= 1e-5 * Math.max(1, Math.abs(estimate)))) {
        throw new Error(
          `${where}: differences are good to ${allowed} only. Choose a smoother point or a smaller step.`,
        );
      }
      if (!(Math.abs(actual - estimate) <= allowed)) {
        throw new Error(`${where}: grad gives ${actual}, differences give ${estimate} ± ${allowed}.`);
      }
    });
  });
}

function differentiate(at: (offset: number) => number, h: number): { estimate: number; allowed: number } {
  let largest = 0;
  const central = (width: number): number => {
    const above = at(width);
    const below = at(-width);
    largest = Math.max(largest, Math.abs(above), Math.abs(below));
    return (above - below) / (2 * width);
  };
  const [d1, d2, d4] = [central(h), central(2 * h), central(4 * h)];
  const estimate = (4 * d1 - d2) / 3;
  const coarser = (4 * d2 - d4) / 3;
  const rounding = (2 ** 8 * epsilonOf.float64 * largest) / h;
  return { estimate, allowed: 2 * Math.abs(estimate - coarser) + rounding };
}
