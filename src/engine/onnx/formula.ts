import type { FloatDType } from '../../core/index.ts';
import type { OpName, Tensor } from '../../graph/index.ts';
import type { ModelBuilder } from './builder.ts';
import type { Lowering } from './lowering.ts';

/** A value of the model, or a number as a constant of the formula's dtype. */
type Operand = string | number;

export interface FormulaOps {
  readonly add: (a: Operand, b: Operand) => string;
  readonly sub: (a: Operand, b: Operand) => string;
  readonly mul: (a: Operand, b: Operand) => string;
  readonly div: (a: Operand, b: Operand) => string;
  /** Any ONNX op without attributes. */
  readonly apply: (op: string, ...operands: Operand[]) => string;
}

/** Elementwise arithmetic over values of one dtype, written as functions. */
export function formulaOps(builder: ModelBuilder, dtype: FloatDType): FormulaOps {
  const apply = (op: string, ...operands: Operand[]): string =>
    builder.emit(
      op,
      operands.map((x) => (typeof x === 'number' ? builder.scalar(x, dtype) : x)),
    );
  return {
    add: (a, b) => apply('Add', a, b),
    sub: (a, b) => apply('Sub', a, b),
    mul: (a, b) => apply('Mul', a, b),
    div: (a, b) => apply('Div', a, b),
    apply,
  };
}

/** A function of one value, composed of ONNX ops. */
export type Formula = (x: string, ops: FormulaOps, dtype: FloatDType) => string;

/** The lowering that a formula is. */
export const formula =
  (build: Formula): Lowering<OpName> =>
  (node: Tensor, [x = ''], { builder }) => {
    const dtype = node.dtype as FloatDType;
    return build(x, formulaOps(builder, dtype), dtype);
  };
