import { Command } from 'commander';
import { addCommonOptions, addExamples, choice, number, whole } from '../arguments.ts';
import type { SqrtFlags } from '../actions/sqrt.ts';
import type { Session } from '../session.ts';

export function sqrtCommand(session: Session): Command {
  const command = new Command('sqrt')
    .description('Σ^½ of a matrix, with eigenvalues, rank, condition number and residual')
    .argument('<file>', 'a matrix as CSV, JSON or NPY; - reads stdin')
    .addOption(
      choice('--root <kind>', 'S with S S = Σ; L (cholesky); U √Λ (eigen); X of any square A (default: symmetric)', [
        'symmetric',
        'cholesky',
        'eigen',
        'general',
      ]),
    )
    .option('--nearest', 'take the nearest positive semidefinite matrix first, and say how far it is')
    .option('--tolerance <t>', 'relative size up to which eigenvalues count as zero (default: rounding)', number)
    .option(
      '-o, --output <file>',
      'write the root: .csv, .json or .npy (of a complex one the real part; its imaginary part goes beside it: x.imaginary.csv)',
    )
    .option('--digits <n>', 'significant digits shown (default: 6)', whole(1, 100));
  addExamples(
    addCommonOptions(command),
    "echo '2,1;1,2' | tr ';' '\\n' | rootsigma sqrt -",
    "echo '[[2, 1], [1, 2]]' | rootsigma sqrt - --json",
    'rootsigma sqrt covariance.npy --root cholesky -o L.npy',
    'rootsigma sqrt any.csv --root general',
  );
  return command.action(async (file: string, flags: SqrtFlags) => {
    const { sqrt } = await import('../actions/sqrt.ts');
    await session.perform((context) => sqrt(context, file, flags), flags);
  });
}
