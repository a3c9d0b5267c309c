import type { Standardization } from '../../data/index.ts';
import type { PartTable, RunConfig } from '../../config/index.ts';
import type { Vae } from '../../models/index.ts';
import type { Conditions } from '../data/conditions.ts';
import type { NamedParameters } from '../../training/index.ts';

/** A trained model and what it is described by: what is kept of a run. */
export interface TrainedModel {
  readonly config: RunConfig;
  /** The table in which the configuration's parts stand. */
  readonly parts: PartTable;
  readonly model: Vae;
  readonly parameters: NamedParameters;
  /** Of its data, where they are numbers in units of their own. */
  readonly standardization: Standardization | undefined;
  /** What the model is given of each example, where it is. */
  readonly conditions: Conditions | undefined;
  /** Of one example, such as [28, 28]. */
  readonly exampleShape: readonly number[];
}
