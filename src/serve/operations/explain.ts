import { sizeOf } from '../../core/index.ts';
import type { Operation } from '../operation.ts';
import { examplesFrom } from '../rows.ts';
import { checkNumbers, computeRows, isConditional, numbers, outputOf, rowsFor } from './shared.ts';

export const explain: Operation = {
  name: 'explain',
  summary: "what each pixel or column contributes to an example's reconstruction score, in nats",
  input: 'examples',
  options: (loaded) => (isConditional(loaded) && !loaded.table ? ['given'] : []),
  answer: ({ run }) => ({
    contributions: numbers(run.columns ? '[n, columns]' : `[n, ${run.exampleShape.join(', ')}]`),
    ...(run.columns && { columns: { type: 'array', items: { type: 'string' }, description: 'their names' } }),
  }),
  arrayOf: () => 'contributions',
  perform: async (input, options, context) => {
    const { run, table } = context.loaded;
    const rows = rowsFor(input, options, context);
    checkNumbers('explain', rows.count * (run.columns?.length ?? sizeOf(run.exampleShape)), context.limits);
    const outputs = await computeRows(rows, context, {
      operation: 'explain',
      options,
      piece: 256,
      compute: async (joined, condition) => ({
        contributions: await run.explain(examplesFrom(run, joined, table), condition),
      }),
    });
    const contributions = outputOf(outputs, 'contributions');
    const { columns } = run;
    const json = () => ({ contributions: contributions.toNested(), ...(columns && { columns }) });
    return { json, array: contributions };
  },
};
