import { CommanderError } from 'commander';
import { isOutOfMemory } from '../core/index.ts';
import { RankError } from '../mpi/index.ts';
import type { CliContext } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { Output } from './output.ts';

/** Arguments that do not fit together. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The library's errors whose cause is what the user passed, by their names (importing the classes takes time). */
const badInput = [
  'UsageError',
  'ValueError',
  'DataError',
  'ShapeError',
  'DTypeError',
  'LinearAlgebraError',
  'CapabilityError',
];
const expected = [
  ...badInput,
  'WriteError',
  'UnwrittenRunError',
  'LockLostError',
  'NumericalError',
  'UnsupportedError',
  'RootsigmaError',
];

/** Says what went wrong in one message and gives the exit code. */
export function reportError(
  error: unknown,
  context: CliContext,
  options: { readonly debug: boolean; readonly argv: readonly string[] },
): ExitCode {
  // Commander has said it already; help and version end this way too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  const output = new Output(context);
  if (error instanceof Error && error.name === 'AbortError') {
    output.note('Interrupted.');
    return exitCodes.interrupted;
  }
  // Another rank has said it.
  if (error instanceof RankError) return codeFor(error.of);
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const known = expected.includes(name);
  if (!known && isOutOfMemory(error)) {
    output.error(
      `memory ran out (${message}). Take less at a time: fewer rows, draws or steps (-n, --limit, --draws, --steps), or smaller batches.`,
    );
    return exitCodes.failed;
  }
  output.error(known ? message : `${name}: ${message}`, options.argv);
  if (options.debug && stack !== undefined) output.note(...stack.split('\n'));
  else if (!known) output.note('This was not foreseen. Run it again with --debug to see where it arose.');
  return codeFor(name);
}

function codeFor(name: string): ExitCode {
  if (name === 'AbortError') return exitCodes.interrupted;
  return badInput.includes(name) ? exitCodes.usage : exitCodes.failed;
}
