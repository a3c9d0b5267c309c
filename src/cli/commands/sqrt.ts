import { number, whole } from '../flag-values.ts';
import type { CommandContext, CommandRow, Library } from '../command-row.ts';
import { UsageError } from '../errors.ts';
import { formatNumber, formatTable } from '../format.ts';
import { formatMatrix } from '../format-matrix.ts';
import type { MatrixRootKind, MatrixRootReport } from '../library/index.ts';
import { readInput } from '../matrix-input.ts';
import { choice, option, outputOptions } from '../flags.ts';
import type { OutputOptions } from '../output.ts';

interface SqrtFlags extends OutputOptions {
  readonly root?: MatrixRootKind;
  readonly nearest?: boolean;
  readonly tolerance?: number;
  readonly output?: string;
  readonly digits?: number;
}

export const sqrtCommand: CommandRow<[path: string], SqrtFlags> = {
  name: 'sqrt',
  summary: 'Σ^½ of a matrix, with eigenvalues, rank, condition number and residual',
  args: [['<file>', 'a matrix as CSV, JSON or NPY; - reads stdin']],
  options: [
    choice('--root <kind>', 'S with S S = Σ; L (cholesky); U √Λ (eigen); X of any square A (default: symmetric)', [
      'symmetric',
      'cholesky',
      'eigen',
      'general',
    ]),
    option('--nearest', 'take the nearest positive semidefinite matrix first, and say how far it is'),
    option('--tolerance <t>', 'relative size up to which eigenvalues count as zero (default: rounding)', number),
    option(
      '-o, --output <file>',
      'write the root: .csv, .json or .npy (of a complex one the real part; its imaginary part goes beside it: x.imaginary.csv)',
    ),
    option('--digits <n>', 'significant digits shown (default: 6)', whole(1, 100)),
    ...outputOptions,
  ],
  examples: [
    "echo '2,1;1,2' | tr ';' '\\n' | rootsigma sqrt -",
    "echo '[[2, 1], [1, 2]]' | rootsigma sqrt - --json",
    'rootsigma sqrt covariance.npy --root cholesky -o L.npy',
    'rootsigma sqrt any.csv --root general',
  ],
  run: sqrt,
};

const titles: Readonly<Record<MatrixRootKind, string>> = {
  symmetric: 'Symmetric root S, S S = Σ',
  cholesky: 'Cholesky factor L, L Lᵀ = Σ',
  eigen: 'Eigen factor U √Λ, (U √Λ)(U √Λ)ᵀ = Σ',
  general: 'Principal root X, X X = A',
};

async function sqrt(context: CommandContext, [path]: [path: string], flags: SqrtFlags): Promise<undefined> {
  const { output, library } = context;
  const { root: kind = 'symmetric', nearest = false, tolerance, output: file } = flags;
  if (file !== undefined && library.arrayFormat(file) === '.png')
    throw new UsageError(`${file}: a matrix goes to .csv, .json or .npy.`);
  const matrix = await readInput(context, path);
  const report = withHint(kind, () =>
    library.matrixRoot(matrix, { kind, nearest, ...(tolerance !== undefined && { tolerance }) }),
  );
  const files = file === undefined ? [] : await writeRoot(library, file, report);
  if (output.json) output.record(jsonOf(report));
  const { bold } = output.style;
  output.say(
    bold(titles[kind]),
    ...formatMatrix(report.root, { digits: flags.digits, imaginary: report.rootImaginary }),
    '',
  );
  output.say(...formatTable(factsOf(report, flags.digits)));
  if (files.length > 0) output.say('', `Written to ${files.join(', its imaginary part to ')}`);
  return undefined;
}

/** Writes the root, and where it is complex its imaginary part beside it: x.csv and x.imaginary.csv. */
async function writeRoot(
  { writeArray }: Library,
  file: string,
  { root, rootImaginary }: MatrixRootReport,
): Promise<readonly string[]> {
  await writeArray(file, root);
  if (!rootImaginary) return [file];
  const beside = file.replace(/(\.[^.]*)$/, '.imaginary$1');
  await writeArray(beside, rootImaginary);
  return [file, beside];
}

/** What other programs rely on; a singular matrix's infinite condition number is null. */
function jsonOf({ root, eigenvalues, rank, conditionNumber, residual, ...rest }: MatrixRootReport): object {
  const { rootImaginary, eigenvaluesImaginary, movedBy } = rest;
  return {
    root: root.toNested(),
    eigenvalues: eigenvalues.toNested(),
    rank,
    conditionNumber,
    residual,
    ...(rootImaginary && { rootImaginary: rootImaginary.toNested() }),
    ...(eigenvaluesImaginary && { eigenvaluesImaginary: eigenvaluesImaginary.toNested() }),
    ...(movedBy !== undefined && { movedBy }),
  };
}

function factsOf(report: MatrixRootReport, digits: number | undefined): string[][] {
  const { eigenvalues, eigenvaluesImaginary, rank, conditionNumber, residual, movedBy } = report;
  const [values = ''] = formatMatrix(eigenvalues, { digits, imaginary: eigenvaluesImaginary });
  const rows = [
    ['eigenvalues', values.trim()],
    ['rank', `${rank} of ${eigenvalues.size}`],
    [
      'condition number',
      Number.isFinite(conditionNumber)
        ? formatNumber(conditionNumber, digits)
        : rank < eigenvalues.size
          ? 'infinite: the matrix is singular'
          : 'above 1.8e308, the largest number: its eigenvalues are that far apart',
    ],
    ['residual', residual === 0 ? '0' : residual.toExponential(1)],
  ];
  if (movedBy !== undefined)
    rows.push(['moved by', `${formatNumber(movedBy, 3)} of ‖A‖ to the nearest positive semidefinite matrix`]);
  return rows;
}

/** Where the matrix is no covariance, what else this command can do with it. */
function withHint<T>(kind: MatrixRootKind, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (kind === 'general' || !(error instanceof Error) || error.name !== 'LinearAlgebraError') throw error;
    throw new UsageError(
      `${error.message}\nHere: --root symmetric and eigen take a singular Σ, --nearest takes the closest Σ that is one, --tolerance 1e-6 counts eigenvalues of that relative size as zero, --root general any square matrix.`,
      { cause: error },
    );
  }
}
