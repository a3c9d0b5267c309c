import type { Tensor } from '../graph/index.ts';
import { isOp, topologicalOrder } from '../graph/index.ts';
import { gradientName } from './step-graph.ts';
import type { StepGraph } from './step-graph.ts';

/**
 * Bytes that a step holds at once at least: what the forward pass computed and the gradients still need when the loss is known.
 * Every order of the step's operations comes to such a point; what they take besides while they run is not counted.
 */
export function heldBytes({ outputs }: StepGraph): number {
  const isGradient = (name: string): boolean => name.startsWith(gradientName(''));
  const losses = Object.entries(outputs).filter(([name]) => !isGradient(name));
  const forward = new Set(topologicalOrder(losses.map(([, value]) => value)).map(stored));
  const held = new Set<Tensor>();
  for (const node of topologicalOrder(Object.values(outputs))) {
    if (forward.has(stored(node))) continue;
    for (const source of node.inputs.map(stored)) if (forward.has(source)) held.add(source);
  }
  return [...held].reduce((sum, node) => sum + (isLeaf(node) ? 0 : bytesOf(node)), 0);
}

/** The array that holds a tensor's numbers: another shape of an array is no array of its own. */
function stored(node: Tensor): Tensor {
  let source = node;
  while (isOp(source, 'reshape') && source.inputs[0]) source = source.inputs[0];
  return source;
}

/** What is there before the step: data, parameters, numbers of the formula. */
function isLeaf({ inputs }: Tensor): boolean {
  return inputs.length === 0;
}

function bytesOf({ shape, dtype }: Tensor): number {
  const count = shape.reduce<number>((product, size) => product * (typeof size === 'number' ? size : 1), 1);
  return count * (dtype === 'float64' ? 8 : 4);
}
