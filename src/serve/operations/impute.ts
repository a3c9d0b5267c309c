import type { ImputeOptions, Run } from '../../api/index.ts';
import type { NdArray } from '../../core/index.ts';
import { ValueError, sizeOf } from '../../core/index.ts';
import type { Table } from '../../io/index.ts';
import { part } from '../array-rows.ts';
import { rowsOf } from '../json-input.ts';
import type { Answer, Operation } from '../operation.ts';
import { hearing } from '../served-runs.ts';
import { checkNumbers, isConditional } from './shared.ts';

/** Draws that means are of, unless told otherwise: as the command takes them. */
const drawsOfMean = 20;

export const impute: Operation = {
  name: 'impute',
  summary: 'fills what is missing of examples, by draws from p(x_missing | x_observed)',
  input: 'gaps',
  options: (loaded) => [
    'show',
    'draws',
    'sweeps',
    'seed',
    ...(isConditional(loaded) && !loaded.table ? (['given'] as const) : []),
  ],
  answer: ({ table, run }) => {
    const one = table ? 'rows' : `[n, ${run.exampleShape.join(', ')}]`;
    return {
      draws: { type: 'array', items: {}, description: `filled examples, once a draw: each ${one}` },
      mean: { type: 'array', items: {}, description: `with show=mean, instead: ${one}` },
      filled: { type: 'integer', description: 'values that were missing and are filled' },
      accepted: { type: 'object', description: 'shares of the proposals that chains took' },
      ...(table && {
        cells: { type: 'array', items: { type: 'object' }, description: 'each gap with its value over the draws and the spread of it' }, // prettier-ignore
        left: { type: 'array', items: { type: 'object' }, description: 'cells that stay empty, and why' },
      }),
    };
  },
  arrayOf: ({ table }) => (table ? undefined : 'draws [draws, n, …], of one draw [n, …]; with show=mean the mean'),
  perform: async (input, options, { loaded, scheduler, limits, gone, onNotice }) => {
    const { show = 'draw', sweeps, seed, given } = options;
    if (show === 'mode') throw new ValueError("impute: show must be 'draw' or 'mean', got 'mode'.");
    const { draws = show === 'mean' ? drawsOfMean : 1 } = options;
    const { run } = loaded;
    const count =
      input.kind === 'table' ? input.table.rowCount : input.kind === 'array' ? (input.array.shape[0] ?? 0) : 0;
    const width = input.kind === 'table' ? input.table.columns.length : sizeOf(run.exampleShape);
    checkNumbers('impute', count * width * draws, limits);
    return scheduler.alone((signal) => {
      const asked: ImputeOptions = { draws, signal, ...(sweeps !== undefined && { sweeps }), ...(seed !== undefined && { seed }), ...(given !== undefined && { given }) }; // prettier-ignore
      return hearing(onNotice, () => {
        if (input.kind === 'table') return imputeRows(run, input.table, { show, asked });
        if (input.kind === 'array') return imputeArray(run, input.array, { show, asked });
        throw new TypeError('impute: there is no input.');
      });
    }, gone);
  },
};

interface Asked {
  readonly show: 'mean' | 'draw';
  readonly asked: ImputeOptions;
}

async function imputeRows(run: Run, table: Table, { show, asked }: Asked): Promise<Answer> {
  const { draws, mean, cells, filled, accepted, left } = await run.imputeTable(table, asked);
  const fills = show === 'mean' ? { mean: rowsOf(mean) } : { draws: draws.map(rowsOf) };
  return { json: () => ({ ...fills, cells, left, filled, accepted }) };
}

async function imputeArray(run: Run, array: NdArray, { show, asked }: Asked): Promise<Answer> {
  const { draws, mean, filled, accepted } = await run.impute(array, asked);
  const facts = { filled, accepted };
  if (show === 'mean') return { json: () => ({ mean: mean.toNested(), ...facts }), array: mean };
  const [count = 1, ...shape] = draws.shape;
  const one = count === 1 ? part(draws, 0, 1).reshape(shape) : draws;
  return { json: () => ({ draws: draws.toNested(), ...facts }), array: one };
}
