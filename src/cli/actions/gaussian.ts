import { arrayFormat, describeGaussian, formatArray, sampleGaussian, writeArray } from '../library/index.ts';
import type { DrawingRoot, GaussianOptions, GaussianReport, NdArray } from '../library/index.ts';
import { UsageError } from '../errors.ts';
import { formatNumber, formatTable } from '../format.ts';
import { formatMatrix } from '../format-matrix.ts';
import { readInput, readVector } from '../matrix-input.ts';
import type { Output, OutputOptions } from '../output.ts';
import type { ActionContext } from '../session.ts';

interface InputFlags extends OutputOptions {
  readonly mean?: string;
  readonly nearest?: boolean;
  readonly tolerance?: number;
}

export interface GaussianInfoFlags extends InputFlags {
  readonly probability?: number;
  readonly digits?: number;
}

export interface GaussianSampleFlags extends InputFlags {
  readonly output?: string;
  readonly count?: number;
  readonly seed?: number;
  readonly root?: DrawingRoot;
}

export async function info(context: ActionContext, path: string, flags: GaussianInfoFlags): Promise<undefined> {
  const { probability, digits } = flags;
  const { covariance, options } = await readParameters(context, path, flags);
  const report = withHint(() => describeGaussian(covariance, { ...options, ...(probability !== undefined && { probability }) })); // prettier-ignore
  if (context.output.json) context.output.record(jsonOf(report));
  sayReport(context.output, report, digits);
  return undefined;
}

export async function sample(context: ActionContext, path: string, flags: GaussianSampleFlags): Promise<undefined> {
  const { output, stdout } = context;
  const { output: file, count = 1000, seed = 0, root } = flags;
  if (file !== undefined && arrayFormat(file) === '.png')
    throw new UsageError(`${file}: draws go to .csv, .json or .npy.`);
  const { covariance, options } = await readParameters(context, path, flags);
  const draws = await withHint(() => sampleGaussian(covariance, { ...options, count, seed, ...(root && { root }) }));
  if (file === undefined) {
    if (output.json) output.record({ samples: draws.toNested(), seed });
    else stdout.write(formatArray('.csv', draws));
    return undefined;
  }
  await writeArray(file, draws);
  if (output.json) output.record({ file, count, shape: draws.shape, seed });
  output.say(`${file}: ${count} draws of ${draws.shape[1] ?? 0} dimensions, seed ${seed}`);
  return undefined;
}

async function readParameters(
  context: ActionContext,
  path: string,
  flags: InputFlags,
): Promise<{ readonly covariance: NdArray; readonly options: GaussianOptions }> {
  const covariance = await readInput(path, context);
  const { mean, nearest = false, tolerance } = flags;
  return {
    covariance,
    options: {
      ...(mean !== undefined && { mean: await readVector(mean, context) }),
      ...(tolerance !== undefined && { tolerance }),
      nearest,
      onNotice: context.output.notice,
    },
  };
}

/** Where the matrix is no covariance, or none that this root takes, what else this command can do with it. */
function withHint<T>(work: () => T): T {
  const hint = (error: unknown): never => {
    if (!(error instanceof Error) || error.name !== 'LinearAlgebraError') throw error;
    const remedy =
      'Here: --nearest takes the closest Σ that is one, --tolerance 1e-6 counts eigenvalues of that relative size as zero; a singular Σ is drawn from with --root eigen or symmetric.';
    throw new UsageError(`${error.message}\n${remedy}`, { cause: error });
  };
  try {
    const result = work();
    return result instanceof Promise ? (result.catch(hint) as T) : result;
  } catch (error) {
    return hint(error);
  }
}

function jsonOf({ mean, stddev, correlation, ellipsoid, ...numbers }: GaussianReport): object {
  const { probability, radii, axes } = ellipsoid;
  return {
    ...numbers,
    mean: mean.toNested(),
    stddev: stddev.toNested(),
    correlation: correlation.toNested(),
    ellipsoid: { probability, radii: radii.toNested(), axes: axes.toNested() },
  };
}

function sayReport(output: Output, report: GaussianReport, digits: number | undefined): void {
  const { bold } = output.style;
  const { dimension, rank, entropy, logDeterminant, mean, stddev, correlation, ellipsoid } = report;
  const singular = rank < dimension ? ' on the support: Σ is singular' : '';
  const vector = (values: NdArray): string => formatMatrix(values, { digits })[0]?.trim() ?? '';
  output.say(
    ...formatTable([
      ['dimension', String(dimension)],
      ['rank', `${rank}${singular && ', less than the dimension'}`],
      ['mean', vector(mean)],
      ['stddev', vector(stddev)],
      ['entropy', `${formatNumber(entropy, digits)} nats${singular}`],
      ['log det Σ', `${formatNumber(logDeterminant, digits)}${singular}`],
    ]),
    '',
    bold('Correlation'),
    ...formatMatrix(correlation, { digits }),
    '',
    bold(`Ellipsoid that holds a draw with probability ${ellipsoid.probability}`),
    `  radii  ${vector(ellipsoid.radii)}`,
    '  axes, in columns:',
    ...formatMatrix(ellipsoid.axes, { digits }),
  );
}
