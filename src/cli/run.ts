import type { CliContext } from './context.ts';
import { reportError } from './errors.ts';
import type { ExitCode } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { Session } from './session.ts';

/** Runs one command line (`['train', 'digits']`). Never throws: errors go to stderr, and the exit code says how it went. */
export async function run(argv: readonly string[], context: CliContext): Promise<ExitCode> {
  const session = new Session(context);
  try {
    await createProgram(session).parseAsync([...argv], { from: 'user' });
    return session.exitCode;
  } catch (error) {
    const { ROOTSIGMA_DEBUG: variable = '' } = context.env;
    return reportError(error, context, { debug: variable !== '' || argv.includes('--debug') });
  }
}
