import { whole } from '../flag-values.ts';
import type { CommandContext, CommandRow } from '../command-row.ts';
import { UsageError } from '../errors.ts';
import type { SplitChoice } from '../library/index.ts';
import { openRun } from '../open-run.ts';
import type { EngineFlags } from '../open-run.ts';
import { engineOptions, givenOption, option, outputOptions, required, splitOption } from '../flags.ts';
import type { OutputOptions } from '../output.ts';

interface LatentFlags extends EngineFlags, OutputOptions {
  readonly output: string;
  readonly data?: string;
  readonly split?: SplitChoice;
  readonly limit?: number;
  readonly given?: string;
  readonly ellipses?: boolean;
  readonly probe?: boolean;
}

export const latentCommand: CommandRow<[path: string], LatentFlags> = {
  name: 'latent',
  summary: 'where examples lie in latent space: a scatter plot of posterior means, coloured by label',
  args: [['<run>', "a run's folder"]],
  options: [
    required('-o, --output <file>', 'where to: .png'),
    option('--data <data>', 'other data than it was trained on'),
    splitOption,
    givenOption,
    option('-n, --limit <n>', 'show the first n examples (default: 2000)', whole(1)),
    option('--ellipses', 'draw q(z|x) as ellipses (default: up to 200 examples)'),
    option('--no-ellipses', 'draw points only'),
    option('--probe', 'also say how well classes are read off the codes: k nearest neighbours and a linear probe'),
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    'rootsigma latent runs/digits-diagonal -o latent.png',
    'rootsigma latent runs/digits-diagonal -o latent.png --limit 150 --ellipses --probe',
  ],
  run: latent,
};

async function latent(context: CommandContext, [path]: [path: string], flags: LatentFlags): Promise<undefined> {
  const { output } = context;
  const { codeQuality, latentScatter, writePicture } = context.library;
  const { output: file, data, limit, ellipses, probe, given } = flags;
  if (!/\.png$/i.test(file)) throw new UsageError(`${file}: a scatter plot is a picture; write it to a .png file.`);
  const run = await openRun(context, path, flags);
  const { dataset } = await run.testData(data, { split: flags.split });
  const picture = await latentScatter(run, {
    data: dataset,
    ...(limit !== undefined && { limit }),
    ...(given !== undefined && { given }),
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
