import { Command } from 'commander';
import { addCommonOptions, addExamples, choice, number, whole } from '../arguments.ts';
import type { GaussianInfoFlags, GaussianSampleFlags } from '../actions/gaussian.ts';
import type { Session } from '../session.ts';

export function gaussianCommand(session: Session): Command {
  return new Command('gaussian')
    .description('a Gaussian N(μ, Σ) from a covariance matrix: facts, or draws')
    .helpCommand(false)
    .addCommand(infoCommand(session))
    .addCommand(sampleCommand(session));
}

function infoCommand(session: Session): Command {
  const command = addInput(new Command('info'))
    .description('entropy, rank, standard deviations, correlation, confidence ellipsoid')
    .option('--probability <p>', 'of the ellipsoid (default: 0.95)', number)
    .option('--digits <n>', 'significant digits shown (default: 6)', whole(1, 100));
  addExamples(
    addCommonOptions(command),
    'rootsigma gaussian info covariance.csv',
    "echo '[[2, 1], [1, 2]]' | rootsigma gaussian info - --mean 0.5,-1 --json",
  );
  return command.action(async (file: string, flags: GaussianInfoFlags) => {
    const { info } = await import('../actions/gaussian.ts');
    await session.perform((context) => info(context, file, flags), flags);
  });
}

function sampleCommand(session: Session): Command {
  const command = addInput(new Command('sample'))
    .description('draws, one a row; a singular Σ is sampled exactly')
    .option('-o, --output <file>', 'where to: .csv, .json or .npy (default: CSV on stdout)')
    .option('--count <n>', 'how many (default: 1000)', whole(1))
    .option('--seed <n>', 'which draws (default: 0); the same noise whatever Σ and --root are', whole(0))
    .addOption(
      choice(
        '--root <kind>',
        'the factor that the noise is multiplied by: D U √Λ (eigen: D the standard deviations, U √Λ of the correlation matrix; default), S with S S = Σ (symmetric), L with L Lᵀ = Σ (cholesky)',
        ['eigen', 'symmetric', 'cholesky'],
      ),
    );
  addExamples(
    addCommonOptions(command),
    'rootsigma gaussian sample covariance.csv --count 10000 --seed 7 -o draws.npy',
    "echo '[[2, 1], [1, 2]]' | rootsigma gaussian sample - --count 5",
    'rootsigma gaussian sample other.csv --root symmetric --seed 7   # common random numbers: draws move as little as Σ does',
  );
  return command.action(async (file: string, flags: GaussianSampleFlags) => {
    const { sample } = await import('../actions/gaussian.ts');
    await session.perform((context) => sample(context, file, flags), flags);
  });
}

function addInput(command: Command): Command {
  return command
    .argument('<file>', 'Σ as CSV, JSON or NPY; - reads stdin')
    .option('--mean <vector>', 'μ: numbers such as 0.5,-1 or a file (default: zeros)')
    .option('--nearest', 'take the nearest positive semidefinite matrix first, and say how far it is')
    .option('--tolerance <t>', 'relative size up to which eigenvalues count as zero (default: rounding)', number);
}
