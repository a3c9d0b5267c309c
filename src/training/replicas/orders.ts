import type { StepRequest } from './replica.ts';

/** A flat array of a replica: its parameters, or one of its optimiser's by number. */
export type FlatArray = 'parameters' | number;

/** What the lead tells the followers to do. */
export type Order =
  | ({ readonly kind: 'step' } & StepRequest)
  /** Take the array, as it is after so many steps, out of the exchange. */
  | { readonly kind: 'load'; readonly array: FlatArray; readonly steps: number }
  /** Write your range of the array there. */
  | { readonly kind: 'save'; readonly array: 'gradients' | number }
  | { readonly kind: 'stop' };

const kinds = ['step', 'load', 'save', 'stop'] as const;
const parametersNumber = -1;
const gradientsNumber = -2;

export function writeOrder(order: Order, out: Float64Array): void {
  out[0] = kinds.indexOf(order.kind);
  if (order.kind === 'step') out.set([order.key.high, order.key.low, order.beta, order.learningRate], 1);
  if (order.kind === 'load') out.set([order.array === 'parameters' ? parametersNumber : order.array, order.steps], 1);
  if (order.kind === 'save') out[1] = order.array === 'gradients' ? gradientsNumber : order.array;
}

export function readOrder(words: Float64Array): Order {
  const [index = -1, first = 0, second = 0, beta = 0, learningRate = 0] = words;
  const kind = kinds[index];
  switch (kind) {
    case 'step':
      return { kind, key: { high: first, low: second }, beta, learningRate };
    case 'load':
      return { kind, array: first === parametersNumber ? 'parameters' : first, steps: second };
    case 'save':
      return { kind, array: first === gradientsNumber ? 'gradients' : first };
    case 'stop':
      return { kind };
    default:
      throw new RangeError(`There is no order ${index}.`);
  }
}
