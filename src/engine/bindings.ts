import { ShapeError, ValueError, formatShape, sameShape } from '../core/index.ts';
import type { NdArray } from '../core/index.ts';
import type { ProgramSpec } from './engine.ts';
import { checkArray } from './feeds.ts';
import type { GraphInputs } from './feeds.ts';

/**
 * Checks the arrays that a program is bound to.
 * @throws ValueError for a bound output or state slot that does not exist, ShapeError or DTypeError for an array that
 * does not fit
 */
export function checkBindings(spec: ProgramSpec, inputs: GraphInputs): void {
  for (const [name, array] of Object.entries(spec.boundInputs ?? {})) {
    const input = inputs.get(name);
    if (input) checkArray(`compile: input '${name}'`, input, array);
  }
  for (const [name, array] of Object.entries(spec.boundOutputs ?? {})) {
    const output = spec.outputs[name];
    if (!output) throw new ValueError(`compile: an array is bound to the output '${name}', which does not exist.`);
    checkArray(`compile: output '${name}'`, output, array);
  }
  for (const [name, value] of Object.entries(spec.state ?? {})) {
    const array = spec.boundInputs?.[name];
    if (!array) throw new ValueError(`compile: the state slot '${name}' is not a bound input. Bind an array to it.`);
    checkArray(`compile: the new value of the state slot '${name}'`, value, array);
  }
}

/**
 * Copies a value into the array it is bound to, unless it is there already.
 * @throws ShapeError when a symbolic size makes it another shape than the array's in this run
 */
export function writeBound(what: string, value: NdArray, target: NdArray): NdArray {
  if (!sameShape(value.shape, target.shape)) {
    throw new ShapeError(`${what} is ${formatShape(value.shape)} in this run, its array ${formatShape(target.shape)}.`);
  }
  if (value.data !== target.data) target.data.set(value.data);
  return target;
}
