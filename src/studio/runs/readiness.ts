import { builtInParts } from '../../config/index.ts';
import { has as hasCapability } from '../../models/index.ts';
import type { RunDetail } from '../contract.ts';
import { statInside } from './inside.ts';
import { recordIn } from './records.ts';
import type { RunPlace } from './run-folders.ts';

/** What can be done with a run as it lies there, and if not, why. */
export type Readiness = Pick<RunDetail, 'model' | 'resumable' | 'rollback' | 'takesDraws'>;

/** What is known of a run beside its files. */
export interface RunNow {
  /** Why nothing can be done now: somebody trains it. */
  readonly busy: string | undefined;
  /** It ended at a number that is not finite, by the policy to end there. */
  readonly isNonFinite: boolean;
  readonly config: Readonly<Record<string, unknown>>;
}

export function readinessOf(place: RunPlace, { busy, isNonFinite, config }: RunNow): Readiness {
  const has = (...names: readonly string[]): boolean => statInside(place.root, [...place.parts, ...names])?.isFile() === true; // prettier-ignore
  const [hasConfig, hasModel] = [has('config.json'), has('model.safetensors')];
  const hasCheckpoint = has('checkpoints', 'last.safetensors') || has('checkpoints', 'previous.safetensors');
  return {
    model: whyNoModel({ busy, isNonFinite, hasModel }),
    resumable: whyNotResumable({ busy, isNonFinite, hasConfig, hasModel, hasCheckpoint }),
    rollback: busy === undefined && isNonFinite && hasConfig && hasCheckpoint,
    takesDraws: takesDraws(config),
  };
}

interface Files {
  readonly hasConfig: boolean;
  readonly hasModel: boolean;
  readonly hasCheckpoint: boolean;
}

function whyNoModel({ busy, isNonFinite, hasModel }: Pick<RunNow, 'busy' | 'isNonFinite'> & Pick<Files, 'hasModel'>): true | string {
  if (hasModel) return true;
  if (busy !== undefined) return 'There is a model when its training has ended.';
  if (isNonFinite) return 'It has no model to evaluate or to look into: its training ended at a number that is not finite.';
  return 'It has no model to evaluate or to look into: its training did not come to an end.';
} // prettier-ignore

function whyNotResumable({ busy, isNonFinite, hasConfig, hasModel, hasCheckpoint }: Omit<RunNow, 'config'> & Files): true | string {
  if (busy !== undefined) return busy;
  if (!hasConfig) return 'its training never began; duplicate it to try again.';
  if (!hasCheckpoint) return hasModel ? 'its checkpoints were removed; duplicate it to train it again.' : 'it has no checkpoint to go on from; duplicate it to train it again.';
  if (isNonFinite) return 'it would come to the same step again. Duplicate it, with a lower learning rate.';
  return true;
} // prettier-ignore

/** Whether figures of it come of draws: not where the posterior has no density, and each example has one code. */
function takesDraws(config: Readonly<Record<string, unknown>>): boolean {
  const { name } = recordIn(recordIn(config, 'model'), 'posterior');
  const row = builtInParts.posterior.find((each) => each.name === name);
  // One of somebody's own says so itself when it is evaluated.
  return row === undefined || hasCapability(row, 'logProbOfDraw');
}
