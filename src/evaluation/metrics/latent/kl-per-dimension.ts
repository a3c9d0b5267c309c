import { UnsupportedError } from '../../../core/index.ts';
import { ParallelProgram, mapInOrder } from '../../../engine/index.ts';
import { keyInput, keyWords, mean as meanOver, sub } from '../../../graph/index.ts';
import { parameterInputs } from '../../../nn/index.ts';
import { batchesInOrder, ofRows, rowInput } from '../../../objectives/index.ts';
import type { Examples } from '../../../objectives/index.ts';
import { option, rule } from '../../../parts/index.ts';
import type { Key } from '../../../random/index.ts';
import { hasKlPerDimension } from '../../evaluate-model.ts';
import { columnMoments } from '../columns.ts';
import type { Codes, MeasuredModel } from '../encode.ts';
import { defineMetric } from '../metric.ts';

export const klPerDimension = defineMetric({
  name: 'kl-per-dimension',
  summary: 'what each latent dimension costs: the KL of its marginal to the prior',
  quantities: {
    perDimension: { what: 'mean KL(q(zᵢ|x) ‖ p(zᵢ)) of each', range: [0, Infinity], better: 'neither', unit: 'nats' },
    total: { what: 'their sum', range: [0, Infinity], better: 'neither', unit: 'nats' },
  },
  formula: 'KLᵢ = E_x E_q(z|x) [log q(zᵢ|x) − log p(zᵢ)]; for N(0, I) E_x ½ (σᵢ² + μᵢ² − 1 − log σᵢ²)',
  paper: 'Kingma and Welling 2014, Auto-Encoding Variational Bayes, appendix B',
  remarks:
    'In closed form for the prior N(0, I), by draws for others that have the densities of single dimensions. The sum is the KL of the ELBO where posterior and prior are both of independent dimensions; else that has what the dependence costs besides.',
  cost: 'one pass of the encoder',
  needs: { posterior: ['moments', 'marginalLogProb'], prior: ['marginalLogProb'] },
  options: {
    draws: option(rule.whole(1), { help: 'draws of z an example, where there is no closed form', default: 16 }),
  },
  async compute(context, { draws }) {
    const { model, key } = context;
    const perDimension = hasKlPerDimension(model)
      ? closedKlPerDimension(await context.codes(), model.latent)
      : await drawnKlPerDimension(context, context.examples, { draws, key });
    return { perDimension, total: perDimension.reduce((sum, value) => sum + value, 0) };
  },
});

/** To N(0, I). */
function closedKlPerDimension({ mean, variance }: Codes, latent: number): number[] {
  const terms = mean.data.map((location, k) => {
    const spread = variance!.data[k]!;
    return 0.5 * (spread + location * location - 1 - Math.log(spread));
  });
  return Array.from(columnMoments(terms, latent).mean);
}

/** To the marginals of any prior that has them. @throws UnsupportedError for one that has not */
export async function drawnKlPerDimension(
  { engine, model: of, parameters, signal }: MeasuredModel,
  examples: Examples,
  { draws, key }: { readonly draws: number; readonly key: Key },
): Promise<number[]> {
  const { x: rows, model } = ofRows(of, rowInput(of));
  const tensors = parameterInputs(model.parameters);
  const posterior = model.encode(tensors, rows);
  const z = posterior.sample(keyInput('key'), [draws]); // [draws, batch, latent]
  const [own, prior] = [posterior.marginalLogProb?.(z), model.prior(tensors).marginalLogProb?.(z)];
  if (!own || !prior) {
    throw new UnsupportedError("metric 'kl-per-dimension' needs log densities of single latent dimensions.");
  }
  const spec = { outputs: { kl: meanOver(sub(own, prior), 0) }, boundInputs: parameters };
  const program = await ParallelProgram.compile(engine, spec);
  program.expect(examples.size * draws);
  const terms = new Float64Array(examples.size * model.latent);
  let done = 0;
  try {
    const batches = batchesInOrder(examples, { key, batchSize: 64 });
    for await (const { kl } of mapInOrder(batches, program.width, ({ x, key: batchKey }) => {
      signal?.throwIfAborted();
      return program.run({ x, key: keyWords(batchKey) });
    })) {
      terms.set(kl!.data, done);
      done += kl!.size;
    }
  } finally {
    await program.dispose();
  }
  return Array.from(columnMoments(terms, model.latent).mean);
}
