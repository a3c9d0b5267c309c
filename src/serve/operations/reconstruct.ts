import type { Operation } from '../operation.ts';
import { examplesFrom } from '../rows.ts';
import {
  checkNumbers,
  computeRows,
  examplesAnswer,
  examplesSchema,
  isConditional,
  outputOf,
  rowsFor,
} from './shared.ts';

export const reconstruct: Operation = {
  name: 'reconstruct',
  summary: 'E[x|z] at the mean of q(z|x): what is left of examples after encoding and decoding',
  input: 'examples',
  options: (loaded) => (isConditional(loaded) && !loaded.table ? ['given'] : []),
  answer: (loaded) => examplesSchema(loaded, 'reconstructions'),
  arrayOf: ({ table, run }) => (table ? undefined : `reconstructions, [n, ${run.exampleShape.join(', ')}]`),
  perform: async (input, options, context) => {
    const { run, table } = context.loaded;
    const rows = rowsFor(input, options, context);
    checkNumbers('reconstruct', rows.count * run.model.inputSize, context.limits);
    const outputs = await computeRows(rows, context, {
      operation: 'reconstruct',
      options,
      compute: async (joined, condition) => ({
        x: await run.reconstruct(examplesFrom(run, joined, table), condition),
      }),
    });
    return examplesAnswer(context.loaded, outputOf(outputs, 'x'));
  },
};
