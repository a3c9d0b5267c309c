import { CapabilityError, ValueError } from '../core/index.ts';
import type { Tensor } from '../graph/index.ts';
import { dense, isLearned, parameter } from '../nn/index.ts';
import type { LayerContext, ParameterSpec, Parameters } from '../nn/index.ts';
import type { Network } from './networks/index.ts';

/** q(y|x) over classes, of which a condition is one, one-hot: what a condition that is not known may be. */
export interface Classifier {
  readonly classes: number;
  readonly parameters: readonly ParameterSpec[];
  /** [..., inputSize] → log-odds [..., classes] */
  apply(parameters: Parameters, x: Tensor, context?: LayerContext): Tensor;
}

/** Begins every name of its parameters. */
const prefix = 'classifier.';

/**
 * A trunk as the encoder's, which sees x alone, and a linear layer.
 *
 * @throws CapabilityError where the trunk keeps statistics of batches, which classes in turn would make of the same examples
 */
export function classifierOf(trunk: Network, classes: number): Classifier {
  if (!Number.isInteger(classes) || classes < 2)
    throw new ValueError(`createVae: classes must be a whole number of at least 2, got ${classes}.`);
  if (trunk.parameters.some((spec) => !isLearned(spec))) {
    throw new CapabilityError(
      'a model that infers its condition is computed for each class, and networks with batch normalisation would take each for examples of their own: leave it out.',
    );
  }
  const head = dense(`${prefix}logits`, [trunk.outputSize, classes]);
  return {
    classes,
    parameters: [...trunk.parameters.map((spec) => ({ ...spec, name: `${prefix}${spec.name}` })), ...head.parameters],
    apply: (parameters, x, context) => {
      const own = trunk.parameters.map(({ name }) => [name, parameter(parameters, `${prefix}${name}`)] as const);
      return head.apply(parameters, trunk.apply(Object.fromEntries(own), x, context));
    },
  };
}
