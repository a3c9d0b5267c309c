import { Command } from 'commander';
import { addCommonOptions, addExamples, number, whole } from '../arguments.ts';
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
    .option('--seed <n>', 'which draws (default: 0)', whole(0));
  addExamples(
    addCommonOptions(command),
    'rootsigma gaussian sample covariance.csv --count 10000 --seed 7 -o draws.npy',
    "echo '[[2, 1], [1, 2]]' | rootsigma gaussian sample - --count 5",
  );
  return command.action(async (file: string, flags: GaussianSampleFlags) => {
    const { sample } = await import('../actions/gaussian.ts');
    await session.perform((context) => sample(context, file, flags), flags);
  });
}

function addInput(command: Command): Command {
  return command
    .argument('<file>', 'Σ as CSV, JSON or NPY; - reads stdin')
    .option('--mean <vector>', 'μ: numbers such as 0.5,-1 or a file (default: zeros)');
}
