#!/usr/bin/env node
import { basename, relative } from 'node:path';
import { exitCodes } from './exit-codes.ts';
import { run } from './run.ts';

const interrupt = new AbortController();
process.on('SIGINT', () => {
  if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
  interrupt.abort();
});
// A reader that has seen enough (`… | head`) ends the program.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? exitCodes.done : exitCodes.failed);
});

/** `rootsigma` when it is installed, else the file. */
function programName([, file = 'rootsigma']: readonly string[]): string {
  if (basename(file) !== 'rootsigma') return `node ${relative(process.cwd(), file)}`;
  return process.env.npm_command === 'exec' ? 'npx rootsigma' : 'rootsigma';
}

const code = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  program: programName(process.argv),
  signal: interrupt.signal,
});
// Engines may keep threads that would hold the process; what was written to a pipe is flushed first.
process.stdout.write('', () => process.exit(code));
