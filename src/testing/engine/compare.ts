import { isFloat } from '../../core/index.ts';
import type { DType, NdArray, Shape } from '../../core/index.ts';
import type { Engine, NamedArrays } from '../../engine/engine.ts';
import { referenceEngine } from '../../engine/reference/index.ts';
import { grad, input, isOp, mul, sum, topologicalOrder } from '../../graph/index.ts';
import type { OpName, Tensor } from '../../graph/index.ts';
import { compareArrays } from '../matchers.ts';
import { chainErrors, toleranceOf } from '../tolerances.ts';
import type { ErrorUnits } from '../tolerances.ts';
import { batch, drawn } from './case.ts';
import type { Case, Operand } from './case.ts';

export type Supports = (op: OpName, dtype: DType) => boolean;

/** The dtype by which support is told: that of the values worked on, not of a condition or a key. */
export function workingDType(node: Tensor): DType {
  if (isOp(node, 'randomNormal') || isOp(node, 'randomUniform')) return node.dtype;
  const operand = isOp(node, 'where') ? node.inputs[1] : node.inputs[0];
  return operand?.dtype ?? node.dtype;
}

export function isSupported(outputs: readonly Tensor[], supports: Supports): boolean {
  return topologicalOrder(outputs).every((node) => supports(node.op, workingDType(node)));
}

/** A case inside a program that holds many: its operands and outputs are named by its number. */
interface Planned {
  readonly case: Case;
  readonly operands: Readonly<Record<string, Operand>>;
  readonly value: Tensor;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** The case's expression; with its gradient (weighted, so that each element of the Jacobian counts) where it has one. */
function planCase(item: Case, index: number, supports: Supports): Planned {
  const name = (part: string | number): string => `case${index}_${part}`;
  const operands: Record<string, Operand> = {};
  const tensors = item.operands.map((operand, k) => {
    operands[name(k)] = operand;
    return input(name(k), operand.shape, operand.dtype);
  });
  const value = item.build(...tensors);
  const outputs: Record<string, Tensor> = { [name('value')]: value };
  const variables = tensors.filter((tensor) => isFloat(tensor.dtype));
  if (!item.smooth || variables.length === 0) return { case: item, operands, value, outputs };
  const weights = input(name('weights'), value.shape, value.dtype);
  const gradients = grad(sum(mul(value, weights)), variables);
  if (!isSupported(gradients, supports)) return { case: item, operands, value, outputs };
  operands[name('weights')] = drawn(value.shape, value.dtype);
  gradients.forEach((gradient, k) => (outputs[name(`gradient${k}`)] = gradient));
  return { case: item, operands, value, outputs };
}

export interface Comparison {
  readonly supports: Supports;
  readonly errors: ErrorUnits;
}

/**
 * Runs the cases on `engine` as one program, at each of the batch sizes, and compares with the reference.
 * @returns what differs, one line each
 */
export async function compareWithReference(
  engine: Engine,
  cases: readonly Case[],
  sizes: readonly number[],
  { supports, errors }: Comparison,
): Promise<string[]> {
  const planned = cases
    .map((item, index) => planCase(item, index, supports))
    .filter(({ value }) => isSupported([value], supports));
  const outputs = Object.assign({}, ...planned.map((plan) => plan.outputs)) as Record<string, Tensor>;
  const needed = new Set(topologicalOrder(Object.values(outputs)).flatMap((node) => (isOp(node, 'input') ? [node.attributes.name] : []))); // prettier-ignore
  const program = await engine.compile({ outputs });
  const reference = referenceEngine.compileSync({ outputs });
  const problems: string[] = [];
  for (const size of sizes) {
    const feeds = feedsOf(planned, needed, size);
    const expected = reference.runSync(feeds);
    const actual = await program.run(feeds);
    for (const plan of planned) {
      for (const name of Object.keys(plan.outputs)) {
        const problem = compareOutput(
          actual[name],
          expected[name],
          name.endsWith('_value') && !plan.case.composite ? errors : chainErrors,
        );
        if (problem)
          problems.push(`${plan.case.label}${sizes.length > 1 ? ` (batch ${size})` : ''}, ${name}: ${problem}`);
      }
    }
  }
  await program.dispose();
  return problems;
}

function feedsOf(planned: readonly Planned[], needed: ReadonlySet<string>, size: number): NamedArrays {
  const feeds: Record<string, NdArray> = {};
  for (const { operands } of planned) {
    Object.entries(operands).forEach(([name, operand], k) => {
      const shape: Shape = operand.shape.map((dimension) => (typeof dimension === 'string' ? size : dimension));
      if (needed.has(name)) feeds[name] = operand.values(shape, 100 + k);
    });
  }
  return feeds;
}

/** Chains sum terms: their absolute error is in units of the largest element. */
function compareOutput(
  actual: NdArray | undefined,
  expected: NdArray | undefined,
  errors: ErrorUnits,
): string | undefined {
  if (!actual || !expected) return 'the output is missing';
  if (actual.dtype !== expected.dtype) return `the dtype is ${actual.dtype}, expected ${expected.dtype}`;
  const { rtol, atol } = toleranceOf(errors, expected.dtype);
  const scale = errors === chainErrors ? Math.max(1, ...finite(expected)) : 1;
  return compareArrays(actual, expected, { rtol, atol: atol * scale });
}

function finite(array: NdArray): number[] {
  return Array.from(array.data, Math.abs).filter(Number.isFinite);
}

/** Whether some operand has the symbolic size. */
export function isSymbolic(item: Case): boolean {
  return item.operands.some((operand) => operand.shape.includes(batch));
}
