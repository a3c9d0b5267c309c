import { defaultDraws } from '../../evaluation/index.ts';
import type { Operation } from '../operation.ts';
import { examplesFrom } from '../rows.ts';
import { computeRows, isConditional, numbers, outputOf, rowsFor } from './shared.ts';

/** As many rows as a score is computed of at once, less what is no multiple of 16. */
function pieceFor(draws: number): number {
  return 16 * Math.floor(1024 / Math.min(draws, 64) / 16);
}

export const score: Operation = {
  name: 'score',
  summary: 'how anomalous examples are, in nats: higher is more anomalous',
  input: 'examples',
  options: (loaded) => ['method', 'draws', 'seed', ...(isConditional(loaded) && !loaded.table ? (['given'] as const) : [])], // prettier-ignore
  answer: () => ({
    scores: numbers('[n], nats'),
    threshold: { type: 'number', description: "the run's, where one was fitted" },
    anomalies: { type: 'array', items: { type: 'boolean' }, description: 'whether each lies above the threshold' },
  }),
  arrayOf: () => 'scores, [n]',
  perform: async (input, options, context) => {
    const { run, table } = context.loaded;
    const method = options.method === undefined ? {} : { method: options.method };
    const rows = rowsFor(input, options, context);
    const kept = await run.threshold(method);
    const { draws = kept?.draws, seed = kept?.seed } = options;
    const each = draws ?? defaultDraws[options.method ?? 'elbo'];
    const asked = { ...method, ...(draws !== undefined && { draws }), ...(seed !== undefined && { seed }) };
    const outputs = await computeRows(rows, context, {
      operation: 'score',
      options: { ...asked, ...(options.given !== undefined && { given: options.given }) },
      piece: pieceFor(each),
      draws: each,
      compute: async (joined, more) => ({
        scores: await run.score(examplesFrom(run, joined, table), { ...asked, ...more }),
      }),
    });
    const scores = outputOf(outputs, 'scores');
    const above = kept && { threshold: kept.value, anomalies: Array.from(scores.data, (value) => value > kept.value) };
    return { json: () => ({ scores: scores.toNested(), ...method, ...above }), array: scores };
  },
};
