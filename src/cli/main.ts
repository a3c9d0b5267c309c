#!/usr/bin/env node
import { basename, relative } from 'node:path';
import { exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { run } from './run-command-line.ts';
import { StandardStream } from './standard-stream.ts';

const interrupt = new AbortController();
/** What asks a program to end, and what it exits with then: 128 and the signal's number, as shells have it. */
const endings: Readonly<Partial<Record<NodeJS.Signals, ExitCode>>> = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hungUp,
  // Windows' Ctrl-Break; closing its window is SIGHUP.
  ...(process.platform === 'win32' && { SIGBREAK: exitCodes.interrupted }),
};
let ended: ExitCode | undefined;
for (const [signal, code] of Object.entries(endings)) {
  process.on(signal, () => {
    // The others come more than once by themselves: a terminal that closes hangs up, and so does its shell.
    if (signal === 'SIGINT' && interrupt.signal.aborted) process.exit(code);
    ended ??= code;
    interrupt.abort();
  });
}
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
// Node aborts where it would set a terminal back that has hung up: the signal itself ends the process, as it would without us.
if (ended === exitCodes.hungUp && (process.stdout.isTTY || process.stderr.isTTY)) {
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
  await new Promise(() => undefined);
}
// With a terminal that hung up, its streams are gone too. Engines may keep threads that would hold the process.
process.exit(code === exitCodes.interrupted || stdout.failure ? (ended ?? code) : code);
