import { batchesInOrder } from '../objectives/index.ts';
import type { ElboProgram, Examples } from '../objectives/index.ts';
import type { Key } from '../random/index.ts';
import type { ValidationMeans } from './events.ts';

/**
 * Mean ELBO terms over all examples, one draw of z each.
 *
 * @param options.trim share of the examples, those explained worst, that `trimmedElbo` leaves out; without it there is none
 */
export async function meanElbo(
  program: ElboProgram,
  examples: Examples,
  options: { readonly key: Key; readonly batchSize: number; readonly trim: number },
): Promise<ValidationMeans> {
  let [reconstruction, kl] = [0, 0];
  const elbos = new Float64Array(examples.size);
  for (const { x, key, start } of batchesInOrder(examples, options)) {
    const values = await program.run(x, key);
    for (const value of values.reconstruction.data) reconstruction += value;
    for (const value of values.kl.data) kl += value;
    elbos.set(
      // What cannot be explained at all is explained worst, where some are left out.
      values.reconstruction.data.map((value, row) => orLowest(value - (values.kl.data[row] ?? 0))),
      start,
    );
  }
  return {
    elbo: (reconstruction - kl) / examples.size,
    reconstruction: reconstruction / examples.size,
    kl: kl / examples.size,
    ...(options.trim > 0 && { trimmedElbo: upperMean(elbos, options.trim) }),
  };
}

function orLowest(value: number): number {
  return Number.isNaN(value) ? -Infinity : value;
}

/** The mean of all values but the lowest share. */
function upperMean(values: Float64Array, share: number): number {
  const kept = values.sort().subarray(Math.floor(share * values.length));
  return kept.reduce((total, value) => total + value, 0) / kept.length;
}
