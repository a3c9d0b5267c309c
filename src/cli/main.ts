#!/usr/bin/env node
import { basename, relative } from 'node:path';
import { exitCodes } from './exit-codes.ts';
import { run } from './run.ts';
import { StandardStream } from './standard-stream.ts';

const interrupt = new AbortController();
process.on('SIGINT', () => {
  if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
  interrupt.abort();
});
// Results that nobody gets are not worked for: a command ends, and training stops and saves as it does on Ctrl-C.
const stdout = new StandardStream(process.stdout, () => {
  interrupt.abort();
});

/** `rootsigma` when it is installed, else the file. */
function programName([, file = 'rootsigma']: readonly string[]): string {
  if (basename(file) !== 'rootsigma') return `node ${relative(process.cwd(), file)}`;
  return process.env.npm_command === 'exec' ? 'npx rootsigma' : 'rootsigma';
}

const code = await run(process.argv.slice(2), {
  stdout,
  // What is said on the way may get lost, where nobody listens: there is nowhere to say so.
  stderr: new StandardStream(process.stderr),
  stdin: process.stdin,
  env: process.env,
  program: programName(process.argv),
  signal: interrupt.signal,
});
// Engines may keep threads that would hold the process.
process.exit(code);
