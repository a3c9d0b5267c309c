import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { printable } from '../core/index.ts';
import { compareCommand } from './commands/compare.ts';
import { datasetsCommand } from './commands/datasets.ts';
import { decodeCommand } from './commands/decode.ts';
import { doctorCommand } from './commands/doctor.ts';
import { encodeCommand } from './commands/encode.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { exportCommand } from './commands/export.ts';
import { gaussianCommand } from './commands/gaussian.ts';
import { interpolateCommand } from './commands/interpolate.ts';
import { latentCommand } from './commands/latent.ts';
import { reconstructCommand } from './commands/reconstruct.ts';
import { sampleCommand } from './commands/sample.ts';
import { scoreCommand } from './commands/score.ts';
import { sqrtCommand } from './commands/sqrt.ts';
import { trainCommand } from './commands/train.ts';
import { traverseCommand } from './commands/traverse.ts';
import type { Session } from './session.ts';

/**
 * Every command with its options and help. What a command does is imported when it runs: help needs nothing but the
 * parser, and starts in a blink.
 */
export function createProgram(session: Session): Command {
  const { stdout, stderr } = session.context;
  const program = new Command('rootsigma')
    .description('Train, evaluate and explore variational autoencoders: z = μ(x) + Σ(x)^½ ε.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      // It repeats what it was given.
      writeErr: (text) => stderr.write(text.split('\n').map(printable).join('\n')),
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText(
      'after',
      `
First steps:
  rootsigma train digits --epochs 5          train on digits drawn by code
  rootsigma evaluate runs/digits-diagonal    ELBO, NLL, active units
  rootsigma COMMAND --help                   options and examples of a command
`,
    );
  for (const create of commands) program.addCommand(inherit(create(session), program));
  return program;
}

const commands = [
  trainCommand,
  evaluateCommand,
  compareCommand,
  sampleCommand,
  reconstructCommand,
  interpolateCommand,
  traverseCommand,
  latentCommand,
  scoreCommand,
  encodeCommand,
  decodeCommand,
  exportCommand,
  sqrtCommand,
  gaussianCommand,
  datasetsCommand,
  doctorCommand,
];

/** Errors, output and help of the program, for a command and its own commands. */
function inherit(command: Command, program: Command): Command {
  command.copyInheritedSettings(program).helpOption('-h, --help', 'print help');
  for (const inner of command.commands) inherit(inner, program);
  return command;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
