import { counted } from '../../core/index.ts';
import { number, whole } from '../flag-values.ts';
import type { CommandContext, CommandGroup, CommandRow } from '../command-row.ts';
import { UsageError } from '../errors.ts';
import { formatNumber, formatTable } from '../format.ts';
import { formatMatrix } from '../format-matrix.ts';
import type { DrawingRoot, GaussianOptions, GaussianReport, NdArray } from '../library/index.ts';
import { readInput, readVector } from '../matrix-input.ts';
import { choice, option, outputOptions } from '../flags.ts';
import type { Output, OutputOptions } from '../output.ts';

interface InputFlags extends OutputOptions {
  readonly mean?: string;
  readonly nearest?: boolean;
  readonly tolerance?: number;
}

interface InfoFlags extends InputFlags {
  readonly probability?: number;
  readonly digits?: number;
}

interface SampleFlags extends InputFlags {
  readonly output?: string;
  readonly count?: number;
  readonly seed?: number;
  readonly root?: DrawingRoot;
}

const args = [['<file>', 'Σ as CSV, JSON or NPY; - reads stdin']] as const;

const inputOptions = [
  option('--mean <vector>', 'μ: numbers such as 0.5,-1 or a file (default: zeros)'),
  option('--nearest', 'take the nearest positive semidefinite matrix first, and say how far it is'),
  option('--tolerance <t>', 'relative size up to which eigenvalues count as zero (default: rounding)', number),
];

const infoCommand: CommandRow<[path: string], InfoFlags> = {
  name: 'info',
  summary: 'entropy, rank, standard deviations, correlation, confidence ellipsoid',
  args,
  options: [
    ...inputOptions,
    option('--probability <p>', 'of the ellipsoid (default: 0.95)', number),
    option('--digits <n>', 'significant digits shown (default: 6)', whole(1, 100)),
    ...outputOptions,
  ],
  examples: [
    'rootsigma gaussian info covariance.csv',
    "echo '[[2, 1], [1, 2]]' | rootsigma gaussian info - --mean 0.5,-1 --json",
  ],
  run: info,
};

const sampleCommand: CommandRow<[path: string], SampleFlags> = {
  name: 'sample',
  summary: 'draws, one a row; a singular Σ is sampled exactly',
  args,
  options: [
    ...inputOptions,
    option('-o, --output <file>', 'where to: .csv, .json or .npy (default: CSV on stdout)'),
    option('--count <n>', 'how many (default: 1000)', whole(1)),
    option('--seed <n>', 'which draws (default: 0); the same noise whatever Σ and --root are', whole(0)),
    choice(
      '--root <kind>',
      'the factor that the noise is multiplied by: D U √Λ (eigen: D the standard deviations, U √Λ of the correlation matrix; default), S with S S = Σ (symmetric), L with L Lᵀ = Σ (cholesky)',
      ['eigen', 'symmetric', 'cholesky'],
    ),
    ...outputOptions,
  ],
  examples: [
    'rootsigma gaussian sample covariance.csv --count 10000 --seed 7 -o draws.npy',
    "echo '[[2, 1], [1, 2]]' | rootsigma gaussian sample - --count 5",
    'rootsigma gaussian sample other.csv --root symmetric --seed 7   # common random numbers: draws move as little as Σ does',
  ],
  run: sample,
};

export const gaussianCommand: CommandGroup = {
  name: 'gaussian',
  summary: 'a Gaussian N(μ, Σ) from a covariance matrix: facts, or draws',
  commands: [infoCommand, sampleCommand],
};

async function info(context: CommandContext, [path]: [path: string], flags: InfoFlags): Promise<undefined> {
  const { describeGaussian } = context.library;
  const { probability, digits } = flags;
  const { covariance, options } = await readParameters(context, path, flags);
  const report = withHint(() => describeGaussian(covariance, { ...options, ...(probability !== undefined && { probability }) })); // prettier-ignore
  if (context.output.json) context.output.record(jsonOf(report));
  sayReport(context.output, report, digits);
  return undefined;
}

async function sample(context: CommandContext, [path]: [path: string], flags: SampleFlags): Promise<undefined> {
  const { output, stdout } = context;
  const { arrayFormat, formatArray, sampleGaussian, writeArray } = context.library;
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
  output.say(`${file}: ${counted(count, 'draw')} of ${counted(draws.shape[1] ?? 0, 'dimension')}, seed ${seed}`);
  return undefined;
}

async function readParameters(
  context: CommandContext,
  path: string,
  flags: InputFlags,
): Promise<{ readonly covariance: NdArray; readonly options: GaussianOptions }> {
  const covariance = await readInput(context, path);
  const { mean, nearest = false, tolerance } = flags;
  return {
    covariance,
    options: {
      ...(mean !== undefined && { mean: await readVector(context, mean) }),
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
