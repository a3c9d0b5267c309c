import type { Key } from '../../random/index.ts';

/** What a step is fed. */
export interface StepRequest {
  /** The noise's key: the same key gives the same draws. */
  readonly key: Key;
  /** What the objective's numbers are at this step, by name. */
  readonly scalars: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** Of the objective's own parameters, where it has some. */
  readonly ownLearningRate?: number;
  /** Bits of what this replica wants of all, once the step is over: see `rank-steps.ts`. Threads have nothing to ask for. */
  readonly asks?: number;
}

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

/** How many words a command takes at most. @param scalars what a step is fed besides the key, by name */
export function commandLength(scalars: readonly string[]): number {
  return 4 + scalars.length;
}

export function writeCommand(command: Command, out: Float64Array, scalars: readonly string[]): void {
  out[0] = kinds.indexOf(command.kind);
  if (command.kind === 'step') {
    const { key, learningRate } = command;
    out.set([key.high, key.low, learningRate, ...scalars.map((name) => command.scalars[name] ?? NaN)], 1);
  }
  if (command.kind === 'load')
    out.set([command.array === 'parameters' ? parametersNumber : command.array, command.steps], 1);
  if (command.kind === 'save') out[1] = command.array === 'gradients' ? gradientsNumber : command.array;
}

export function readCommand(words: Float64Array, scalars: readonly string[]): Command {
  const [index = -1, first = 0, second = 0, learningRate = 0, ...values] = words;
  const kind = kinds[index];
  switch (kind) {
    case 'step':
      return {
        kind,
        key: { high: first, low: second },
        learningRate,
        scalars: Object.fromEntries(scalars.map((name, k) => [name, values[k] ?? NaN])),
      };
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
