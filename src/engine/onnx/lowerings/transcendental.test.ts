import { describe, it } from 'vitest';
import { NdArray } from '../../../core/index.ts';
import { bernoulliLogProb, grad, input, sum } from '../../../graph/index.ts';
import { key, normal, uniform } from '../../../random/index.ts';
import { expectAllClose } from '../../../testing/index.ts';
import { createEngine } from '../../index.ts';
import { evaluate } from '../../reference/index.ts';
import { ortEngineNames } from '../support.ts';

/** Products of 1 + e are bounded by their number of factors times the rounding of one: u = 2⁻²⁴ each, and the sum's own. */
const tolerance = { rtol: 16 * 2 ** -24, atol: 784 * 2 ** -24 };

describe.each(ortEngineNames)('a sum of bernoulliLogProb on %s', (name) => {
  const engine = createEngine({ engine: name, threads: 1 });

  // 784 has the divisor 28, 6 itself, 37 none, 74 only 2, 0 every.
  it.each([784, 6, 37, 74, 1, 0])('over %i logits, moderate and extreme, is the truth', async (size) => {
    const x = input('x', ['batch', size]);
    const logits = input('logits', ['batch', size]);
    const scales = [0.1, 1, 10, 100, 1e30];
    const outputs = {
      total: sum(bernoulliLogProb(x, logits), -1),
      kept: sum(bernoulliLogProb(x, logits), -1, { keepDims: true }),
    };
    const program = await (await engine).compile({ outputs });
    for (const [index, scale] of scales.entries()) {
      const values = normal(key(index), [3, size]).data.map((value) => value * scale);
      const bits = uniform(key(100 + index), [3, size]).data.map((value) => (value < 0.3 ? 1 : 0));
      const feeds = { x: new NdArray(bits, [3, size]), logits: new NdArray(values, [3, size]) };
      const result = await program.run(feeds);
      for (const [output, expression] of Object.entries(outputs)) {
        expectAllClose(result[output]!, evaluate(expression, feeds), tolerance, `${output}, scale ${scale}`);
      }
    }
    await program.dispose();
  });

  it('is infinite or NaN where a part is, and leaves the parts to who needs them', async () => {
    const logits = input('logits', [4, 8]);
    const parts = bernoulliLogProb(1, logits);
    const total = sum(parts, -1);
    const alone = sum(bernoulliLogProb(0, logits), -1);
    const program = await (await engine).compile({ outputs: { alone, parts, total } });
    const values = new Float32Array(32);
    values[3] = -Infinity;
    values[11] = Infinity;
    values[19] = NaN;
    const feeds = { logits: new NdArray(values, [4, 8]) };
    const result = await program.run(feeds);
    expectAllClose(result.alone!, evaluate(alone, feeds), tolerance);
    expectAllClose(result.parts!, evaluate(parts, feeds), tolerance);
    expectAllClose(result.total!, evaluate(total, feeds), tolerance);
    await program.dispose();
  });

  it('has the same gradient', async () => {
    const x = input('x', [2, 12]);
    const logits = input('logits', [2, 12]);
    const [gradient] = grad(sum(sum(bernoulliLogProb(x, logits), -1)), [logits]);
    const feeds = { x: uniform(key(1), [2, 12]), logits: normal(key(2), [2, 12]) };
    const program = await (await engine).compile({ outputs: { gradient: gradient! } });
    expectAllClose((await program.run(feeds)).gradient!, evaluate(gradient!, feeds), tolerance);
    await program.dispose();
  });
});
