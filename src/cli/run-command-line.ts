import { codeOf, writeFault } from '../core/index.ts';
import type { CliContext } from './context.ts';
import { reportError } from './errors.ts';
import { exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { Session } from './session.ts';

/** Runs one command line (`['train', 'digits']`). Never throws: errors go to stderr, and the exit code says how it went. */
export async function run(argv: readonly string[], context: CliContext): Promise<ExitCode> {
  const { ROOTSIGMA_DEBUG: variable = '' } = context.env;
  const report = (error: unknown): ExitCode =>
    reportError(error, context, { debug: variable !== '' || argv.includes('--debug'), argv });
  const code = await perform(argv, context, report);
  const { failure } = context.stdout;
  const isCutShort = code === exitCodes.done || code === exitCodes.interrupted;
  // A reader that has seen enough (`… | head`) ends the program, and nothing is wrong.
  const isLost = failure && isCutShort && codeOf(failure) !== 'EPIPE';
  return isLost ? report(writeFault('standard output', failure)) : code;
}

async function perform(
  argv: readonly string[],
  context: CliContext,
  report: (error: unknown) => ExitCode,
): Promise<ExitCode> {
  const session = new Session(context);
  try {
    const program = await createProgram(session, argv);
    await program.parseAsync([...argv], { from: 'user' });
    await context.stdout.flush?.();
    return session.exitCode;
  } catch (error) {
    await context.stdout.flush?.();
    // What ended because its results could not be handed on was not interrupted by anybody.
    const isEnded = context.stdout.failure && error instanceof Error && error.name === 'AbortError';
    return isEnded ? session.exitCode : report(error);
  } finally {
    await context.stderr.flush?.();
  }
}
