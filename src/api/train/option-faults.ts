import { builtInParts } from '../../config/index.ts';
import { CapabilityError, sizeOf } from '../../core/index.ts';
import { datasetOf, tableSplits } from '../../data/index.ts';
import type { DatasetSplits } from '../../data/index.ts';
import { tableOf } from '../../io/index.ts';
import type { Vae } from '../../models/index.ts';
import { modelFor } from '../model/model.ts';
import { checkPartsTogether } from './check-parts.ts';
import { configFor } from './config-for.ts';
import type { ModelOptions } from './model-options.ts';
import { checkContradictions } from './trainable.ts';

/** Examples of each kind that options are chosen by: grey and coloured images, small and large, numbers of any size, a table. */
const kindsOfData = (): readonly DatasetSplits[] => [
  ofShape([8, 8], 'unit-interval'),
  ofShape([64, 64, 3], 'unit-interval'),
  ofShape([16, 16], 'real'),
  ofShape([4], 'real'),
  tableSplits(tableOf({ a: [1.5, 2.25, 3.125, 4.5], b: ['x', 'y', 'x', 'y'], label: ['0', '1', '0', '1'] }), {
    source: 'table',
    testFraction: 0,
  }),
];

function ofShape(sampleShape: readonly number[], support: 'unit-interval' | 'real'): DatasetSplits {
  const values = new Float32Array(4 * sizeOf(sampleShape)).map((_, i) => (i % 3) / 2);
  const name = 'examples';
  return {
    source: name,
    train: datasetOf({ name, kind: 'array', sampleShape, values, support, labels: Uint8Array.of(0, 1, 0, 1) }),
    notes: [],
  };
}

/**
 * Tells of options what is wrong with them whatever the data are: an option of a part that was not chosen, a rank beyond the latent
 * dimensions, parts of which one lacks what another asks for. What each kind of data gives in the same words, none would have otherwise; what depends
 * on them, `train` says when it has read them. Keeps what it found, as many options are the same in what decides.
 */
export class OptionFaults {
  readonly #data = kindsOfData();
  readonly #ofParts = new Map<string, string | undefined>();
  readonly #check: (model: Vae) => void;

  /** @param check throws for what a model cannot that it is trained for */
  constructor(check: (model: Vae) => void = () => undefined) {
    this.#check = check;
  }

  /** The fault, or undefined. */
  of(options: ModelOptions): string | undefined {
    return this.#partsFault(options) ?? this.#ownFault(options);
  }

  #ownFault(options: ModelOptions): string | undefined {
    // Which columns there are and how many examples, the data say; a label these have.
    const asked = { ...options, ...(options.condition !== undefined && { condition: 'label' }), labelled: undefined };
    const faults: Error[] = [];
    for (const splits of this.#data) {
      const fault = errorOf(() => {
        const config = configFor(splits, asked);
        checkContradictions(config, builtInParts);
        this.#check(modelFor(config, { parts: builtInParts }));
      });
      if (!fault) return undefined;
      faults.push(fault);
    }
    // What parts can, no data decide; these only say which examples they cannot be put together for.
    const decided = faults.find((fault) => fault instanceof CapabilityError);
    const isSame = faults.every(({ message }) => message === faults[0]?.message);
    return decided?.message ?? (isSame ? faults[0]?.message : undefined);
  }

  /** What parts can, no number decides. */
  #partsFault(options: ModelOptions): string | undefined {
    const choices = Object.entries({ ...options, set: undefined, ...options.set });
    const key = JSON.stringify(choices.filter(([, value]) => typeof value !== 'number'));
    if (!this.#ofParts.has(key)) {
      const fault = errorOf(() => { checkPartsTogether(options); }); // prettier-ignore
      this.#ofParts.set(key, fault instanceof CapabilityError ? fault.message : undefined);
    }
    return this.#ofParts.get(key);
  }
}

function errorOf(action: () => void): Error | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
