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
  if (arrayFormat(file) === '.png') throw new UsageError(`${file}: codes are no pictures; use .npy, .csv or .json.`);
  const run = await openRun(path, flags, output);
  const { [what]: codes } = await run.encode(await run.examples({ data, split, limit }));
  await writeArray(file, codes);
  const [count = 0] = codes.shape;
  if (output.json) output.record({ file, count, shape: codes.shape, what });
  output.say(`${file}: the ${what} of q(z|x) of ${count} examples, shape ${codes.shape.join('×')}`);
  return undefined;
}
