import { NdArray } from '../../core/index.ts';
import type { Operation } from '../operation.ts';
import {
  checkNumbers,
  computeRows,
  examplesAnswer,
  examplesSchema,
  givenRows,
  isConditional,
  outputOf,
} from './shared.ts';

export const decode: Operation = {
  name: 'decode',
  summary: 'E[x|z] of codes',
  input: 'codes',
  options: (loaded) => (isConditional(loaded) ? ['given'] : []),
  answer: (loaded) => examplesSchema(loaded, 'E[x|z]'),
  arrayOf: ({ table, run }) => (table ? undefined : `E[x|z], [n, ${run.exampleShape.join(', ')}]`),
  perform: async (input, options, context) => {
    if (input.kind !== 'array') throw new TypeError('decode: there are no codes.');
    const { run } = context.loaded;
    const { data, shape } = NdArray.from(input.array, 'float32');
    const [count = 0, width = 0] = shape;
    checkNumbers('decode', count * run.model.inputSize, context.limits);
    const rows = { count, data, width, given: givenRows(options.given, count) };
    const outputs = await computeRows(rows, context, {
      operation: 'decode',
      options,
      compute: async (joined, condition) => ({
        x: await run.decode(new NdArray(joined.data, [joined.count, width]), condition),
      }),
    });
    return examplesAnswer(context.loaded, outputOf(outputs, 'x'));
  },
};
