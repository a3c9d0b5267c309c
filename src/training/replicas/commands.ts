import type { StepRequest } from './replica.ts';

/** A flat array of a replica: its parameters, or one of its optimiser's by number. */
export type FlatArray = 'parameters' | number;

/** What the lead commands the followers to do. */
export type Command =
  | ({ readonly kind: 'step' } & StepRequest)
  /** Take the array, as it is after so many steps, out of the exchange. */
  | { readonly kind: 'load'; readonly array: FlatArray; readonly steps: number }
  /** Write your range of the array there. */
  | { readonly kind: 'save'; readonly array: 'gradients' | number }
  | { readonly kind: 'stop' };

const kinds = ['step', 'load', 'save', 'stop'] as const;
const parametersNumber = -1;
const gradientsNumber = -2;

export function writeCommand(command: Command, out: Float64Array): void {
  out[0] = kinds.indexOf(command.kind);
  if (command.kind === 'step') out.set([command.key.high, command.key.low, command.beta, command.learningRate], 1);
  if (command.kind === 'load')
    out.set([command.array === 'parameters' ? parametersNumber : command.array, command.steps], 1);
  if (command.kind === 'save') out[1] = command.array === 'gradients' ? gradientsNumber : command.array;
}

export function readCommand(words: Float64Array): Command {
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
      throw new RangeError(`There is no command ${index}.`);
  }
}
