import { codeQuality, latentScatter, writePicture } from '../library/index.ts';
import type { SplitChoice } from '../library/index.ts';
import { UsageError } from '../errors.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import type { OutputOptions } from '../output.ts';
import type { ActionContext } from '../session.ts';

export interface LatentFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly data?: string;
  readonly split?: SplitChoice;
  readonly limit?: number;
  readonly ellipses?: boolean;
  readonly probe?: boolean;
}

export async function latent({ output }: ActionContext, path: string, flags: LatentFlags): Promise<undefined> {
  const { output: file, data, limit, ellipses, probe } = flags;
  if (!/\.png$/i.test(file)) throw new UsageError(`${file}: a scatter plot is a picture; write it to a .png file.`);
  const run = await openRun(path, flags, output);
  const { dataset } = await run.testData(data, { split: flags.split });
  const picture = await latentScatter(run, {
    data: dataset,
    ...(limit !== undefined && { limit }),
    ...(ellipses !== undefined && { ellipses }),
  });
  await writePicture(file, picture);
  const quality = probe ? await codeQuality(run, { ...(data !== undefined && { data }) }) : undefined;
  if (output.json) output.record({ file, ...(quality && { quality }) });
  output.say(`${file}: posterior means of examples of ${dataset.name}`);
  if (quality) {
    const { nearestNeighbours, linearProbe, neighbours, trainingExamples, testExamples } = quality;
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    output.say(
      `classes read off the codes: ${percent(nearestNeighbours)} right by ${neighbours} nearest neighbours, ${percent(linearProbe)} by a linear probe ` +
        `(${testExamples} test codes, ${trainingExamples} to learn from)`,
    );
  }
  return undefined;
}
