import { evaluateAll } from '../engine/index.ts';
import type { Distribution } from '../gaussian/index.ts';
import { StandardNormal } from '../gaussian/index.ts';
import { asGraphKey, constant } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Vae } from '../models/index.ts';
import type { TrainingObjective } from '../objectives/index.ts';
import { foldIn, key } from '../random/index.ts';

/** What a model said of a batch, as plain numbers. */
export interface Said {
  /** q(z|x), batch shape [rows] */
  readonly posterior: Distribution;
  /** p(z). Default: N(0, I). */
  readonly prior?: Distribution;
  /** Which model said it, where an objective asks. */
  readonly model?: Vae;
  /** log p(x|z) at the draw, of each row */
  readonly reconstruction: readonly number[];
}

/** Loss and metrics of an objective at what a model said, its scalars given: for comparison with loops over numbers. */
export function lossesAt(
  objective: TrainingObjective,
  { posterior, prior, reconstruction, model }: Said,
  scalars: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const { value: latent, logProb: logProbOfDraw } = posterior.sampleAndLogProb(key(3));
  const [size = 1] = posterior.eventShape;
  const likelihood = { logProb: () => constant(reconstruction) };
  const { loss, metrics } = objective.build({
    x: constant(reconstruction.map(() => [0])),
    rows: reconstruction.length,
    key: asGraphKey(foldIn(key(3), 1)),
    model: model ?? ({} as Vae),
    parameters: {},
    output: { posterior, prior: prior ?? StandardNormal.ofSize(size), latent, logProbOfDraw, likelihood } as never,
    scalars: Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, constant(value)])),
    trainingSize: objective.trainingSize,
  });
  const found = evaluateAll({ ...(metrics as Readonly<Record<string, Tensor>>), loss });
  return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, value.item()]));
}
