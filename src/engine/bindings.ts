import { ValueError } from '../core/index.ts';
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
