import { arrayFormat, writeArray } from '../../api/index.ts';
import { UsageError } from '../errors.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import type { OutputOptions } from '../output.ts';
import type { ActionContext } from '../session.ts';

export interface EncodeFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly data?: string;
  readonly split?: 'test' | 'train';
  readonly limit?: number;
  readonly what?: 'mean' | 'stddev' | 'covariance';
}

export async function encode({ output }: ActionContext, path: string, flags: EncodeFlags): Promise<undefined> {
  const { output: file, data, split, limit, what = 'mean' } = flags;
  if (arrayFormat(file) === '.png')
    throw new UsageError(`${file}: codes are no pictures; use .npy, .csv, .json or .parquet.`);
  const run = await openRun(path, flags, output);
  const { [what]: codes } = await run.encode(await run.examples({ data, split, limit }));
  const { latent } = run.model;
  await writeArray(file, codes, { columnName: (number) => columnName(what, number, latent) });
  const [count = 0] = codes.shape;
  if (output.json) output.record({ file, count, shape: codes.shape, what });
  output.say(`${file}: the ${what} of q(z|x) of ${count} examples, shape ${codes.shape.join('×')}`);
  return undefined;
}

/** z1, z2, … for the mean; of a covariance also the column: covariance1_2. */
function columnName(what: 'mean' | 'stddev' | 'covariance', number: number, latent: number): string {
  if (what === 'mean') return `z${number}`;
  if (what === 'stddev') return `stddev${number}`;
  return `covariance${Math.ceil(number / latent)}_${((number - 1) % latent) + 1}`;
}
