import { ValueError } from '../../core/index.ts';
import type { Operation } from '../operation.ts';
import { examplesFrom } from '../rows.ts';
import { hearing } from '../served-runs.ts';
import { checkNumbers, computeRows, isConditional, numbers, outputOf, rowsFor } from './shared.ts';

/** Covariances are made whether they are asked for or not: so many rows that theirs take 64 MiB, a multiple of 16. */
function pieceFor(latent: number): number {
  return Math.max(16, Math.min(1024, 16 * Math.floor(2 ** 20 / latent ** 2)));
}

export const encode: Operation = {
  name: 'encode',
  summary: 'q(z|x) of examples: mean and standard deviations, or one part of it; draws where asked for',
  input: 'examples',
  options: (loaded) => [
    'what',
    'draws',
    'seed',
    ...(isConditional(loaded) && !loaded.table ? (['given'] as const) : []),
  ],
  answer: ({ run: { model } }) => ({
    mean: numbers(`[n, ${model.latent}]`),
    stddev: numbers(`marginal standard deviations, [n, ${model.latent}]`),
    covariance: numbers(`where asked for, [n, ${model.latent}, ${model.latent}]`),
    draws: numbers(`z ~ q(z|x), where asked for, [n, draws, ${model.latent}]`),
  }),
  arrayOf: () => "the mean, or the part that 'what' names, or draws [n, draws, latent]",
  perform: async (input, options, context) => {
    const { what, draws, seed = 0, given } = options;
    if (what !== undefined && draws !== undefined) {
      throw new ValueError(`encode: 'draws' gives draws of z, and 'what' their ${what}: choose one.`);
    }
    if (seed !== 0 && draws === undefined) throw new ValueError("encode: 'seed' is of draws: add 'draws'.");
    const { run, table } = context.loaded;
    const { latent } = run.model;
    const rows = rowsFor(input, options, context);
    checkNumbers(
      'encode',
      rows.count * latent * Math.max(what === 'covariance' ? latent : 2, draws ?? 0),
      context.limits,
    );
    const outputs = await computeRows(rows, context, {
      operation: 'encode',
      options: { ...(what === 'covariance' && { what }), ...(given !== undefined && { given }) },
      piece: pieceFor(latent),
      compute: async (joined, condition) => {
        const { mean, stddev, covariance } = await run.encode(examplesFrom(run, joined, table), condition);
        return what === 'covariance' ? { covariance } : { mean, stddev };
      },
    });
    if (draws !== undefined) {
      const { scheduler, gone, onNotice } = context;
      const condition = rows.given ?? given;
      const drawn = await scheduler.alone(
        () => hearing(onNotice, () => run.encode(examplesFrom(run, rows, table), { draws, seed, ...(condition !== undefined && { given: condition }) })), // prettier-ignore
        gone,
      );
      const moment = (name: 'mean' | 'stddev') => outputOf(outputs, name).toNested();
      const json = () => ({ mean: moment('mean'), stddev: moment('stddev'), draws: drawn.draws?.toNested(), seed });
      return { json, array: drawn.draws };
    }
    const names = what === undefined ? (['mean', 'stddev'] as const) : ([what] as const);
    const json = () => Object.fromEntries(names.map((name) => [name, outputOf(outputs, name).toNested()]));
    return { json, array: outputOf(outputs, what ?? 'mean') };
  },
};
