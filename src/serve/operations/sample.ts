import type { Acceptance, SampleOptions } from '../../api/index.ts';
import { ValueError } from '../../core/index.ts';
import { rowsOf } from '../json-input.ts';
import type { Operation, OperationOptions } from '../operation.ts';
import { hearing } from '../served-runs.ts';
import { checkNumbers, examplesSchema } from './shared.ts';

/** Options of `run.sample`. */
function sampleOptions({ show, seed, given, missing, tries }: OperationOptions): SampleOptions {
  return {
    ...(show && { show }),
    ...(seed !== undefined && { seed }),
    ...(given !== undefined && { given: given as NonNullable<SampleOptions['given']> }),
    ...(missing !== undefined && { missing }),
    ...(tries !== undefined && { tries }),
  };
}

export const sample: Operation = {
  name: 'sample',
  summary: 'new examples: z ~ p(z), then x by p(x|z)',
  input: 'none',
  options: ({ run, table }) => [
    ...(['count', 'seed', 'show'] as const),
    ...(table ? (['given', 'missing', 'tries'] as const) : run.conditions ? (['given'] as const) : []),
  ],
  answer: (loaded) => ({
    ...examplesSchema(loaded, 'examples'),
    seed: { type: 'integer', description: 'of the draws' },
    conditions: { type: 'array', items: { type: 'object' }, description: 'what each was given, where the model has a condition' }, // prettier-ignore
    acceptance: { type: 'object', description: 'rows drawn, and those that had what was given, where rows are drawn until enough have it' }, // prettier-ignore
  }),
  arrayOf: ({ table, run }) => (table ? undefined : `examples, [count, ${run.exampleShape.join(', ')}]`),
  perform: async (_, options, { loaded, scheduler, limits, gone, onNotice }) => {
    const { count = 1, seed = 0, given } = options;
    const { run, table } = loaded;
    if (count > limits.maxRows) throw new ValueError(`sample: ${count} rows are more than a request may have, ${limits.maxRows} (--max-rows).`); // prettier-ignore
    checkNumbers('sample', count * run.model.inputSize, limits);
    const conditions =
      run.conditions && !run.isByRejection(given as SampleOptions['given'])
        ? { conditions: rowsOf(run.sampleConditions(count, { seed, ...(given !== undefined && { given: given as NonNullable<SampleOptions['given']> }) })) } // prettier-ignore
        : {};
    let acceptance: Acceptance | undefined;
    const asked: SampleOptions = { ...sampleOptions(options), onAcceptance: (found) => { acceptance = found; } }; // prettier-ignore
    const more = () => ({ seed, ...conditions, ...(acceptance && { acceptance }) });
    return scheduler.alone(
      () =>
        hearing(onNotice, async () => {
          if (table) {
            const drawn = rowsOf(await run.sampleTable(count, asked));
            return { json: () => ({ rows: drawn, ...more() }) };
          }
          const x = await run.sample(count, asked);
          return { json: () => ({ x: x.toNested(), ...more() }), array: x };
        }),
      gone,
    );
  },
};
