import { batchesInOrder } from '../objectives/index.ts';
import type { ElboProgram, Examples } from '../objectives/index.ts';
import type { Key } from '../random/index.ts';
import type { ElboMeans } from './events.ts';

/** Mean ELBO terms over all examples, one draw of z each. */
export async function meanElbo(
  program: ElboProgram,
  examples: Examples,
  options: { readonly key: Key; readonly batchSize: number },
): Promise<ElboMeans> {
  let [reconstruction, kl] = [0, 0];
  for (const { x, key } of batchesInOrder(examples, options)) {
    const values = await program.run(x, key);
    for (const value of values.reconstruction.data) reconstruction += value;
    for (const value of values.kl.data) kl += value;
  }
  return {
    elbo: (reconstruction - kl) / examples.size,
    reconstruction: reconstruction / examples.size,
    kl: kl / examples.size,
  };
}
